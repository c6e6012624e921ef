//! Hostile line 28 (and 26): kept as it was, or refused with line and column.

mod generated;

use super::super::{CallRules, Field, FormText};
use super::*;

fn rules(filename: &str, max_len: &str, deny: &str, allow: &str) -> CallRules {
    let form = FormText {
        filename: filename.into(),
        max_len: max_len.into(),
        deny: deny.into(),
        allow: allow.into(),
    };
    form.parse().unwrap()
}

fn stock() -> CallRules {
    rules("cti_fail2ban.log", "12", "00,+", "")
}

fn written(file: &str, rules: &CallRules) -> String {
    let bytes = write(file.as_bytes(), rules).unwrap();
    assert_eq!(read(&bytes), Ok(Section::Whole(rules.clone())), "{file}");
    assert_eq!(
        write(&bytes, rules).unwrap(),
        bytes,
        "a second time changes nothing"
    );
    String::from_utf8(bytes).unwrap()
}

const NEW: &str = r#"{
  "fail2ban": {
    "filename": "cti_fail2ban.log",
    "destination_number_max_len": 12,
    "deny_prefix": ["00", "+"],
    "allow_prefix": []
  }
}
"#;

#[test]
fn an_empty_file_becomes_a_new_one() {
    assert_eq!(stock(), CallRules::default());
    assert_eq!(written("", &stock()), NEW);
    for blank in ["  ", "\n\n", "\u{feff}", "// nothing yet", "/* x */\n"] {
        let new = written(blank, &stock());
        assert!(new.starts_with(blank) && new.ends_with(NEW), "{new}");
        assert_eq!(read(blank.as_bytes()), Ok(Section::Absent));
    }
}

#[test]
fn only_the_values_that_differ_are_changed() {
    // A key of ours that is missing, one that nobody knows, numbers, order, comments, CRLF: all kept.
    let before = "{\r\n\t\"redis\" : {\"port\": 6379.0, \"x\":1e2},\r\n\t\"fail2ban\":\r\n\t{ // ours\r\n\t\t\
        \"allow_prefix\" : [ ] ,\r\n\t\t\"mode\": \"b\",\r\n\t\t\"destination_number_max_len\" : 012e0x";
    assert!(read(before.as_bytes()).is_err());
    let file = |max: &str, more: &str| {
        format!(
            "\u{feff}{{\r\n\t\"redis\" : {{\"port\": 6379.0, \"x\":1e2}},\r\n\t\"fail2ban\":\r\n\t{{ // ours\r\n\t\t\
             \"allow_prefix\" : [ ] ,\r\n\t\t\"mode\": \"b\",\r\n\t\t\"destination_number_max_len\" : {max},\r\n\t\t\
             \"deny_prefix\":[\"0\\u0030\",\r\n\"+\"]{more} /* end */\r\n\t}} ,\"z\":[1,2 , 3]\r\n}}"
        )
    };
    let filename = ",\r\n\t\t\"filename\": \"cti_fail2ban.log\"";
    assert_eq!(
        read(file("9", "").as_bytes()),
        Ok(Section::Partial {
            missing: vec![Field::Filename]
        })
    );
    assert_eq!(written(&file("9", ""), &stock()), file("12", filename));
    assert_eq!(
        written(&file("0", filename), &stock()),
        file("12", filename)
    );
    assert_eq!(
        written(&file("\"x\"", filename), &stock()),
        file("12", filename)
    );
    assert_eq!(
        written(&file("12", filename), &stock()),
        file("12", filename)
    );
}

