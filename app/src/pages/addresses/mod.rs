//! Everything about one address or network.

mod chart;
mod head;
mod neighbours;
mod page;
mod timeline;
mod tried;

pub(crate) use page::AddressesPage;
pub(in crate::pages) use tried::test_url;
