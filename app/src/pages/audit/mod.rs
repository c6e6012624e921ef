//! The audit log.

mod details;
mod page;

pub(crate) use page::AuditPage;
