//! The wasm entry point: wakes the islands of a server-rendered page.

/// Called by the page's script once the module is loaded.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    // Links the islands in: each is found by its exported name.
    let _ = app::islands::Behaviour;
    leptos::mount::hydrate_islands();
}
