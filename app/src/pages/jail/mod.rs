//! When fail2ban bans, for how long, and whom it never bans.

mod api;
mod changes;
mod editor;
mod form;
mod node_table;
mod page;

pub(super) use changes::{changes, text};
pub(crate) use page::JailPage;
