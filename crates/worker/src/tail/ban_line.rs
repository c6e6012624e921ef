//! Lines of `fail2ban.log` that say who was banned or freed.
//!
//! `2026-11-22 09:27:29,207 fail2ban.actions        [29155]: NOTICE  [cti] Ban 198.51.100.7`
//!
//! Every part is checked from the first byte to the last, so text that an attacker gets into the
//! log (in the output of an action, behind another word) is never taken for an event.

use domain::ban::BanEventKind;
use domain::net::Network;
use domain::wire::BanEvent;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Reads the lines of one jail.
#[derive(Clone, Debug)]
pub struct BanLines {
    jail: String,
    zone: TimeZone,
}

const VERBS: [(&str, BanEventKind); 4] = [
    ("Ban ", BanEventKind::Ban),
    ("Unban ", BanEventKind::Unban),
    ("Repeal Ban ", BanEventKind::Unban),
    ("Restore Ban ", BanEventKind::Restore),
];

impl BanLines {
    /// For a jail whose server writes in this zone's local time.
    pub fn new(jail: &str, zone: TimeZone) -> Self {
        Self {
            jail: jail.to_owned(),
            zone,
        }
    }

    /// For a server on this host.
    pub fn local(jail: &str) -> Self {
        Self::new(jail, TimeZone::system())
    }

    /// The event in one line (without its newline) that starts at `offset`, if it is one of ours.
    pub fn parse(&self, offset: i64, line: &[u8]) -> Option<BanEvent> {
        let line = std::str::from_utf8(line).ok()?;
        let line = line.strip_suffix('\r').unwrap_or(line);
        let (date, rest) = line.split_at_checked(23)?;
        let rest = rest.strip_prefix(" fail2ban.actions")?;
        let rest = rest.trim_start_matches(' ').strip_prefix('[')?;
        let (process, rest) = rest.split_once("]: ")?;
        let (level, rest) = rest.split_once(' ')?;
        if !all(process, |byte| byte.is_ascii_digit())
            || !all(level, |byte| byte.is_ascii_uppercase())
        {
            return None;
        }
        let rest = rest.trim_start_matches(' ').strip_prefix('[')?;
        let text = rest.strip_prefix(&self.jail)?.strip_prefix("] ")?;
        let (kind, address) = VERBS
            .into_iter()
            .find_map(|(verb, kind)| Some((kind, text.strip_prefix(verb)?)))?;
        if address != address.trim() {
            return None;
        }
        Some(BanEvent {
            offset,
            kind,
            network: address.parse::<Network>().ok()?,
            at: self.millis(date)?,
        })
    }

    /// `2026-11-22 09:27:29,207` in the log's zone. An hour that daylight saving repeats is taken
    /// as its first pass: order is by position, never by time.
    fn millis(&self, date: &str) -> Option<i64> {
        let (seconds, millis) = date.split_once(',')?;
        let shape = |text: &str, shape: &str| {
            text.len() == shape.len()
                && text.bytes().zip(shape.bytes()).all(|(byte, wanted)| {
                    if wanted == b'0' {
                        byte.is_ascii_digit()
                    } else {
                        byte == wanted
                    }
                })
        };
        if !shape(seconds, "0000-00-00 00:00:00") || !shape(millis, "000") {
            return None;
        }
        let local: DateTime = seconds.parse().ok()?;
        let zoned = local.to_zoned(self.zone.clone()).ok()?;
        Some(zoned.timestamp().as_millisecond() + millis.parse::<i64>().ok()?)
    }
}

