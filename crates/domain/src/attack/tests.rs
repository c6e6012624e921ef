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
fn fields_in_any_order_and_each_value_as_sent() {
    type Values = (
        Option<&'static str>,
        Option<&'static str>,
        Option<&'static str>,
    );
    let cases: [(&str, Values); 16] = [
        ("", (None, None, None)),
        (
            "user[1] number[2] agent[friendly-scanner]",
            (Some("1"), Some("2"), Some("friendly-scanner")),
        ),
        (
            "agent[Cisco [7960] v8] user[1] destination_number[+44]",
            (Some("1"), Some("+44"), Some("Cisco [7960] v8")),
        ),
        ("user[] number[] agent[]", (Some(""), Some(""), Some(""))),
        // Unknown fields are passed over.
        ("port[5060] user[1]", (Some("1"), None, None)),
        (
            "user[1] port[5060] agent[x]",
            (Some("1] port[5060"), None, Some("x")),
        ),
        // A name inside a value is text of that value.
        ("user[a agent[x]", (Some("a agent[x"), None, None)),
        ("agent[a user[1]", (None, None, Some("a user[1"))),
        ("user[a]agent[x]", (Some("a]agent[x"), None, None)),
        (
            "user[a] xagent[x] agent[y]",
            (Some("a] xagent[x"), None, Some("y")),
        ),
        ("user[a]  agent[x]", (Some("a]  agent[x"), None, None)),
        ("myuser[a] Agent[x]", (None, None, None)),
        // Said twice: the first counts, since the module writes its own fields first.
        (
            "user[a] agent[x] user[b] agent[y]",
            (Some("a"), None, Some("x")),
        ),
        // Not closed: nothing.
        ("user[a", (None, None, None)),
        ("user[a] agent[x", (Some("a"), None, None)),
        (
            "user[a] number[1] agent[ip[198.51.100.7] user[b]]",
            (Some("a"), Some("1"), Some("ip[198.51.100.7")),
        ),
    ];
    for (fields, expected) in cases {
        let text = format!("ip[203.0.113.5] {fields} {AT} Registration failed");
        let got = line(&text);
        let text = |value: Option<&[u8]>| value.map(|value| String::from_utf8(value.into()));
        let got = (text(got.user), text(got.number), text(got.agent));
        let owned = |value: Option<&str>| value.map(|value| Ok(value.to_owned()));
        let expected = (owned(expected.0), owned(expected.1), owned(expected.2));
        assert_eq!(got, expected, "{fields}");
    }
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

const FORGERIES: [&[u8]; 4] = [
    b"] user[",
    b"] number[",
    b"] destination_number[",
    b"] agent[",
];

/// What an attacker sends, the parser's own words among it.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    const WORDS: [&str; 12] = [
        "] ",
        "]",
        "[",
        " ",
        "ip[198.51.100.7]",
        "user[",
        "number[",
        "agent[",
        "destination_number[",
        " at[2000-01-01T00:00:00+0000] Malformed",
        "at[",
        "\u{2028}",
    ];
    let word = prop_oneof![
        proptest::sample::select(WORDS.to_vec()).prop_map(|word| word.as_bytes().to_vec()),
        proptest::collection::vec(
            any::<u8>().prop_filter("one line", |byte| *byte != b'\n'),
            0..20
        ),
    ];
    proptest::collection::vec(word, 0..6).prop_map(|words| words.concat())
}

/// The line that the module writes about it.
fn written(user: &[u8], number: Option<&[u8]>, agent: Option<&[u8]>) -> Vec<u8> {
    let mut line = [b"ip[203.0.113.5] user[", user, b"] "].concat();
    if let Some(number) = number {
        line.extend([b"number[", number, b"] "].concat());
    }
    if let Some(agent) = agent {
        line.extend([b"agent[", agent, b"] "].concat());
    }
    line.extend(format!("{AT} Registration failed succeed!").as_bytes());
    line
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    /// Whatever the attacker puts into a field, the source, date and kind stay the module's.
    #[test]
    fn no_field_moves_the_source(
        user in hostile(),
        number in proptest::option::of(hostile()),
        agent in proptest::option::of(hostile()),
    ) {
        let bytes = written(&user, number.as_deref(), agent.as_deref());
        let got = parse(&bytes);
        prop_assert_eq!(got.source, Some("203.0.113.5".parse().unwrap()));
        prop_assert_eq!(got.at, Some(AT_MICROS));
        prop_assert_eq!(got.kind, Kind::RegistrationFailed);
        prop_assert!(got.user.is_some());
        prop_assert!(number.is_none() || got.number.is_some());
        prop_assert!(agent.is_none() || got.agent.is_some());
    }

    /// Each value comes back as it was sent, unless the attacker wrote the border between two
    /// fields into it.
    #[test]
    fn values_come_back_as_sent(
        user in hostile(),
        number in proptest::option::of(hostile()),
        agent in proptest::option::of(hostile()),
    ) {
        let forges = |value: &[u8]| FORGERIES.iter().any(|border| find(value, border).is_some());
        let all = [Some(&user), number.as_ref(), agent.as_ref()];
        prop_assume!(!all.into_iter().flatten().any(|value| forges(value)));
        let bytes = written(&user, number.as_deref(), agent.as_deref());
        let got = parse(&bytes);
        prop_assert_eq!(got.user, Some(&user[..]));
        prop_assert_eq!(got.number, number.as_deref());
        prop_assert_eq!(got.agent, agent.as_deref());
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
