//! Real programs that the product needs, run privately for a developer's machine and for tests: a
//! fail2ban with its own firewall, a Postgres with its own data folder.
//!
//! Nothing of the host is touched, and everything started here dies with the process that started
//! it, also when that process is killed.

pub mod fail2ban;
pub mod keeper;
pub mod namespace;
pub mod postgres;
