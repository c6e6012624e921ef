//! What attackers send: extensions, numbers, user agents.

use rand::Rng;
use rand::seq::IndexedRandom;

/// A dialed number, and what the CTI module says about it.
pub struct Number {
    /// As sent.
    pub text: String,
    /// The end of the line.
    pub told: &'static str,
}

/// One of `words`, the heavier ones more often.
fn pick(rng: &mut impl Rng, words: &[(&'static str, u32)]) -> &'static str {
    let word = words.choose_weighted(rng, |(_, weight)| *weight);
    word.map_or("", |(word, _)| *word)
}

/// The names everybody has are tried first, then any.
pub fn extension(rng: &mut impl Rng) -> String {
    const USUAL: [(&str, u32); 14] = [
        ("100", 9),
        ("1000", 8),
        ("101", 7),
        ("1001", 7),
        ("200", 5),
        ("1002", 4),
        ("2000", 3),
        ("8000", 3),
        ("admin", 3),
        ("test", 2),
        ("1234", 2),
        ("trunk", 1),
        ("sip", 1),
        ("asterisk", 1),
    ];
    if rng.random_ratio(3, 5) {
        pick(rng, &USUAL).to_owned()
    } else {
        rng.random_range(100..9_999).to_string()
    }
}

/// What scanners call themselves, where they do not pretend.
pub fn tool(rng: &mut impl Rng) -> &'static str {
    pick(
        rng,
        &[
            ("friendly-scanner", 10),
            ("pplsip", 6),
            ("sipvicious", 3),
            ("VaxSIPUserAgent/3.1", 3),
            ("sipcli/v1.8", 2),
            ("sundayddr", 2),
            ("eyeBeam release 3006o stamp 17551", 2),
            ("Asterisk PBX", 2),
            ("Cisco-SIPGateway/IOS-12.x", 1),
            ("", 3),
        ],
    )
}

/// What phones are called.
pub fn phone(rng: &mut impl Rng) -> &'static str {
    pick(
        rng,
        &[
            ("Yealink SIP-T46S 66.86.0.15", 4),
            ("Grandstream GXP2170 1.0.11.3", 3),
            ("PolycomVVX-VVX_411-UA/5.9.5", 2),
            ("Zoiper rv2.10.18.2", 1),
            ("MicroSIP/3.21.3", 2),
        ],
    )
}

/// Expensive destinations as toll fraud dials them, with every way out that a switch may have; the
/// subscriber's part is made up.
pub fn number(rng: &mut impl Rng) -> Number {
    const WAYS: [(&str, u32); 12] = [
        ("00", 10),
        ("011", 7),
        ("+", 6),
        ("9011", 5),
        ("900", 4),
        ("000", 3),
        ("810", 2),
        ("0011", 2),
        ("99900", 1),
        ("8011", 1),
        ("1", 1),
        ("", 3),
    ];
    const COUNTRIES: [(&str, u32); 8] = [
        ("972", 6),
        ("881", 3),
        ("88299", 2),
        ("252", 3),
        ("375", 2),
        ("442", 4),
        ("48", 3),
        ("370", 2),
    ];
    const REFUSED: &str = "Destination number refused succeed!";
    let way = pick(rng, &WAYS);
    let text = format!(
        "{way}{}{:07}",
        pick(rng, &COUNTRIES),
        rng.random_range(0..10_000_000)
    );
    // As the demo's call rules have it, see `super::RULES`.
    let refused = text.len() > 12 || text.starts_with("00") || text.starts_with('+');
    let told = if refused && rng.random_ratio(4, 5) {
        REFUSED
    } else {
        "Call unauthorised succeed!"
    };
    Number { text, told }
}

/// What an attacker puts into a field to fool whoever reads the log.
pub fn hostile(rng: &mut impl Rng) -> &'static str {
    const TRICKS: [&str; 6] = [
        "<script>alert(1)</script>",
        "x] at[2000-01-01T00:00:00.000000+0000] y",
        "ip[192.0.2.1]",
        "'; drop table bans; --",
        "=HYPERLINK(\"https://evil.example\")",
        "\u{1b}[31mred\u{1b}[0m\u{202e}",
    ];
    TRICKS.choose(rng).copied().unwrap_or_default()
}
