//! The wasm entry point: wakes the islands of a server-rendered page.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    #[cfg(not(feature = "full"))]
    leptos::mount::hydrate_islands();
    #[cfg(feature = "full")]
    leptos::mount::hydrate_body(app::App);
}
