//! `/` search, `j` and `k` move through rows, Enter opens, `u` unbans, Escape closes.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use super::{document, on};

pub(super) fn listen() {
    on::<KeyboardEvent>(&document(), "keydown", press);
}

fn press(event: KeyboardEvent) {
    if event.key() == "Escape" {
        close();
        return;
    }
    let typing = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .is_some_and(|target| {
            let ticks = || {
                let kind = target.get_attribute("type");
                matches!(kind.as_deref(), Some("checkbox" | "radio"))
            };
            match target.tag_name().as_str() {
                "INPUT" => !ticks(),
                "TEXTAREA" | "SELECT" => true,
                _ => false,
            }
        });
    if typing || event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    match event.key().as_str() {
        "/" => {
            if let Some(search) = document().get_element_by_id("search") {
                event.prevent_default();
                focus(&search);
            }
        }
        "j" => step(1),
        "k" => step(-1),
        "Enter" => press_in_row(&event, "a[data-open]"),
        "u" => press_in_row(&event, "button[data-unban]"),
        _ => {}
    }
}

/// The open menu or panel, else the drawer.
fn close() {
    let first = |selector: &str| document().query_selector(selector).ok().flatten();
    if let Some(panel) = first("details.dropdown[open]") {
        let _ = panel.remove_attribute("open");
        if let Ok(Some(summary)) = panel.query_selector("summary") {
            focus(&summary);
        }
    } else if let Some(link) = first("a[data-close]")
        && let Ok(link) = link.dyn_into::<HtmlElement>()
    {
        link.click();
    }
}

fn rows() -> Vec<Element> {
    let Ok(list) = document().query_selector_all("tr[data-key][tabindex]") else {
        return Vec::new();
    };
    (0..list.length())
        .filter_map(|index| list.item(index)?.dyn_into().ok())
        .collect()
}

fn current() -> Option<Element> {
    document().active_element()?.closest("tr[data-key]").ok()?
}

fn step(by: isize) {
    let rows = rows();
    let at = current().and_then(|row| rows.iter().position(|other| *other == row));
    let next = match at {
        Some(at) => at
            .saturating_add_signed(by)
            .min(rows.len().saturating_sub(1)),
        None => 0,
    };
    if let Some(row) = rows.get(next) {
        focus(row);
    }
}

/// Only when the row itself has the focus: Enter on a button is the button's.
fn press_in_row(event: &KeyboardEvent, selector: &str) {
    let focused = document().active_element();
    let Some(row) = current().filter(|row| focused.as_ref() == Some(row)) else {
        return;
    };
    if let Ok(Some(target)) = row.query_selector(selector)
        && let Ok(target) = target.dyn_into::<HtmlElement>()
    {
        event.prevent_default();
        target.click();
    }
}

fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
}
