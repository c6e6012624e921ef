//! Who attacks in the demo, and the lines that the CTI module writes about them.
//!
//! Addresses come from the documentation ranges only.

use rand::Rng;
use rand::seq::IndexedRandom;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use super::fields;

const AT: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]+0000");

/// Lines after which fail2ban bans (jail `cti`: 5 in 180 s), and a real attacker falls silent.
pub const LINES_TO_BAN: u32 = 5;

/// How somebody attacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Guesses passwords of one extension, fast.
    Brute,
    /// Tries many extensions, fast.
    Sweep,
    /// Dials numbers abroad until one goes through.
    Dialer,
    /// Sends what is not SIP.
    Fuzzer,
    /// Asks what answers here, before anything else.
    Scanner,
    /// Stays below the limit for hours.
    Slow,
    /// A phone of ours with an old password: the customer who will call in.
    Customer,
    /// Puts into its fields what shall fool a reader of the log.
    Hostile,
}

impl Manner {
    /// A manner, the common ones more often.
    pub fn random(rng: &mut impl Rng) -> Self {
        const WEIGHTS: [(Manner, u32); 8] = [
            (Manner::Brute, 8),
            (Manner::Sweep, 6),
            (Manner::Dialer, 5),
            (Manner::Fuzzer, 2),
            (Manner::Scanner, 3),
            (Manner::Slow, 3),
            (Manner::Customer, 1),
            (Manner::Hostile, 1),
        ];
        WEIGHTS
            .choose_weighted(rng, |(_, weight)| *weight)
            .map_or(Self::Brute, |(manner, _)| *manner)
    }

    /// Seconds until this one's next line.
    pub fn pause(self, rng: &mut impl Rng) -> f64 {
        match self {
            Self::Brute | Self::Sweep => rng.random_range(0.15..1.2),
            Self::Dialer => rng.random_range(0.5..4.0),
            Self::Fuzzer | Self::Scanner => rng.random_range(0.1..0.8),
            Self::Slow => rng.random_range(50.0..150.0),
            Self::Customer => rng.random_range(8.0..25.0),
            Self::Hostile => rng.random_range(20.0..60.0),
        }
    }
}

/// One attacker.
#[derive(Clone, Debug)]
pub struct Attacker {
    /// Address text, canonical.
    pub address: String,
    /// How.
    pub manner: Manner,
    /// Lines still to come.
    pub left: u32,
    extension: String,
    agent: &'static str,
}

impl Attacker {
    /// A new one.
    pub fn random(rng: &mut impl Rng) -> Self {
        let manner = Manner::random(rng);
        let left = match manner {
            // The last packets before the ban leave a few lines more.
            Manner::Brute | Manner::Sweep | Manner::Dialer | Manner::Fuzzer | Manner::Scanner => {
                LINES_TO_BAN + rng.random_range(0..4)
            }
            Manner::Slow => rng.random_range(5..40),
            Manner::Customer => LINES_TO_BAN + 1,
            Manner::Hostile => 3,
        };
        Self {
            address: address(rng),
            manner,
            left,
            extension: fields::extension(rng),
            agent: match manner {
                // Phones and what pretends to be one.
                Manner::Customer | Manner::Slow => fields::phone(rng),
                _ => fields::tool(rng),
            },
        }
    }

    /// Its next line (with newline), written at `at` (UTC).
    pub fn line(&self, rng: &mut impl Rng, at: OffsetDateTime) -> String {
        let at = at
            .format(AT)
            .expect("every date of the demo has a four-digit year");
        let user = match self.manner {
            Manner::Sweep | Manner::Scanner => fields::extension(rng),
            Manner::Fuzzer => String::new(),
            Manner::Hostile => fields::hostile(rng).to_owned(),
            _ => self.extension.clone(),
        };
        let (number, text) = match self.manner {
            Manner::Dialer => {
                let number = fields::number(rng);
                (Some(number.text), number.told)
            }
            Manner::Fuzzer => (None, "Malformed SIP message succeed!"),
            Manner::Scanner => (None, "Scan OPTIONS succeed!"),
            _ => (None, "Registration failed succeed!"),
        };
        let number = number.map_or_else(String::new, |number| format!(" number[{number}]"));
        let agent = match self.agent {
            "" => String::new(),
            agent => format!(" agent[{agent}]"),
        };
        format!(
            "ip[{}] user[{user}]{number}{agent} at[{at}] {text}\n",
            self.address
        )
    }
}

/// IPv4 and IPv6, documentation ranges.
fn address(rng: &mut impl Rng) -> String {
    let last = rng.random_range(1..=254u8);
    match rng.random_range(0..10) {
        0..=3 => format!("203.0.113.{last}"),
        4..=6 => format!("198.51.100.{last}"),
        7..=8 => format!("192.0.2.{last}"),
        _ => {
            // No group is zero, so this is the canonical text.
            let mut group = || rng.random_range(0x1000..=0xffff_u16);
            format!("2001:db8:{:x}:{:x}::{:x}", group(), group(), group())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn writes_one_line_of_the_modules_form() {
        let mut rng = rand::rngs::StdRng::seed_from_u64(7);
        for _ in 0..500 {
            let attacker = Attacker::random(&mut rng);
            let line = attacker.line(&mut rng, OffsetDateTime::UNIX_EPOCH);
            assert!(
                line.starts_with(&format!("ip[{}] user[", attacker.address)),
                "{line}"
            );
            assert!(
                line.contains("] at[1970-01-01T00:00:00.000000+0000] "),
                "{line}"
            );
            assert_eq!(line.matches('\n').count(), 1, "{line}");
        }
    }

    #[test]
    fn only_documentation_addresses_attack() {
        let mut rng = rand::rngs::StdRng::seed_from_u64(7);
        for _ in 0..500 {
            let address: std::net::IpAddr = address(&mut rng).parse().unwrap();
            let documented = match address {
                std::net::IpAddr::V4(v4) => v4.is_documentation(),
                std::net::IpAddr::V6(v6) => v6.segments()[..2] == [0x2001, 0xdb8],
            };
            assert!(documented, "{address}");
        }
    }
}
