//! SIP profiles: which list each asks about callers, and whether it wants a password.

mod api;
mod changes;
mod form;
mod page;

pub(super) use changes::changes;
pub(crate) use page::ProfilesPage;