#[test]
fn a_new_section_follows_the_style_of_the_file() {
    for (file, expected) in [
        (
            "{\"a\":1}",
            "{\"a\":1,\"fail2ban\": {\"filename\": \"f\", \"destination_number_max_len\": 1, \"deny_prefix\": [], \"allow_prefix\": []}}",
        ),
        (
            "{\r\n\t\"a\": 1 // one\r\n}\r\n",
            "{\r\n\t\"a\": 1,\r\n\t\"fail2ban\": {\r\n\t\t\"filename\": \"f\",\r\n\t\t\"destination_number_max_len\": 1,\r\n\t\t\
             \"deny_prefix\": [],\r\n\t\t\"allow_prefix\": []\r\n\t} // one\r\n}\r\n",
        ),
        (
            "{}",
            "{\n  \"fail2ban\": {\n    \"filename\": \"f\",\n    \"destination_number_max_len\": 1,\n    \
             \"deny_prefix\": [],\n    \"allow_prefix\": []\n  }\n}",
        ),
        (
            "{\n    \"fail2ban\": {}\n}",
            "{\n    \"fail2ban\": {\n      \"filename\": \"f\",\n      \"destination_number_max_len\": 1,\n      \
             \"deny_prefix\": [],\n      \"allow_prefix\": []\n    }\n}",
        ),
    ] {
        assert_eq!(written(file, &rules("f", "1", "", "")), expected);
    }
}

/// Where it is, and what.
fn refused(bytes: &[u8]) -> (usize, usize, What) {
    let problem = read(bytes).unwrap_err();
    if !matches!(problem.what, What::Type(_) | What::Value(..)) {
        assert_eq!(
            write(bytes, &stock()).unwrap_err(),
            problem,
            "never overwritten"
        );
    }
    assert!(crate::inert::is_inert(&problem.to_string()), "{problem}");
    (problem.line, problem.column, problem.what)
}

#[test]
fn hostile_28_refused_with_line_and_column() {
    let twice = || What::Twice("fail2ban".into());
    let case = || What::OtherCase("fail2ban".into());
    let cases: Vec<(&[u8], usize, usize, What)> = vec![
        (b"{", 1, 2, What::EndsEarly),
        (b"{\n \"a\": [1,\n", 3, 1, What::EndsEarly),
        (b"{\"a\": \"x\n", 1, 7, What::EndsEarly),
        (b"{} /* x", 1, 4, What::EndsEarly),
        (b"{\n  \"a\": 1,\n}", 3, 1, What::NotJson), // trailing comma
        (b"{\"a\": [1,]}", 1, 10, What::NotJson),
        (b"{\"a\" 1}", 1, 6, What::NotJson),
        (b"{\"a\": 1 \"b\": 2}", 1, 9, What::NotJson),
        (b"{a: 1}", 1, 2, What::NotJson),
        (b"{'a': 1}", 1, 2, What::NotJson),
        (b"{\"a\": 01}", 1, 8, What::NotJson),
        (b"{\"a\": 0x1}", 1, 7, What::NotJson),
        (b"{\"a\": NaN}", 1, 7, What::NotJson),
        (b"{\"a\": +1}", 1, 7, What::NotJson),
        (b"{\"a\": .5}", 1, 7, What::NotJson),
        (b"{\"a\": \"\t\"}", 1, 8, What::NotJson),
        (b"{\"a\": \"\\x41\"}", 1, 8, What::NotJson),
        (b"{\"a\": \"\\ud800\"}", 1, 8, What::NotJson),
        (b"{}\0", 1, 3, What::NotJson),
        (b"{}\x0c", 1, 3, What::NotJson),
        (b"{}\xc2\xa0", 1, 3, What::NotJson), // a blank, but none of JSON's
        (b"{} {}", 1, 4, What::NotJson),
        (b"]", 1, 1, What::NotJson),
        (b"[1]", 1, 1, What::NotAnObject),
        (b"\xef\xbb\xbf\"x\"", 1, 1, What::NotAnObject),
        (b"\xff\xfe{\0}\0", 1, 1, What::NotUtf8), // UTF-16
        (b"{\n\"\xe4\xb8\xad\xd6\xd0\"", 2, 3, What::NotUtf8), // GBK behind UTF-8
        (b"{\"fail2ban\": 1}", 1, 14, What::SectionNotAnObject),
        (b"{\"fail2ban\": null}", 1, 14, What::SectionNotAnObject),
        (
            b"{\"fail2ban\": {},\r\n\"fail2\\u0062an\": {}}",
            2,
            1,
            twice(),
        ),
        (b"{\"fail2ban\": {}, \"FAIL2BAN\": {}}", 1, 18, twice()),
        (b"{\"Fail2ban\": {}}", 1, 2, case()),
        (
            b"{\"fail2ban\": {\"filename\": \"a\", \"filename\": \"b\"}}",
            1,
            32,
            What::Twice("filename".into()),
        ),
        (
            b"{\"fail2ban\": {\"deny_prefix\": \"00\"}}",
            1,
            30,
            What::Type(Field::Deny),
        ),
        (
            b"{\"fail2ban\": {\"deny_prefix\": [0]}}",
            1,
            31,
            What::Type(Field::Deny),
        ),
        (
            b"{\"fail2ban\": {\"filename\": 1}}",
            1,
            27,
            What::Type(Field::Filename),
        ),
    ];
    for (bytes, line, column, what) in cases {
        let shown = String::from_utf8_lossy(bytes);
        assert_eq!(refused(bytes), (line, column, what), "{shown}");
    }
    for value in [
        "12.0",
        "-1",
        "0",
        "1e3",
        "99999999999999999999",
        "\"12\"",
        "true",
    ] {
        let file = format!("{{\"fail2ban\": {{\"destination_number_max_len\": {value}}}}}");
        assert_eq!(refused(file.as_bytes()).1, 45, "{value}");
    }
    for entry in ["", " ", "\\n", "0\\u0000", "]]>"] {
        let file = format!("{{\"fail2ban\": {{\"allow_prefix\": [\"1\", \"{entry}\"]}}}}");
        assert_eq!(refused(file.as_bytes()).1, 37, "{entry}");
    }
}

