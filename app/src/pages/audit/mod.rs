//! The audit log.

mod page;

pub(crate) use page::AuditPage;
