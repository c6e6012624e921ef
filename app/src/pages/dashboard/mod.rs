//! "Are we under attack, and is it held?" on one screen.

mod charts;
mod page;
mod panels;
mod verdict;

pub(crate) use page::DashboardPage;
