//! This host: its name and its own addresses.

use std::fs;

use domain::inert::inert;
use domain::net::Network;

/// The host's name.
pub fn name() -> String {
    let name = fs::read("/proc/sys/kernel/hostname").unwrap_or_default();
    inert(name.trim_ascii(), 255)
}

/// Addresses of all interfaces, loopback left out.
pub fn addresses() -> Vec<Network> {
    let addresses = runtime::host::addresses();
    addresses.into_iter().map(Network::host).collect()
}
