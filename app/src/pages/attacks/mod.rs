//! What attackers sent.

mod busy;
mod drawer;
mod filters;
mod list;
mod names;
mod page;
mod query;
mod table;

pub use busy::exports_busy;
pub(in crate::pages) use names::Names;
pub(crate) use page::AttacksPage;
pub use query::lines_asked;
pub(in crate::pages) use query::shown;
pub(in crate::pages) use table::AttackTable;
