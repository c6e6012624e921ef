//! The settings of jail `cti` that an operator chooses.

use serde::{Deserialize, Serialize};

use crate::net::Network;

/// Seconds an address stays banned: 10 s to 10 years, or for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct BanTime(i64);

/// Seconds within which failures count: 1 s to 30 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct FindTime(i64);

/// Failures before a ban: 1 to 1,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct MaxRetry(i64);

/// A number outside its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("must be a whole number from {least} to {most}")]
pub struct OutOfRange {
    /// The smallest that is accepted.
    pub least: i64,
    /// The largest.
    pub most: i64,
}

macro_rules! bounded {
    ($name:ident, $least:expr, $most:expr) => {
        impl $name {
            /// The smallest that is accepted.
            pub const LEAST: i64 = $least;
            /// The largest.
            pub const MOST: i64 = $most;

            /// The number.
            pub fn get(self) -> i64 {
                self.0
            }
        }

        impl From<$name> for i64 {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    };
}

bounded!(BanTime, 10, 315_360_000);
bounded!(FindTime, 1, 2_592_000);
bounded!(MaxRetry, 1, 1_000);

impl BanTime {
    /// fail2ban takes any negative bantime as "for ever"; this is the one that is written.
    pub const FOR_EVER: Self = Self(-1);
}

impl TryFrom<i64> for BanTime {
    type Error = OutOfRange;
    fn try_from(seconds: i64) -> Result<Self, OutOfRange> {
        match seconds {
            -1 => Ok(Self::FOR_EVER),
            _ => within(seconds, Self::LEAST, Self::MOST).map(Self),
        }
    }
}

impl TryFrom<i64> for FindTime {
    type Error = OutOfRange;
    fn try_from(seconds: i64) -> Result<Self, OutOfRange> {
        within(seconds, Self::LEAST, Self::MOST).map(Self)
    }
}

impl TryFrom<i64> for MaxRetry {
    type Error = OutOfRange;
    fn try_from(failures: i64) -> Result<Self, OutOfRange> {
        within(failures, Self::LEAST, Self::MOST).map(Self)
    }
}

fn within(value: i64, least: i64, most: i64) -> Result<i64, OutOfRange> {
    if (least..=most).contains(&value) {
        Ok(value)
    } else {
        Err(OutOfRange { least, most })
    }
}

/// Most networks of [`JailConfig::ignore`].
pub const IGNORE_LIMIT: usize = 1_000;

/// Never banned by fail2ban on a new node: loopback and private networks.
pub const BASE_IGNORE: [&str; 6] = [
    "127.0.0.0/8",
    "::1",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "fc00::/7",
];

/// What the jail of a node shall be like. The whitelist is beside it: entries there come and go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct JailConfig {
    /// `bantime`
    pub bantime: BanTime,
    /// `findtime`
    pub findtime: FindTime,
    /// `maxretry`
    pub maxretry: MaxRetry,
    /// The base list of `ignoreip`, sorted, each once.
    pub ignore: Vec<Network>,
}

/// Why a list of ignored networks is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum IgnoreError {
    /// Longer than [`IGNORE_LIMIT`].
    #[error("at most {IGNORE_LIMIT} networks")]
    TooMany,
    /// `/0` and its halves: nobody would ever be banned.
    #[error("{0} is (nearly) the whole internet: nobody would ever be banned")]
    Everybody(Network),
    /// Without it, fail2ban could ban the host itself.
    #[error("127.0.0.0/8 and ::1 must stay: the host itself must never be banned")]
    Loopback,
}

impl JailConfig {
    /// With the networks in canonical order.
    ///
    /// # Errors
    /// [`IgnoreError`].
    pub fn new(
        bantime: BanTime,
        findtime: FindTime,
        maxretry: MaxRetry,
        mut ignore: Vec<Network>,
    ) -> Result<Self, IgnoreError> {
        ignore.sort_unstable();
        ignore.dedup();
        if ignore.len() > IGNORE_LIMIT {
            return Err(IgnoreError::TooMany);
        }
        if let Some(wide) = ignore.iter().find(|network| network.prefix_len() < 7) {
            return Err(IgnoreError::Everybody(*wide));
        }
        for loopback in ["127.0.0.0/8", "::1"] {
            let loopback: Network = loopback.parse().expect("a network");
            if !ignore.iter().any(|network| network.contains(loopback)) {
                return Err(IgnoreError::Loopback);
            }
        }
        Ok(Self {
            bantime,
            findtime,
            maxretry,
            ignore,
        })
    }
}

impl Default for JailConfig {
    /// 5 failures in 180 s, a day; loopback and private networks ignored.
    fn default() -> Self {
        let ignore = BASE_IGNORE.map(|text| text.parse().expect("a network"));
        Self::new(BanTime(86_400), FindTime(180), MaxRetry(5), ignore.to_vec())
            .expect("the defaults are within their bounds")
    }
}

#[derive(Deserialize)]
struct Unchecked {
    bantime: BanTime,
    findtime: FindTime,
    maxretry: MaxRetry,
    ignore: Vec<Network>,
}

impl TryFrom<Unchecked> for JailConfig {
    type Error = IgnoreError;
    fn try_from(value: Unchecked) -> Result<Self, IgnoreError> {
        Self::new(value.bantime, value.findtime, value.maxretry, value.ignore)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_and_refuses_what_is_out_of_bounds() {
        let config = JailConfig::default();
        let json = serde_json::to_string(&config).unwrap();
        assert_eq!(serde_json::from_str::<JailConfig>(&json).unwrap(), config);
        for broken in [
            json.replace("86400", "9"),
            json.replace("86400", "-2"),
            json.replace(":180", ":0"),
            json.replace(":5,", ":1001,"),
            json.replace("10.0.0.0/8", "0.0.0.0/0"),
            json.replace("\"127.0.0.0/8\",", ""),
        ] {
            assert_ne!(broken, json);
            assert!(
                serde_json::from_str::<JailConfig>(&broken).is_err(),
                "{broken}"
            );
        }
        let for_ever = json.replace("86400", "-1");
        let config: JailConfig = serde_json::from_str(&for_ever).unwrap();
        assert_eq!(config.bantime, BanTime::FOR_EVER);
    }
}
