//! Who is told of what, what is wrong now, and what was sent.

mod api;
mod channel_form;
mod channels;
mod deliveries;
mod open;
mod page;
mod rule_form;
mod rules;

pub(crate) use page::AlertsPage;
pub(in crate::pages) use rules::says;
