//! "Are we under attack, and is it held?" on one screen.

mod minutes;
mod page;
mod verdict;

pub(crate) use page::DashboardPage;