fn all(text: &str, is: impl Fn(u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(is)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines() -> BanLines {
        BanLines::new("cti", TimeZone::UTC)
    }

    fn line(text: &str) -> String {
        format!("2026-11-22 09:27:29,207 fail2ban.actions        [29155]: NOTICE  [cti] {text}")
    }

    #[test]
    fn every_kind_of_line() {
        for (text, expected) in [
            (
                "Ban 198.51.100.7",
                Some((BanEventKind::Ban, "198.51.100.7")),
            ),
            (
                "Unban 198.51.100.7",
                Some((BanEventKind::Unban, "198.51.100.7")),
            ),
            (
                "Repeal Ban 198.51.100.7",
                Some((BanEventKind::Unban, "198.51.100.7")),
            ),
            (
                "Restore Ban 2001:db8::7",
                Some((BanEventKind::Restore, "2001:db8::7")),
            ),
            (
                "Ban 198.51.100.0/24",
                Some((BanEventKind::Ban, "198.51.100.0/24")),
            ),
            (
                "Ban 2001:DB8:0::7",
                Some((BanEventKind::Ban, "2001:db8::7")),
            ),
            ("198.51.100.7 already banned", None),
            ("Flush ticket(s) with iptables-allports", None),
            ("Ban notanip", None),
            ("Ban ", None),
            ("Ban 198.51.100.7 198.51.100.8", None),
            ("Ban 198.51.100.7 ", None),
            ("Increase Ban 198.51.100.7", None),
            ("Found 198.51.100.7 - Ban 198.51.100.8", None),
        ] {
            let event = lines().parse(5, line(text).as_bytes());
            let got = event.map(|event| (event.kind, event.network.to_string()));
            let expected = expected.map(|(kind, network)| (kind, network.to_owned()));
            assert_eq!(got, expected, "{text}");
        }
        let event = lines().parse(5, line("Ban 198.51.100.7").as_bytes());
        assert_eq!(event.unwrap().at, 1_795_339_649_207);
    }

    #[test]
    fn only_our_jail_and_only_the_ban_engine() {
        let good = line("Ban 198.51.100.7");
        assert!(lines().parse(0, good.as_bytes()).is_some());
        for (from, to) in [
            ("[cti]", "[cti2]"),
            ("[cti]", "[sshd]"),
            ("fail2ban.actions", "fail2ban.filter "),
            ("fail2ban.actions", "fail2ban.actionsx"),
            ("[29155]", "[29x]"),
            ("NOTICE", "notice"),
            ("2026-11-22", "2026-13-22"),
            ("2026-11-22", " 026-11-22"),
            (",207", ".207"),
        ] {
            let bad = good.replacen(from, to, 1);
            assert_ne!(bad, good);
            assert_eq!(lines().parse(0, bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn hostile_10_local_time_and_daylight_saving() {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let lines = BanLines::new("cti", zone);
        let at = |date: &str| {
            let text = line("Ban 198.51.100.7").replacen("2026-11-22 09:27:29", date, 1);
            lines.parse(0, text.as_bytes()).unwrap().at
        };
        assert_eq!(at("2026-11-22 09:27:29"), 1_795_339_649_207 - 3_600_000);
        assert_eq!(at("2026-07-01 12:00:00"), 1_782_900_000_207);
        // 02:30 happens twice on this day, and not at all on the other: an event all the same.
        assert_eq!(at("2026-10-25 02:30:00") % 1_000, 207);
        assert_eq!(at("2026-03-29 02:30:00") % 1_000, 207);
    }

    proptest! {
        #[test]
        fn hostile_01_no_text_forges_an_event(text in "\\PC{0,200}") {
            // Whatever an attacker gets into the middle of a line: the verb stands in one place.
            let forged = format!("2026-11-22 09:27:29,207 fail2ban.utils          [29155]: ERROR   {text} {}", line("Ban 198.51.100.8"));
            prop_assert_eq!(lines().parse(0, forged.as_bytes()), None);
            let found = line(&format!("Found 198.51.100.7 {text} Ban 198.51.100.8"));
            prop_assert_eq!(lines().parse(0, found.as_bytes()), None);
        }

        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert_eq!(lines().parse(0, &bytes), None);
            let mut prefixed = line("Ban ").into_bytes();
            let start = prefixed.len();
            prefixed.extend(&bytes);
            if let Some(event) = lines().parse(0, &prefixed) {
                let text = std::str::from_utf8(&prefixed[start..]).unwrap().trim_end_matches('\r');
                prop_assert_eq!(text.parse::<Network>().unwrap(), event.network);
            }
        }

        #[test]
        fn one_changed_byte_never_names_another_jail(position in 0_usize..60, byte in any::<u8>()) {
            let mut bytes = line("Ban 198.51.100.7").into_bytes();
            bytes[position] = byte;
            if let Some(event) = lines().parse(0, &bytes) {
                prop_assert_eq!(event.network.to_string(), "198.51.100.7");
            }
        }
    }
}
