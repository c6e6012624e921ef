//! The frame round every page: document shell, navigation, top bar, messages.

mod frame;
mod scope;
mod shell;
mod sources;
mod toasts;
mod top_bar;

pub(crate) use frame::{Bare, Frame};
pub use shell::shell;
