//! Forms without a page load: the same post, the same redirect, the page put in place.

use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Element, Event, FormData, HtmlButtonElement, HtmlFormElement, SubmitEvent, UrlSearchParams,
};

use super::page::{self, Trouble};
use super::{document, on, window};

pub(super) fn listen() {
    on::<SubmitEvent>(&document(), "submit", submit);
}

fn submit(event: SubmitEvent) {
    let Some(form) = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlFormElement>().ok())
    else {
        return;
    };
    if !form.has_attribute("data-enhance") {
        return;
    }
    let submitter = event.submitter();
    let Some(fields) = fields(&form, submitter.as_deref()) else {
        return;
    };
    event.prevent_default();
    // `form.action` would be a field named "action" where the form has one.
    let action = submitter
        .as_ref()
        .and_then(|button| button.get_attribute("formaction"))
        .or_else(|| form.get_attribute("action"))
        .unwrap_or_default();
    let posts = submitter
        .as_ref()
        .and_then(|button| button.get_attribute("formmethod"))
        .or_else(|| form.get_attribute("method"))
        .is_some_and(|method| method == "post");
    let button = submitter.and_then(|button| button.dyn_into::<HtmlButtonElement>().ok());
    if let Some(button) = &button {
        let _ = button.set_attribute("aria-busy", "true");
        button.set_disabled(true);
    }
    spawn_local(async move {
        let done = if posts {
            page::load(&action, Some(fields.as_ref())).await
        } else {
            page::load(&format!("{action}?{}", fields.to_string()), None).await
        };
        if let Some(button) = button {
            let _ = button.remove_attribute("aria-busy");
            button.set_disabled(false);
        }
        match done {
            Ok(()) => close_panel(&form),
            // Nothing is known of the outcome: show the truth of a fresh page.
            Err(Trouble::NotAPage) => drop(window().location().reload()),
            Err(Trouble::Network) => super::live::lost(),
        }
    });
}

/// The form's fields and the pressed button's own value, as a plain post sends them.
fn fields(form: &HtmlFormElement, submitter: Option<&Element>) -> Option<UrlSearchParams> {
    let data = FormData::new_with_form(form).ok()?;
    let fields = UrlSearchParams::new().ok()?;
    for entry in js_sys::try_iter(&data).ok()?? {
        let pair = js_sys::Array::from(&entry.ok()?);
        fields.append(&pair.get(0).as_string()?, &text(&pair.get(1))?);
    }
    if let Some(button) = submitter
        && let Some(name) = button.get_attribute("name")
    {
        fields.append(&name, &button.get_attribute("value").unwrap_or_default());
    }
    times_to_utc(form, &fields);
    Some(fields)
}

/// Times are typed in the reader's zone and travel in UTC.
fn times_to_utc(form: &HtmlFormElement, fields: &UrlSearchParams) {
    let Ok(inputs) = form.query_selector_all("input[type=datetime-local]") else {
        return;
    };
    let inputs = (0..inputs.length()).filter_map(|index| inputs.item(index)?.dyn_into().ok());
    for name in inputs.filter_map(|input: Element| input.get_attribute("name")) {
        if let Some(typed) = fields.get(&name).filter(|typed| !typed.is_empty()) {
            let date = js_sys::Date::new(&JsValue::from_str(&typed));
            if !date.get_time().is_nan() {
                let utc = String::from(date.to_iso_string());
                fields.set(&name, utc.get(..16).unwrap_or_default());
            }
        }
    }
}

fn text(value: &JsValue) -> Option<String> {
    value.as_string()
}

/// A panel whose form was accepted closes and forgets what was typed; a refused form stays.
fn close_panel(form: &HtmlFormElement) {
    let refused = form.query_selector(".problem").ok().flatten().is_some();
    if refused {
        return;
    }
    form.reset();
    if let Ok(Some(panel)) = form.closest("details") {
        let _ = panel.remove_attribute("open");
    }
}

/// Tells what stands in a form's fields whenever one of them changes, and once now.
pub(crate) fn watch_form(
    id: &'static str,
    told: impl Fn(&dyn Fn(&str) -> Option<String>) + 'static,
) {
    let told = std::rc::Rc::new(move || {
        let form = document().get_element_by_id(id);
        let form = form.and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
        if let Some(data) = form.and_then(|form| FormData::new_with_form(&form).ok()) {
            told(&|name| data.get(name).as_string());
        }
    });
    // What was typed before the page was awake counts, too.
    told();
    let typed = told.clone();
    on::<Event>(&document(), "input", move |_| typed());
    on::<Event>(&document(), "reset", move |_| {
        let told = told.clone();
        super::after(0.0, move || told());
    });
}
