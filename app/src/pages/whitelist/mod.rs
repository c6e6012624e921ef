//! Who is never banned.

mod add_form;
mod api;
mod page;

pub(crate) use page::WhitelistPage;
