//! Links without a page load, dismissing messages, copying, choosing filters.

use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlFormElement, MouseEvent, PopStateEvent};

use super::{after, brush, document, live, morph, on, page, selection, window};

/// How long a button says that it copied.
const COPIED_FOR_MS: f64 = 2_000.0;

pub(super) fn listen() {
    on::<MouseEvent>(&document(), "click", click);
    on::<MouseEvent>(&document(), "mouseout", leave);
    on::<web_sys::Event>(&document(), "change", change);
    on::<PopStateEvent>(&window(), "popstate", |_| {
        drop(window().location().reload());
    });
}

fn click(event: MouseEvent) {
    let Some(target) = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
    else {
        return;
    };
    let closest = |selector: &str| target.closest(selector).ok().flatten();
    if brush::dragged() {
        event.prevent_default();
        return;
    }
    if let Some(link) = closest("a[data-enhance]") {
        let plain = event.button() == 0
            && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key());
        if plain && let Some(href) = link.get_attribute("href") {
            event.prevent_default();
            spawn_local(async move {
                if page::load(&href, None).await.is_err() {
                    let _ = window().location().assign(&href);
                }
            });
        }
    } else if let Some(button) = closest("[data-dismiss]") {
        // Hidden, not removed: the next refresh would bring it back.
        if let Ok(Some(message)) = button.closest(".toast, .recent-line") {
            let _ = message.set_attribute("hidden", "");
        }
    } else if let Some(button) = closest("[data-copy]") {
        copy(&button);
    } else {
        close_dropdowns(&target);
        if let Some(summary) = closest(".panel > summary") {
            // The browser opens the panel after this event.
            after(0.0, move || focus_first_field(&summary));
        }
    }
}

fn focus_first_field(summary: &Element) {
    if let Some(panel) = summary.parent_element()
        && let Ok(Some(field)) = panel.query_selector("input:not([type=hidden])")
        && let Ok(field) = field.dyn_into::<HtmlElement>()
    {
        let _ = field.focus();
    }
}

/// The pointer left a table whose new rows waited for that.
fn leave(event: MouseEvent) {
    let table = |target: Option<web_sys::EventTarget>| {
        target
            .and_then(|target| target.dyn_into::<Element>().ok())
            .and_then(|target| target.closest("tbody").ok().flatten())
    };
    if morph::holds_rows() && table(event.target()) != table(event.related_target()) {
        live::plan();
    }
}

/// Copies the text of the element that the button names, and says so for a moment.
fn copy(button: &Element) {
    let source = button
        .get_attribute("data-copy")
        .and_then(|id| document().get_element_by_id(&id));
    let Some(source) = source else { return };
    let text = source.text_content().unwrap_or_default();
    drop(window().navigator().clipboard().write_text(&text));
    if let Some(said) = button.get_attribute("data-copied")
        && let Ok(Some(label)) = button.query_selector("span")
    {
        let before = label.text_content();
        if before.as_deref() == Some(said.as_str()) {
            return;
        }
        label.set_text_content(Some(&said));
        after(COPIED_FOR_MS, move || {
            label.set_text_content(before.as_deref());
        });
    }
}

/// A click elsewhere closes an open menu.
fn close_dropdowns(target: &Element) {
    if let Ok(open) = document().query_selector_all("details.dropdown[open]") {
        for index in 0..open.length() {
            if let Some(dropdown) = open
                .item(index)
                .and_then(|node| node.dyn_into::<Element>().ok())
                && !dropdown.contains(Some(target))
            {
                let _ = dropdown.remove_attribute("open");
            }
        }
    }
}

/// A chosen filter is applied at once.
fn change(event: web_sys::Event) {
    let Some(target) = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
    else {
        return;
    };
    if target.tag_name() == "SELECT" {
        if let Ok(Some(form)) = target.closest("form[method=get][data-enhance]")
            && let Ok(form) = form.dyn_into::<HtmlFormElement>()
        {
            let _ = form.request_submit();
        }
        return;
    }
    selection::ticked(&target);
}
