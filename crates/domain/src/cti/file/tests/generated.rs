//! Generated rules in generated files, and other readers to compare with.

use proptest::prelude::*;
use serde::de::IgnoredAny;

use super::super::super::{CallRules, Field, FormText};
use super::super::{read, write};
use super::{stock, written};

/// Blanks that may stand anywhere, with or without comments.
fn blank() -> impl Strategy<Value = String> {
    "([ \t]{0,2}|\r?\n {0,4}|/\\*[a-z{}\",\u{4e2d}]{0,6}\\*/|//[a-z{}\",:]{0,6}\n){0,2}"
}

/// A value as somebody else may write it.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,3})?([eE][+-]?[0-9]{1,2})?",
        "\"([ -!#-\\[\\]-~\u{4e2d}\u{1f600}]|\\\\[\"\\\\/bfnrt]|\\\\u00[0-9a-fA-F]{2}){0,8}\"",
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let items = proptest::collection::vec((blank(), inner, blank()), 0..4);
        (items, any::<bool>(), blank()).prop_map(|(items, object, gap)| {
            let list: Vec<String> = items
                .iter()
                .enumerate()
                .map(|(index, (before, item, after))| {
                    if object {
                        format!("{before}\"k{index}\"{after}:{item}{after}")
                    } else {
                        format!("{before}{item}{after}")
                    }
                })
                .collect();
            let inside = if list.is_empty() { gap } else { list.join(",") };
            if object {
                format!("{{{inside}}}")
            } else {
                format!("[{inside}]")
            }
        })
    })
}

/// Members with keys of their own, each ready to stand between commas.
fn others(name: &'static str) -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec((blank(), value(), blank()), 0..4).prop_map(move |members| {
        let member = |(index, (before, value, after)): (usize, &(String, String, String))| {
            format!("{before}\"{name}{index}\"{after}:{before}{value}")
        };
        members.iter().enumerate().map(member).collect()
    })
}

fn any_rules() -> impl Strategy<Value = CallRules> {
    let list =
        || proptest::collection::vec("[0-9*#+A-Za-z]{1,12}", 0..6).prop_map(|list| list.join(","));
    (
        "/?[a-z0-9_.\u{4e2d}]{0,8}/?[a-z]{1,6}\\.log",
        1..=1000_u16,
        list(),
        list(),
    )
        .prop_filter_map(
            "a name with two dots",
            |(filename, max_len, deny, allow)| {
                let max_len = max_len.to_string();
                FormText {
                    filename,
                    max_len,
                    deny,
                    allow,
                }
                .parse()
                .ok()
            },
        )
}

/// The text with comments blanked out, for a reader that knows none.
fn without_comments(text: &str) -> String {
    let mut plain = String::new();
    let (mut rest, mut quoted) = (text, false);
    while let Some(character) = rest.chars().next() {
        let width = if !quoted && rest.starts_with("/*") {
            rest.find("*/").unwrap() + 2
        } else if !quoted && rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else {
            let width = if quoted && character == '\\' {
                2
            } else {
                character.len_utf8()
            };
            quoted ^= character == '"';
            plain.push_str(&rest[..width]);
            width
        };
        rest = &rest[width..];
    }
    plain
}

