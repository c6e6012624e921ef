//! Links without a page load, dismissing messages, copying, selecting all rows.

use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement, MouseEvent, PopStateEvent};

use super::{document, on, page, window};

pub(super) fn listen() {
    on::<MouseEvent>(&document(), "click", click);
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
        if let Ok(Some(message)) = button.closest(".toast") {
            message.remove();
        }
    } else if let Some(button) = closest("[data-copy]") {
        copy(&button);
    } else {
        close_dropdowns(&target);
    }
}

/// Copies the text of the element that the button names, and says so.
fn copy(button: &Element) {
    let text = button
        .get_attribute("data-copy")
        .and_then(|id| document().get_element_by_id(&id))
        .and_then(|source| source.text_content());
    if let Some(text) = text {
        drop(window().navigator().clipboard().write_text(&text));
        if let Some(said) = button.get_attribute("data-copied") {
            button.set_text_content(Some(&said));
        }
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

/// The box in a table's head ticks every row; any ticked row shows the bar of actions (by CSS).
fn change(event: web_sys::Event) {
    let Some(all) = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
    else {
        return;
    };
    if !all.has_attribute("data-select-all") {
        return;
    }
    let Ok(Some(table)) = all.closest("table") else {
        return;
    };
    if let Ok(boxes) = table.query_selector_all("tbody input[type=checkbox]") {
        for index in 0..boxes.length() {
            if let Some(row) = boxes
                .item(index)
                .and_then(|node| node.dyn_into::<HtmlInputElement>().ok())
            {
                row.set_checked(all.checked());
            }
        }
    }
}
