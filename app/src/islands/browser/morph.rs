//! Makes a piece of the page equal to a newer rendering of it, touching only what differs, so that
//! focus, typed text, ticked boxes, open panels and scroll positions stay.

use std::cell::Cell;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement, HtmlTextAreaElement, Node};

use super::wake::{is_island, renew, wake};

/// Attributes that belong to the reader, not to the server.
const OURS: [&str; 4] = ["open", "hidden", "data-awake", "tabindex"];

thread_local! {
    /// New rows wait until the pointer leaves their table.
    static HOLDS: Cell<bool> = const { Cell::new(false) };
}

/// Marks the hidden field that says what an editor began with.
const BASE: &str = "data-base";

/// Shown once by the server and kept through refreshes (a code to copy).
const KEEP: &str = "data-keep";

/// Why the page is rendered anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// Something changed, or time passed: what was said to the reader still stands.
    Refresh,
    /// The reader did something; this is the answer.
    Answer,
}

/// Makes the page equal to a newer rendering of it.
pub(super) fn morph_page(old: &Element, new: &Element, cause: Cause) {
    HOLDS.set(false);
    morph(old, new, cause);
}

/// Makes `old`'s attributes and children equal to `new`'s.
pub(super) fn morph(old: &Element, new: &Element, cause: Cause) {
    if is_island(old) {
        return renew(old, new);
    }
    if (cause == Cause::Refresh && is_said(old)) || old.is_equal_node(Some(new)) {
        return;
    }
    attributes(old, new, cause);
    if old.tag_name() == "TEXTAREA" {
        // Its default only: what was typed stays, until its form is reset.
        if cause == Cause::Answer || !is_dirty(old) {
            old.set_text_content(new.text_content().as_deref());
        }
    } else {
        children(old, new, cause);
    }
}

/// The messages of the last action, and a form that says what is wrong with it.
fn is_said(element: &Element) -> bool {
    let refused = || element.query_selector(".problem").ok().flatten().is_some();
    element.get_attribute("id").as_deref() == Some("toasts")
        || (element.tag_name() == "FORM" && refused())
}

fn attributes(old: &Element, new: &Element, cause: Cause) {
    for name in names(new) {
        let value = new.get_attribute(&name);
        // An answer sets what the form goes back to; what is typed stands beside it.
        let typed = || cause == Cause::Refresh && (is_dirty(old) || is_base(old));
        let skip = OURS.contains(&name.as_str()) || (name == "value" && typed());
        if !skip && value != old.get_attribute(&name) {
            let _ = old.set_attribute(&name, &value.unwrap_or_default());
        }
    }
    for name in names(old) {
        if !new.has_attribute(&name) && !OURS.contains(&name.as_str()) {
            let _ = old.remove_attribute(&name);
        }
    }
}

fn names(element: &Element) -> Vec<String> {
    element
        .get_attribute_names()
        .iter()
        .filter_map(|name| name.as_string())
        .collect()
}

/// Typed into, or being typed into.
fn is_dirty(element: &Element) -> bool {
    element
        .dyn_ref::<HtmlInputElement>()
        .is_some_and(|input| input.value() != input.default_value())
        || element
            .dyn_ref::<HtmlTextAreaElement>()
            .is_some_and(|area| area.default_value().is_ok_and(|text| area.value() != text))
}

/// The version that what is being typed into its form began with: somebody else's newer one must not
/// take its place unseen.
fn is_base(element: &Element) -> bool {
    element.has_attribute(BASE)
        && element
            .closest("form")
            .ok()
            .flatten()
            .and_then(|form| form.query_selector_all("input, textarea").ok())
            .is_some_and(|fields| {
                (0..fields.length())
                    .filter_map(|index| fields.item(index)?.dyn_into::<Element>().ok())
                    .any(|field| is_dirty(&field))
            })
}

/// What makes a child the same one in both renderings although it moved.
fn key(node: &Node) -> Option<String> {
    let element = node.dyn_ref::<Element>()?;
    // Not `element.id()`: a form's field named "id" would stand in its place.
    element
        .get_attribute("data-key")
        .or_else(|| element.get_attribute("id"))
        .map(|key| format!("{} {key}", element.tag_name()))
}

fn children(old: &Element, new: &Element, cause: Cause) {
    let keyed: Vec<(String, Node)> = nodes(old)
        .into_iter()
        .filter_map(|node| Some((key(&node)?, node)))
        .collect();
    let mut cursor = old.first_child();
    let holds = holds(old, cause);
    for wanted in nodes(new) {
        // What is kept stands where it stood.
        while let Some(kept) = cursor.take_if(|node| is_kept(node, cause)) {
            cursor = kept.next_sibling();
        }
        let wanted_key = key(&wanted);
        let same = match &wanted_key {
            Some(wanted_key) => keyed
                .iter()
                .find(|(key, node)| key == wanted_key && node.parent_node().as_ref() == Some(old))
                .map(|(_, node)| node.clone()),
            None => cursor.clone().filter(|node| {
                key(node).is_none()
                    && node.node_type() == wanted.node_type()
                    && node.node_name() == wanted.node_name()
            }),
        };
        match same {
            Some(node) => {
                if cursor.as_ref() == Some(&node) {
                    cursor = node.next_sibling();
                } else {
                    let _ = old.insert_before(&node, cursor.as_ref());
                }
                match (node.dyn_ref::<Element>(), wanted.dyn_ref::<Element>()) {
                    (Some(node), Some(wanted)) => morph(node, wanted, cause),
                    _ if node.node_value() != wanted.node_value() => {
                        node.set_node_value(wanted.node_value().as_deref());
                    }
                    _ => {}
                }
            }
            None if holds => HOLDS.set(true),
            None => {
                if let Ok(copy) = super::document().import_node_with_deep(&wanted, true) {
                    let _ = old.insert_before(&copy, cursor.as_ref());
                    if let Some(copy) = copy.dyn_ref() {
                        wake(copy);
                    }
                }
            }
        }
    }
    while let Some(node) = cursor {
        cursor = node.next_sibling();
        if !is_kept(&node, cause) {
            let _ = old.remove_child(&node);
        }
    }
}

fn is_kept(node: &Node, cause: Cause) -> bool {
    cause == Cause::Refresh
        && node
            .dyn_ref::<Element>()
            .is_some_and(|element| element.has_attribute(KEEP))
}

/// Rows that come in under the pointer would put another address under the click.
fn holds(table: &Element, cause: Cause) -> bool {
    cause == Cause::Refresh
        && table.tag_name() == "TBODY"
        && table.matches(":hover").unwrap_or(false)
}

/// Is any new row held back?
pub(super) fn holds_rows() -> bool {
    HOLDS.get()
}

fn nodes(element: &Element) -> Vec<Node> {
    let list = element.child_nodes();
    (0..list.length())
        .filter_map(|index| list.item(index))
        .collect()
}
