//! The ticked rows of a table, and how many they are.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};

use super::document;

/// A box changed; the one in a table's head ticks every row.
pub(super) fn ticked(target: &Element) {
    if let Some(all) = target.dyn_ref::<HtmlInputElement>()
        && all.has_attribute("data-select-all")
        && let Ok(Some(table)) = all.closest("table")
    {
        for row in boxes(&table, "tbody input[type=checkbox]") {
            row.set_checked(all.checked());
        }
    }
    count_selected();
}

/// Tells the bar of actions how many rows are ticked; CSS shows it.
pub(super) fn count_selected() {
    let Ok(Some(bulk)) = document().query_selector("[data-selected]") else {
        return;
    };
    let Some(page) = document().document_element() else {
        return;
    };
    let ticked = boxes(&page, "tbody input[type=checkbox]:checked").len();
    let _ = bulk.set_attribute("data-selected", &ticked.to_string());
}

fn boxes(within: &Element, selector: &str) -> Vec<HtmlInputElement> {
    let Ok(list) = within.query_selector_all(selector) else {
        return Vec::new();
    };
    (0..list.length())
        .filter_map(|index| list.item(index)?.dyn_into().ok())
        .collect()
}
