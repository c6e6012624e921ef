use proptest::prelude::*;

use super::*;

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

/// Python's `b'…'` literals of the transcript, as bytes.
fn bytes_literal(literal: &str) -> Vec<u8> {
    let inner = literal.strip_prefix('b').unwrap().as_bytes();
    let inner = &inner[1..inner.len() - 1];
    let mut bytes = Vec::new();
    let mut rest = inner.iter().copied();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        bytes.push(match rest.next().unwrap() {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'x' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            other => other,
        });
    }
    bytes
}

const MARKER: &[u8] = b"<F2B_END_COMMAND>";

fn transcript() -> Vec<(String, Vec<u8>)> {
    let file = include_str!("../../../tests/fail2ban/transcripts/socket-protocol.txt");
    let mut command = String::new();
    let mut found = Vec::new();
    for line in file.lines() {
        if let Some(words) = line.strip_prefix("COMMAND  ") {
            command = words.to_owned();
        } else if let Some(literal) = line.strip_prefix("RESPONSE ") {
            let bytes = bytes_literal(literal);
            let mut rest = bytes.as_slice();
            while !rest.is_empty() {
                let end = rest
                    .windows(MARKER.len())
                    .position(|part| part == MARKER)
                    .unwrap();
                found.push((command.clone(), rest[..end].to_vec()));
                rest = &rest[end + MARKER.len()..];
            }
        }
    }
    found
}

#[test]
fn reads_every_recorded_answer() {
    let all = transcript();
    assert!(all.len() > 35, "{}", all.len());
    let answer = |command: &str| {
        let (_, bytes) = all.iter().rfind(|(name, _)| name == command).unwrap();
        read(bytes).unwrap()
    };
    for (command, bytes) in &all {
        let value = read(bytes).unwrap_or_else(|error| panic!("{command}: {error}"));
        let code = value.as_items().map(|items| items[0].clone());
        assert!(
            matches!(code, Some(Value::Int(0 | 1))) || value.as_text().is_some(),
            "{command}: {value:?}"
        );
    }
    assert_eq!(
        answer("['version']"),
        Value::Tuple(vec![Value::Int(0), text("1.0.2")])
    );
    assert_eq!(
        answer("['get', 'cti', 'banip']"),
        Value::Tuple(vec![
            Value::Int(0),
            Value::List(
                ["203.0.113.1", "203.0.113.2", "2001:db8::7", "198.51.100.7"]
                    .map(text)
                    .to_vec()
            )
        ])
    );
    let banned = answer("['banned']");
    assert_eq!(
        banned.as_items().unwrap()[1].as_items().unwrap()[0],
        Value::Dict(vec![(
            text("cti"),
            Value::List(
                ["198.51.100.7", "203.0.113.1", "203.0.113.2", "2001:db8::7"]
                    .map(text)
                    .to_vec()
            )
        )])
    );
    let Value::Tuple(unknown) = answer("['status', 'nosuch']") else {
        panic!("a pair");
    };
    assert_eq!(
        unknown[1],
        Value::Object {
            class: "fail2ban.exceptions.UnknownJailException".into(),
            args: vec![text("nosuch")],
        }
    );
    let Value::Tuple(bantime) = answer("['get', 'cti', 'bantime']") else {
        panic!("a pair");
    };
    assert_eq!(bantime[1], Value::Int(86_400));
}

#[test]
fn writes_what_the_reader_reads() {
    let bytes = write(&["set", "cti", "banip", "2001:db8::7"]);
    assert!(bytes.starts_with(b"\x80\x02](X\x03\x00\x00\x00set"));
    assert_eq!(
        read(&bytes).unwrap(),
        Value::List(["set", "cti", "banip", "2001:db8::7"].map(text).to_vec())
    );
}

/// A pickle that would run a command in Python is only a name with arguments here.
#[test]
fn hostile_24_a_call_is_only_data() {
    let value = read(b"\x80\x02cposix\nsystem\nX\x02\x00\x00\x00id\x85R.").unwrap();
    assert_eq!(
        value,
        Value::Object {
            class: "posix.system".into(),
            args: vec![text("id")],
        }
    );
    for dangerous in [
        &b"\x80\x02c__main__\nx\n)\x81}\x92."[..],
        b"P1\n.",
        b"Q.",
        b"\x82\x01.",
    ] {
        assert!(matches!(read(dangerous), Err(PickleError::Unknown(_))));
    }
}

#[test]
fn bounds() {
    // Nested far deeper than any answer.
    let mut deep = vec![b']'; 200];
    deep.extend(vec![b'a'; 199]);
    deep.push(b'.');
    assert_eq!(read(&deep), Err(PickleError::TooLarge));
    // A list that holds itself.
    assert_eq!(read(b"]\x94h\x00a."), Err(PickleError::TooLarge));
    // Each level refers twice to the one below: 2^40 values when written out.
    let mut bomb = b"K\x01\x94".to_vec();
    for level in 0..40 {
        bomb.extend([b'h', level, b'h', level, 0x86, 0x94]);
    }
    let keep_top = bomb.clone();
    let mut bomb = b"(".to_vec();
    bomb.extend(keep_top);
    bomb.extend(b"t.");
    assert_eq!(read(&bomb), Err(PickleError::TooLarge));
    // A length that is not there.
    assert_eq!(
        read(b"\x8d\xff\xff\xff\xff\xff\xff\xff\x7f."),
        Err(PickleError::Truncated)
    );
    // A memo number far off costs no memory.
    assert_eq!(read(b"Nr\xff\xff\x00\x00."), Err(PickleError::Malformed));
    for broken in [
        &b""[..],
        b".",
        b"N",
        b"NN.",
        b"(.",
        b"(N.",
        b"N.N",
        b"a.",
        b"u.",
        b"R.",
    ] {
        assert!(read(broken).is_err(), "{broken:?}");
    }
}

#[test]
fn shared_lists_grow_after_they_were_noted() {
    // `x = []; (x, x); x.append(1)`: the member noted before it was filled is the same list.
    let value = read(b"]\x94K\x01ah\x00\x86.").unwrap();
    let list = Value::List(vec![Value::Int(1)]);
    assert_eq!(value, Value::Tuple(vec![list.clone(), list]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn any_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        let _ = read(&bytes);
    }

    /// Recorded answers with bytes changed, cut and repeated: deeper into the machine than noise.
    #[test]
    fn mutated_answers_never_panic(
        which in any::<prop::sample::Index>(),
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let all = transcript();
        let mut bytes = all[which.index(all.len())].1.clone();
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = read(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        let _ = read(&bytes);
    }

    #[test]
    fn requests_read_back(words in proptest::collection::vec(".{0,20}", 0..10)) {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let expected = Value::List(words.iter().map(|word| text(word)).collect());
        prop_assert_eq!(read(&write(&words)).unwrap(), expected);
    }
}