proptest! {
    /// 26, 28: whatever stands round our values is byte for byte what it was, and another JSON
    /// reader finds in the file what we put there.
    #[test]
    fn hostile_26_28_nothing_else_is_changed(
        rules in any_rules(),
        old in any_rules(),
        outside in others("o"),
        inside in others("i"),
        place in 0..4_usize,
        has in proptest::collection::vec(any::<bool>(), 5),
        gap in blank(),
        bom in any::<bool>(),
    ) {
        let bom = if bom { "\u{feff}" } else { "" };
        // Our keys stand where they are, in whatever order; some may be missing.
        let new = write(b"", &old).unwrap();
        let new: serde_json::Value = serde_json::from_slice(&new).unwrap();
        let ours: Vec<String> = [Field::Deny, Field::Filename, Field::Allow, Field::MaxLength]
            .into_iter()
            .zip(&has)
            .filter(|(_, has)| **has)
            .map(|(field, _)| format!("{gap}\"{}\":{gap}{}", field.key(), new["fail2ban"][field.key()]))
            .collect();
        let mut members = inside.clone();
        members.splice(place.min(inside.len())..place.min(inside.len()), ours);
        let members = if members.is_empty() { gap.clone() } else { members.join(&format!("{gap},")) + &gap };
        let place = place.min(outside.len());
        let (before, after) = outside.split_at(place);
        let comma = |list: &[String]| if list.is_empty() { "" } else { "," };
        let before = format!("{bom}{gap}{{{}{}{gap}\"fail2ban\"{gap}:{gap}{{", before.join(","), comma(before));
        let after = format!("}}{gap}{}{}}}{gap}", comma(after), after.join(","));
        let file = format!("{before}{members}{after}");
        let changed = written(&file, &rules);
        prop_assert!(changed.starts_with(&before) && changed.ends_with(&after), "{}", changed);
        for member in &inside {
            prop_assert!(changed.contains(member.as_str()), "{} lost in {}", member, changed);
        }
        let expected: serde_json::Value = serde_json::from_slice(&write(b"", &rules).unwrap()).unwrap();
        let changed = without_comments(changed.trim_start_matches('\u{feff}'));
        let mut changed: serde_json::Value = serde_json::from_str(&changed).unwrap();
        let mut original: serde_json::Value =
            serde_json::from_str(&without_comments(file.trim_start_matches('\u{feff}'))).unwrap();
        for field in Field::ALL {
            prop_assert_eq!(&changed["fail2ban"][field.key()], &expected["fail2ban"][field.key()]);
            for file in [&mut changed, &mut original] {
                file["fail2ban"].as_object_mut().unwrap().remove(field.key());
            }
        }
        prop_assert_eq!(changed, original);
    }

    /// Without a section, what is added is one piece.
    #[test]
    fn hostile_28_a_new_section_is_one_piece(rules in any_rules(), outside in others("o"), gap in blank()) {
        let members = if outside.is_empty() { gap.clone() } else { outside.join(",") };
        let file = format!("{gap}{{{members}}}{gap}");
        let changed = written(&file, &rules);
        let same = |(a, b): &(char, char)| a == b;
        let head = file.chars().zip(changed.chars()).take_while(same).count();
        let tail = file.chars().rev().zip(changed.chars().rev()).take_while(same).count();
        prop_assert!(head + tail >= file.chars().count(), "{}\n{}", file, changed);
    }

    /// Ours takes no more than another reader, and no less.
    #[test]
    fn hostile_28_agrees_with_another_reader(
        file in "[{}\\[\\]:,\" \t\n0-9a-z\\\\eE+\\-.\u{0}\u{e9}]{0,24}",
        object in value(),
        cut in any::<prop::sample::Index>(),
        put in proptest::option::of("[{}\\[\\]:,\"0-9tn\\\\ ]"),
    ) {
        let plain = without_comments(&format!("{{\"a\":{object}}}"));
        let mut broken = plain.clone();
        let mut at = cut.index(broken.len());
        while !broken.is_char_boundary(at) {
            at -= 1;
        }
        let put = put.unwrap_or_default();
        broken.replace_range(at..at + broken[at..].chars().next().unwrap().len_utf8(), &put);
        for text in [&file, &plain, &broken] {
            let ours = read(text.as_bytes());
            if ours.is_ok() && !text.trim().is_empty() {
                prop_assert!(serde_json::from_str::<IgnoredAny>(text).is_ok(), "{:?}", text);
            }
            if serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).is_ok() {
                prop_assert!(ours.is_ok(), "{:?}: {:?}", text, ours);
            }
        }
    }

    /// No bytes make it panic.
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let _ = (read(&bytes), write(&bytes, &stock()));
    }
}
