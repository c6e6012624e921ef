//! What is kept, how much there is, and where countries and networks are known from.

mod api;
mod geo;
mod kept;
mod page;
mod stored;

pub(crate) use page::SettingsPage;
