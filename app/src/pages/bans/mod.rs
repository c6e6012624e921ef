//! Who is banned where, and freeing them.

mod api;
mod ban_form;
mod drawer;
mod filters;
mod history;
mod page;
mod query;
mod table;
mod tabs;

pub(in crate::pages) use api::{chosen, scope_of};
pub(in crate::pages) use ban_form::BanForm;
pub(in crate::pages) use drawer::Standing;
pub(crate) use history::BanHistoryPage;
pub(crate) use page::BansPage;
