//! What is allowed but unwise.

use crate::jail::{BanTime, JailConfig};
use crate::net::Network;

/// What an operator should know before the settings go to nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Banned shorter than failures count: free again, one failure from the next ban.
    ShorterThanWindow,
    /// Under ten minutes: an attacker hardly notices.
    ShortBan,
    /// Nobody is freed by time.
    ForEver,
    /// One mistyped password bans a customer.
    OneFailure,
    /// Room for guessing.
    ManyFailures,
    /// A public network so wide that strangers are in it.
    WidePublic(Network),
}

/// A ban shorter than this is hardly one, seconds.
const SHORT_BAN: i64 = 600;
/// More failures than this are guesses.
const MANY_FAILURES: i64 = 20;
/// Not the public internet: private, loopback, link-local, shared (carrier NAT) and documentation.
const NOT_PUBLIC: [&str; 9] = [
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "2001:db8::/32",
    "fc00::/7",
    "fe80::/10",
];

/// In the order of the settings.
pub fn advice(config: &JailConfig) -> Vec<Advice> {
    let (bantime, findtime) = (config.bantime, config.findtime.get());
    let mut found = Vec::new();
    if bantime == BanTime::FOR_EVER {
        found.push(Advice::ForEver);
    } else if bantime.get() < findtime {
        found.push(Advice::ShorterThanWindow);
    } else if bantime.get() < SHORT_BAN {
        found.push(Advice::ShortBan);
    }
    match config.maxretry.get() {
        1 => found.push(Advice::OneFailure),
        failures if failures > MANY_FAILURES => found.push(Advice::ManyFailures),
        _ => {}
    }
    let wide = config
        .ignore
        .iter()
        .filter(|network| is_strangers(**network));
    found.extend(wide.copied().map(Advice::WidePublic));
    found
}

fn is_strangers(network: Network) -> bool {
    network.is_wide()
        && !NOT_PUBLIC.iter().any(|text| {
            let known: Network = text.parse().expect("a network");
            known.contains(network)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(bantime: i64, findtime: i64, maxretry: i64, ignored: &[&str]) -> JailConfig {
        let mut config = JailConfig::default();
        let more = ignored.iter().map(|text| text.parse::<Network>().unwrap());
        config.ignore.extend(more);
        JailConfig::new(
            bantime.try_into().unwrap(),
            findtime.try_into().unwrap(),
            maxretry.try_into().unwrap(),
            config.ignore,
        )
        .unwrap()
    }

    #[test]
    fn the_defaults_are_wise() {
        assert_eq!(advice(&JailConfig::default()), []);
    }

    #[test]
    fn unwise_settings_are_told() {
        let wide: Network = "198.0.0.0/8".parse().unwrap();
        let wide6: Network = "2400::/32".parse().unwrap();
        for (config, expected) in [
            (config(100, 180, 5, &[]), vec![Advice::ShorterThanWindow]),
            (config(180, 180, 5, &[]), vec![Advice::ShortBan]),
            (config(600, 180, 5, &[]), vec![]),
            (config(-1, 180, 5, &[]), vec![Advice::ForEver]),
            (config(86_400, 180, 1, &[]), vec![Advice::OneFailure]),
            (config(86_400, 180, 21, &[]), vec![Advice::ManyFailures]),
            (
                config(
                    86_400,
                    180,
                    5,
                    &["198.0.0.0/8", "192.0.2.0/24", "2400::/32"],
                ),
                vec![Advice::WidePublic(wide), Advice::WidePublic(wide6)],
            ),
            (
                config(86_400, 180, 5, &["8.8.8.0/24", "100.64.0.0/10"]),
                vec![],
            ),
        ] {
            assert_eq!(advice(&config), expected, "{config:?}");
        }
    }
}
