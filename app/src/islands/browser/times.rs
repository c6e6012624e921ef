//! Times in the reader's zone and language.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlInputElement};

use super::{brush, document};

/// So close to the edge of a plot, in pixels, half of a date has no room.
const EDGE: f64 = 14.0;

/// Puts every exact time into the reader's zone: `<time>` on hover; `data-clock` (the marks of a
/// chart) as the text itself, `data-form` says whether with its day or to the second; `data-utc` into a field of a
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
            Some("exact") => String::from(date.to_locale_string(&language, &JsValue::UNDEFINED)),
            Some("both") => format!("{} {clock}", day()),
            Some("day") => {
                to_midnight(&date);
                stand_at(mark, date.get_time() / 1_000.0);
                day()
            }
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

/// To the nearest beginning of a day in the reader's zone.
fn to_midnight(date: &js_sys::Date) {
    if date.get_hours() >= 12 {
        date.set_date(date.get_date() + 1);
    }
    date.set_hours(0);
    date.set_minutes(0);
}

/// Moves the mark of a chart to its time: days begin elsewhere than the server's.
fn stand_at(mark: &Element, seconds: f64) {
    let Some(drawing) = mark.closest("svg").ok().flatten() else {
        return;
    };
    let columns = brush::columns(&drawing);
    let time = |column: Option<&Element>, attribute: &str| -> Option<f64> {
        column?.get_attribute(attribute)?.parse().ok()
    };
    let (Some(from), Some(to)) = (
        time(columns.first(), "data-from"),
        time(columns.last(), "data-to"),
    ) else {
        return;
    };
    let per_cent = (seconds - from) / (to - from).max(1.0) * 100.0;
    let x = format!("{per_cent:.3}%");
    let width = drawing.get_bounding_client_rect().width();
    // Near an edge a text in the middle would be cut off.
    let anchor = match per_cent / 100.0 * width {
        left if left < EDGE => "start",
        left if left > width - EDGE => "end",
        _ => "middle",
    };
    let display = if (0.0..=100.0).contains(&per_cent) {
        "inline"
    } else {
        "none"
    };
    let _ = mark.set_attribute("text-anchor", anchor);
    let line = mark.previous_element_sibling();
    for (piece, places) in [(Some(mark.clone()), &["x"][..]), (line, &["x1", "x2"][..])] {
        let Some(piece) = piece else { continue };
        for place in places {
            let _ = piece.set_attribute(place, &x);
        }
        let _ = piece.set_attribute("display", display);
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
