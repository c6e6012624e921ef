//! What fail2ban did: every ban and unban, one by one.

mod filters;
mod page;
mod query;
mod table;

pub(crate) use page::BanHistoryPage;
