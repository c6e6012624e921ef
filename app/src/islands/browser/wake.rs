//! Islands that come with a newer rendering of the page: asleep until somebody wakes them, as the
//! page's own script does with those that are there from the start.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, EventInit, HtmlInputElement};

use super::{document, window};

/// What an island was made with; all else in it is its own.
const PROPS: &str = "data-props";

pub(super) fn is_island(element: &Element) -> bool {
    element.tag_name() == "LEPTOS-ISLAND"
}

/// Wakes the islands in a piece that was just put into the page.
pub(super) fn wake(piece: &Element) {
    if is_island(piece) {
        hydrate(piece);
    }
    if let Ok(islands) = piece.query_selector_all("leptos-island") {
        (0..islands.length())
            .filter_map(|index| islands.item(index)?.dyn_into().ok())
            .for_each(|island| hydrate(&island));
    }
}

/// Puts an island that was made anew in the place of `old`; what is typed into it stays. One made with
/// the same properties lives on.
pub(super) fn renew(old: &Element, new: &Element) {
    if old.get_attribute(PROPS) == new.get_attribute(PROPS) {
        return;
    }
    let Ok(copy) = document().import_node_with_deep(new, true) else {
        return;
    };
    let copy: Element = copy.unchecked_into();
    let (typed, focused) = (fields(old), document().active_element());
    if old.replace_with_with_node_1(&copy).is_err() {
        return;
    }
    wake(&copy);
    for field in fields(&copy) {
        let Some(before) = typed.iter().find(|before| before.name() == field.name()) else {
            continue;
        };
        if before.value() != before.default_value() {
            field.set_value(&before.value());
            let options = EventInit::new();
            options.set_bubbles(true);
            if let Ok(event) = Event::new_with_event_init_dict("input", &options) {
                let _ = field.dispatch_event(&event);
            }
        }
        if focused.as_ref() == Some(before.as_ref()) {
            let _ = field.focus();
        }
    }
}

fn fields(island: &Element) -> Vec<HtmlInputElement> {
    let Ok(list) = island.query_selector_all("input[name]") else {
        return Vec::new();
    };
    (0..list.length())
        .filter_map(|index| list.item(index)?.dyn_into().ok())
        .collect()
}

/// By the function that the page's script leaves for it.
fn hydrate(island: &Element) {
    let wakes = js_sys::Reflect::get(&window(), &JsValue::from_str("__hydrateIsland"));
    let wakes = wakes
        .ok()
        .and_then(|wakes| wakes.dyn_into::<js_sys::Function>().ok());
    if let (Some(wakes), Some(id)) = (wakes, island.get_attribute("data-component")) {
        let _ = wakes.call2(&JsValue::NULL, island, &JsValue::from_str(&id));
    }
}
