//! The nodes, and why one shows nothing.

mod add_form;
mod api;
mod configs;
mod detail;
mod event_socket;
mod hops;
mod list;

pub(crate) use detail::NodePage;
pub(crate) use list::NodesPage;
