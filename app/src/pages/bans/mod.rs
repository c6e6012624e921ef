//! Who is banned where, and freeing them.

mod api;
mod ban_form;
mod drawer;
mod filters;
mod page;
mod query;
mod table;

pub(in crate::pages) use api::{chosen, scope_of};
pub(crate) use page::BansPage;
