//! Times in the reader's zone and language.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlInputElement};

use super::document;

/// Puts every exact time into the reader's zone: `<time>` on hover; `data-clock` (the marks of a
/// chart) as the text itself, `data-form` says whether with its day; `data-utc` into a field of a
/// form, which travels back in UTC.
pub(super) fn localise() {
    let language = document()
        .document_element()
        .and_then(|root| root.get_attribute("lang"))
        .unwrap_or_default();
    each("time[datetime]", |time| {
        let text = local(time, "datetime").to_locale_string(&language, &JsValue::UNDEFINED);
        let _ = time.set_attribute("title", &String::from(text));
    });
    let day = [("month", "short"), ("day", "numeric")];
    let day = js_sys::Object::from_entries(&pairs(&day)).unwrap_or_default();
    each("[data-clock]", |mark| {
        let date = local(mark, "data-clock");
        let clock = format!("{:02}:{:02}", date.get_hours(), date.get_minutes());
        let day = || String::from(date.to_locale_date_string(&language, &day));
        let time = match mark.get_attribute("data-form").as_deref() {
            Some("both") => format!("{} {clock}", day()),
            // The mark of a day that begins elsewhere at another time.
            Some("day") if clock != "00:00" => format!("{} {clock}", day()),
            Some("day") => day(),
            _ => clock,
        };
        let text = time + &mark.get_attribute("data-rest").unwrap_or_default();
        if mark.text_content().as_deref() != Some(text.as_str()) {
            mark.set_text_content(Some(&text));
        }
    });
    each("input[data-utc]", |field| {
        let Some(field) = field.dyn_ref::<HtmlInputElement>() else {
            return;
        };
        let date = local(field, "data-utc");
        let typed = field.value() != field.default_value();
        if typed || date.get_time().is_nan() {
            return;
        }
        let text = format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}",
            date.get_full_year(),
            date.get_month() + 1,
            date.get_date(),
            date.get_hours(),
            date.get_minutes()
        );
        field.set_default_value(&text);
    });
}

fn each(selector: &str, with: impl Fn(&Element)) {
    if let Ok(list) = document().query_selector_all(selector) {
        for element in (0..list.length()).filter_map(|index| list.item(index)) {
            with(element.unchecked_ref());
        }
    }
}

fn pairs(pairs: &[(&str, &str)]) -> js_sys::Array {
    pairs
        .iter()
        .map(|(name, value)| js_sys::Array::of2(&(*name).into(), &(*value).into()))
        .collect()
}

fn local(element: &Element, attribute: &str) -> js_sys::Date {
    let exact = element.get_attribute(attribute).unwrap_or_default();
    js_sys::Date::new(&JsValue::from_str(&exact))
}
