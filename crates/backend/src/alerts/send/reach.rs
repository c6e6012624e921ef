//! Looking a receiver up once and connecting to nothing but what was looked at.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use domain::alert::may_reach;

use super::Outcome;

/// For the system's resolver.
const LOOKUP: Duration = Duration::from_secs(5);
/// Addresses of one receiver that are tried.
const MOST: usize = 4;

/// The addresses that may be connected to, at least one.
///
/// # Errors
/// [`Outcome::UnknownName`], [`Outcome::TimedOut`]; [`Outcome::AddressRefused`] where all of them must
/// not be connected to.
pub(super) async fn addresses(
    host: &str,
    port: u16,
    allow_private: bool,
) -> Result<Vec<SocketAddr>, Outcome> {
    let bare = host.trim_matches(['[', ']']);
    let found: Vec<SocketAddr> = if let Ok(address) = bare.parse::<IpAddr>() {
        vec![SocketAddr::new(address, port)]
    } else {
        let found = tokio::time::timeout(LOOKUP, tokio::net::lookup_host((bare, port))).await;
        let found = found.map_err(|_| Outcome::TimedOut)?;
        found.map_err(|_| Outcome::UnknownName)?.collect()
    };
    if found.is_empty() {
        return Err(Outcome::UnknownName);
    }
    let mut allowed = found;
    allowed.retain(|address| may_reach(address.ip(), allow_private).is_ok());
    allowed.truncate(MOST);
    if allowed.is_empty() {
        return Err(Outcome::AddressRefused);
    }
    Ok(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn names_of_this_machine_lead_nowhere() {
        let refused = addresses("localhost", 80, false).await;
        assert_eq!(refused, Err(Outcome::AddressRefused));
        let allowed = addresses("localhost", 80, true).await.unwrap();
        assert!(allowed.iter().all(|address| address.ip().is_loopback()));
        let metadata = addresses("169.254.169.254", 80, true).await;
        assert_eq!(metadata, Err(Outcome::AddressRefused));
    }
}