#[test]
fn hostile_28_nesting_takes_no_stack_and_little_time() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
        let deep = |levels: usize| {
            let (open, close) = (open.repeat(levels), close.repeat(levels));
            format!("{{\"x\": {open}1{close}}}")
        };
        let brackets = open.len() - open.replace(['[', '{'], "").len();
        let fits = (MAX_DEPTH - 1) / brackets;
        let file = deep(fits);
        assert!(written(&file, &stock()).starts_with(&file[..file.len() - 1]));
        for levels in [fits + 1, 100_000] {
            let (line, column, what) = refused(deep(levels).as_bytes());
            assert_eq!((line, what), (1, What::TooDeep));
            assert!(column <= 7 + (MAX_DEPTH + 1) * 6, "{column}");
        }
        assert_eq!(refused(open.repeat(100_000).as_bytes()).0, 1);
    }
    let below = "[".repeat(100_000);
    let inside = format!("{{\"fail2ban\": {{\"deny_prefix\": {below}");
    assert_eq!(refused(inside.as_bytes()).2, What::TooDeep);
}

#[test]
fn hostile_28_five_megabytes_are_kept_and_more_is_refused() {
    let most = MAX_BYTES - "{\"x\": \"\"}".len() - 200;
    let file = format!("{{\"x\": \"{}\"}}", "x".repeat(most));
    let new = written(&file, &stock());
    assert!(new.starts_with(&file[..file.len() - 1]));
    let many = format!("{{\"x\": [{}0]}}", "0,".repeat(MAX_BYTES / 2 - 200));
    assert!(written(&many, &stock()).starts_with(&many[..many.len() - 1]));
    let full = format!("{{\"x\": \"{}\"}}", "x".repeat(MAX_BYTES - 9));
    assert_eq!(read(full.as_bytes()), Ok(Section::Absent));
    assert_eq!(
        write(full.as_bytes(), &stock()).unwrap_err().what,
        What::TooLarge
    );
    assert_eq!(
        refused(format!("{full} ").as_bytes()),
        (1, 1, What::TooLarge)
    );
}
