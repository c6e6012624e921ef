//! A real fail2ban with a real firewall in a network namespace of its own; a fake server only for
//! the failures that the real one cannot be made to show.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed; clippy knows only the test functions"
)]

mod bans;
mod failures;
mod filter;
mod firewall;
mod lookups;
mod orders;
mod releases;
mod settings;
mod support;
mod whitelist;
