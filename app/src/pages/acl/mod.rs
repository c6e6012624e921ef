//! ACL lists: the lists, one of them with its entries, a tester, and what is written.

mod address;
mod api;
mod bring_in;
mod changes;
mod edit;
mod entries;
mod list_forms;
mod lists;
mod page;
mod preview;
mod tester;

pub(super) use changes::{changes, text};
pub(crate) use page::AclPage;
