//! Which destination numbers may be called.

mod api;
mod changes;
mod editor;
mod impact;
mod nodes;
mod page;

pub(super) use changes::{changes, text};
pub(crate) use page::RulesPage;
