//! The browser's side, on web-sys: one file per idea.

mod brush;
mod clicks;
mod forms;
mod keys;
mod live;
mod morph;
mod page;
mod selection;
mod times;
mod wake;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Document, EventTarget, Window};

pub(crate) use forms::watch_form;
pub(crate) use live::follow;

/// Wakes the behaviour; called once, when the page's islands wake.
pub(crate) fn start() {
    forms::listen();
    clicks::listen();
    keys::listen();
    brush::listen();
    brush::arm();
    times::localise();
    // Tests and style sheets can tell that the page is awake.
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-awake", "");
        // A page that came over plain HTTP has no clipboard to write to.
        if window().is_secure_context() {
            let _ = root.set_attribute("data-clipboard", "");
        }
    }
}

fn window() -> Window {
    web_sys::window().expect("islands run in a window")
}

fn document() -> Document {
    window().document().expect("a window has a document")
}

/// Listens for as long as the page lives.
fn on<E: JsCast + 'static>(target: &EventTarget, event: &str, handle: impl FnMut(E) + 'static) {
    let mut handle = handle;
    let closure = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
        if let Ok(event) = event.dyn_into::<E>() {
            handle(event);
        }
    });
    let _ = target.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
    closure.forget();
}

/// Calls once, after so many milliseconds.
fn after(milliseconds: f64, call: impl FnOnce() + 'static) {
    let closure = Closure::once_into_js(call);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the browser counts whole milliseconds"
    )]
    let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(
        closure.unchecked_ref(),
        milliseconds as i32,
    );
}
