//! The user interface. Pages are rendered by the server only; the browser gets HTML, and a small
//! wasm module with the islands (`docs/decisions/0001-islands.md`).

pub mod islands;

#[cfg(feature = "ssr")]
mod error;
#[cfg(feature = "ssr")]
mod layout;
#[cfg(feature = "ssr")]
mod pages;
#[cfg(feature = "ssr")]
pub mod request;
#[cfg(feature = "ssr")]
mod routes;
#[cfg(feature = "ssr")]
mod widgets;
#[cfg(feature = "ssr")]
pub mod words;

#[cfg(feature = "ssr")]
pub use layout::shell;
#[cfg(feature = "ssr")]
pub use pages::attacks::{exports_busy, lines_asked};
#[cfg(feature = "ssr")]
pub use routes::App;
