use proptest::prelude::*;

use super::*;

const AT: &str = "at[2026-11-22T10:40:28.123456+0000]";
const AT_MICROS: i64 = 1_795_344_028_123_456;

fn line(text: &str) -> AttackLine<'_> {
    parse(text.as_bytes())
}

#[test]
fn reads_the_modules_own_form() {
    let got = line(
        "ip[124.32.10.1] user[1177] at[2024-04-13T17:21:01.959347+0800] Registration failed succeed!",
    );
    assert_eq!(got.source, Some("124.32.10.1".parse().unwrap()));
    assert_eq!(got.kind, Kind::RegistrationFailed);
    assert_eq!(got.user, Some(&b"1177"[..]));
    assert_eq!(got.at, Some(1_713_000_061_959_347));
}

#[test]
fn the_source_stands_in_one_place_only() {
    let cases = [
        ("ip[198.51.100.7] user[x]", Some("198.51.100.7")),
        ("  ip[198.51.100.7] user[x]", Some("198.51.100.7")),
        ("ip[2001:DB8::7] x", Some("2001:db8::7")),
        ("ip[[2001:db8::7]] x", Some("2001:db8::7")),
        ("ip[::ffff:192.0.2.9] x", Some("192.0.2.9")),
        (
            "ip[203.0.113.5] user[ip[198.51.100.7]] at[2000-01-01T00:00:00+0000] x",
            Some("203.0.113.5"),
        ),
        ("user[a] ip[198.51.100.7]", None),
        ("2026-11-22 00:00:00 ip[198.51.100.8] date first", None),
        ("xip[198.51.100.7]", None),
        ("IP[198.51.100.7]", None),
        ("ip[ 198.51.100.7]", None),
        ("ip[]", None),
        ("ip[198.51.100.7", None),
        ("ip[[198.51.100.7]", None),
        ("ip[198.51.100.7:5060]", None),
        ("ip[198.51.100.0/24]", None),
        ("ip[999.1.1.1]", None),
        ("ip[001.002.003.004]", None),
        ("ip[fe80::1%eth0]", None),
        ("ip[host.example]", None),
        ("", None),
    ];
    for (text, expected) in cases {
        assert_eq!(
            line(text).source,
            expected.map(|text| text.parse().unwrap()),
            "{text:?}"
        );
    }
}

#[test]
fn the_attackers_text_moves_neither_date_nor_kind() {
    let users = [
        "100]",
        "",
        "@",
        "x] at[2000-01-01T00:00:00+0000] Registration failed",
        "x] at[2001-01-01T00:00:00.000000+0800] malformed",
        "ip[198.51.100.7]",
        "x@y] from 198.51.100.7",
        "2001-01-01 00:00:00",
        "a\\\"'[[[",
    ];
    for user in users {
        let text = format!("ip[203.0.113.5] user[{user}] {AT} Registration failed succeed!");
        let got = line(&text);
        assert_eq!(got.source, Some("203.0.113.5".parse().unwrap()), "{text}");
        assert_eq!(got.at, Some(AT_MICROS), "{text}");
        assert_eq!(got.kind, Kind::RegistrationFailed, "{text}");
        assert_eq!(got.user, Some(user.as_bytes()), "{text}");
    }
}

#[test]
fn kinds_come_from_the_words_after_the_date() {
    let cases = [
        ("Registration failed succeed!", Kind::RegistrationFailed),
        ("register failed user 1001", Kind::RegistrationFailed),
        ("Malformed SIP message", Kind::MalformedSip),
        ("destination number refused: prefix 00", Kind::NumberRefused),
        ("invite unauthorized user 2001", Kind::CallUnauthorised),
        ("Scan OPTIONS", Kind::Scan),
        ("something new", Kind::Other),
        ("", Kind::Other),
    ];
    for (text, kind) in cases {
        assert_eq!(
            line(&format!("ip[203.0.113.5] {AT} {text}")).kind,
            kind,
            "{text}"
        );
    }
    assert_eq!(
        line("ip[203.0.113.5] 2026-11-22 09:44:02 register failed").kind,
        Kind::RegistrationFailed
    );
}

#[test]
fn reads_number_and_user_side_by_side() {
    let text = format!("ip[203.0.113.5] user[1001] number[00442071234567] {AT} Number refused");
    let got = line(&text);
    assert_eq!(got.user, Some(&b"1001"[..]));
    assert_eq!(got.number, Some(&b"00442071234567"[..]));
}

#[test]
fn dates() {
    let cases = [
        ("2026-11-22T10:40:28.123456+0000", Some(AT_MICROS)),
        ("2026-11-22T18:40:28.123456+0800", Some(AT_MICROS)),
        ("2026-11-22T18:40:28.123456+08:00", Some(AT_MICROS)),
        (
            "2026-11-22 10:40:28",
            Some(AT_MICROS / 1_000_000 * 1_000_000),
        ),
        (
            "2026-11-22T10:40:28Z",
            Some(AT_MICROS / 1_000_000 * 1_000_000),
        ),
        ("2026-02-30T10:40:28Z", None),
        ("2026-11-22T24:40:28Z", None),
        ("2026-11-22T10:40:28+9900", None),
        ("2026-11-22", None),
        ("", None),
    ];
    for (text, expected) in cases {
        assert_eq!(parse_date(text.as_bytes()), expected, "{text:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    /// Whatever the attacker puts into the user, the source, date and kind stay the module's.
    #[test]
    fn no_user_moves_the_source(user in proptest::collection::vec(any::<u8>(), 0..80)) {
        let mut bytes = b"ip[203.0.113.5] user[".to_vec();
        bytes.extend(user.iter().filter(|byte| **byte != b'\n'));
        bytes.extend(format!("] {AT} Registration failed succeed!").as_bytes());
        let got = parse(&bytes);
        prop_assert_eq!(got.source, Some("203.0.113.5".parse().unwrap()));
        prop_assert_eq!(got.at, Some(AT_MICROS));
        prop_assert_eq!(got.kind, Kind::RegistrationFailed);
    }

    /// Any bytes at all: no panic.
    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes);
        let mut prefixed = b"ip[203.0.113.5] ".to_vec();
        prefixed.extend(bytes);
        prop_assert!(parse(&prefixed).source.is_some());
    }
}
