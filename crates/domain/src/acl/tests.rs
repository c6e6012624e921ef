use super::checks::{EventSocket, Gateway, Surroundings, Warning, check};
use super::paste::paste;
use super::*;

fn list(name: &str, default: Action, entries: &[(Action, &str)]) -> AclList {
    let entry = |(action, network): &(Action, &str)| {
        Entry::new(*action, network.parse().unwrap(), Comment::default()).unwrap()
    };
    AclList {
        name: name.parse().unwrap(),
        default,
        entries: entries.iter().map(entry).collect(),
        adopted: false,
    }
}

fn lists(lists: impl Into<Vec<AclList>>) -> AclLists {
    AclLists::new(lists.into()).unwrap()
}

use Action::{Allow, Deny};

#[test]
fn hostile_26_names_are_safe_everywhere_or_refused() {
    for good in [
        "inbound",
        "esl_clients",
        "a",
        "7-up.list",
        "Inbound",
        "a--b",
        " padded ",
    ] {
        assert_eq!(
            good.parse::<ListName>().unwrap().as_str(),
            good.trim(),
            "{good}"
        );
    }
    let long = "a".repeat(65);
    let cases = [
        ("", NameError::Empty),
        ("loopback.auto", NameError::Automatic),
        ("mine.AUTO", NameError::Automatic),
        ("none", NameError::Reserved),
        ("None", NameError::Reserved),
        ("my-X-Pre-Process", NameError::Reserved),
        (&long, NameError::TooLong),
    ];
    for (text, error) in cases {
        assert_eq!(text.parse::<ListName>(), Err(error), "{text}");
    }
    for hostile in [
        "a,b",
        "10.0.0.0/8",
        "a b",
        "a\nreloadxml",
        "a\r\n\r\napi shutdown",
        "a;b",
        "${system(id)}",
        "$${domain}",
        "a\"/><list name=\"b",
        "]]>",
        "&amp;",
        "<!ENTITY",
        "a:b:c",
        "-a",
        ".a",
        "_",
        "呼入",
        "a\0",
        "a'b",
        "a|b",
        "a`b`",
    ] {
        assert_eq!(
            hostile.parse::<ListName>(),
            Err(NameError::Character),
            "{hostile:?}"
        );
        assert!(serde_json::from_value::<ListName>(hostile.into()).is_err());
    }
}

#[test]
fn hostile_26_entries_and_comments_are_refused_or_inert() {
    assert_eq!(
        "203.0.113.7/24"
            .parse::<crate::net::Network>()
            .unwrap_err()
            .to_string(),
        "the address has host bits set; the network is 203.0.113.0/24"
    );
    let everybody = serde_json::json!({"action": "allow", "network": "0.0.0.0"});
    assert!(serde_json::from_value::<Entry>(everybody).is_err());
    for bad in ["a\nb", "a\rb", "\u{1b}[2J", "\u{202e}", "\u{fffe}", "a\0"] {
        assert_eq!(
            bad.parse::<Comment>(),
            Err(CommentError::Character),
            "{bad:?}"
        );
    }
    assert_eq!(
        "长".repeat(121).parse::<Comment>(),
        Err(CommentError::TooLong)
    );
    assert_eq!(
        "say <! \" x=\"".parse::<Comment>(),
        Err(CommentError::Markup)
    );
    assert_eq!(
        Comment::from_foreign("old <!-- note -->").as_str(),
        "old < !-- note -->"
    );
    for kept in ["two  blanks", "电信\u{3000}中继", "no\u{a0}break"] {
        assert_eq!(Comment::from_foreign(kept).as_str(), kept);
    }
    let foreign = Comment::from_foreign(&format!(" a\n\tb \u{1b}[2J \u{fffe}{}", "x".repeat(200)));
    assert!(
        foreign.as_str().starts_with("a b \\x1b[2J xxx"),
        "{foreign}"
    );
    assert_eq!(foreign.as_str().parse::<Comment>(), Ok(foreign));
}

#[test]
fn lists_are_bounded_and_named_once() {
    let two = vec![list("a", Deny, &[]), list("a", Allow, &[])];
    assert_eq!(
        AclLists::new(two),
        Err(AclError::SameName("a".parse().unwrap()))
    );
    let many = (0..65)
        .map(|index| list(&format!("l{index}"), Deny, &[]))
        .collect();
    assert_eq!(AclLists::new(many), Err(AclError::TooManyLists));
    let entry = list("a", Deny, &[(Allow, "192.0.2.1")]).entries[0].clone();
    let full = |name: &str, count| AclList {
        entries: vec![entry.clone(); count],
        ..list(name, Deny, &[])
    };
    let name = "big".parse().unwrap();
    assert_eq!(
        AclLists::new(vec![full("big", 5_001)]),
        Err(AclError::TooManyEntries(name))
    );
    let together = (0..5)
        .map(|index| full(&format!("l{index}"), 4_001))
        .collect();
    assert_eq!(AclLists::new(together), Err(AclError::TooManyTogether));
}

#[test]
fn json_reads_back_and_is_checked() {
    let mut written = lists([list(
        "in",
        Deny,
        &[(Allow, "192.0.2.0/24"), (Deny, "2001:db8::8")],
    )]);
    let json = serde_json::to_value(&written).unwrap();
    assert_eq!(
        json,
        serde_json::json!([{"name": "in", "default": "deny", "entries": [
            {"action": "allow", "network": "192.0.2.0/24"}, {"action": "deny", "network": "2001:db8::8"}]}])
    );
    assert_eq!(serde_json::from_value::<AclLists>(json).unwrap(), written);
    written.0[0].adopted = true;
    let json = serde_json::to_string(&written).unwrap();
    assert_eq!(serde_json::from_str::<AclLists>(&json).unwrap(), written);
    for bad in [
        r#"[{"name":"a,b","default":"deny","entries":[]}]"#,
        r#"[{"name":"a","default":"permit","entries":[]}]"#,
        r#"[{"name":"a","default":"deny","entries":[{"action":"allow","network":"192.0.2.1/24"}]}]"#,
        r#"[{"name":"a","default":"deny","entries":[]},{"name":"a","default":"deny","entries":[]}]"#,
    ] {
        assert!(serde_json::from_str::<AclLists>(bad).is_err(), "{bad}");
    }
}

#[test]
fn the_most_specific_network_decides() {
    let list = list(
        "in",
        Deny,
        &[
            (Allow, "203.0.113.0/24"),
            (Deny, "203.0.113.20"),
            (Allow, "203.0.113.20"),
            (Allow, "2001:db8::/64"),
            (Allow, "0.0.0.0/0"),
        ],
    );
    let cases = [
        ("203.0.113.20", false, Some(1)),
        ("::ffff:203.0.113.20", false, Some(1)),
        ("203.0.113.21", true, Some(0)),
        ("198.51.100.1", true, Some(4)),
        ("2001:db8::66", true, Some(3)),
        ("2001:db8:1::1", false, None),
    ];
    for (address, allowed, by) in cases {
        let decision = list.decide(address.parse().unwrap());
        assert_eq!(decision, Decision { allowed, by }, "{address}");
    }
}

#[test]
fn warnings_before_it_is_too_late() {
    let name = |name: &str| name.parse::<ListName>().unwrap();
    let gateway = Gateway {
        node: "pbx1".to_owned(),
        name: "carrier".to_owned(),
        address: "203.0.113.20".parse().unwrap(),
    };
    let console = "198.51.100.10".parse().unwrap();
    let around = Surroundings {
        gateways: vec![gateway.clone()],
        event_sockets: vec![EventSocket {
            node: "pbx1".to_owned(),
            lists: vec!["esl".to_owned(), "loopback.auto".to_owned()],
            console,
        }],
    };
    let before = lists([
        list("in", Deny, &[(Allow, "203.0.113.0/24")]),
        list("old", Deny, &[(Allow, "203.0.113.20")]),
        list("esl", Deny, &[(Allow, "198.51.100.10")]),
    ]);
    assert_eq!(check(&before, &before, &around), []);
    let after = lists([
        list(
            "in",
            Deny,
            &[
                (Deny, "203.0.113.20"),
                (Allow, "203.0.113.0/24"),
                (Allow, "203.0.113.20"),
            ],
        ),
        list("esl", Deny, &[(Allow, "127.0.0.1"), (Allow, "127.0.0.1")]),
        list("shut", Deny, &[]),
        list("open", Allow, &[]),
        list(
            "wide",
            Deny,
            &[(Allow, "0.0.0.0/0"), (Allow, "::/0"), (Deny, "0.0.0.0/1")],
        ),
    ]);
    let out = |list: &str| Warning::GatewayKeptOut {
        list: name(list),
        gateway: gateway.clone(),
    };
    let all = |entry, network: &str| {
        let network = network.parse().unwrap();
        Warning::AllowsEverybody {
            list: name("wide"),
            entry,
            network,
        }
    };
    let cut = Warning::CutsUsOff {
        list: name("esl"),
        node: "pbx1".to_owned(),
        console,
    };
    assert_eq!(
        check(&after, &before, &around),
        [
            Warning::NoEffect {
                list: name("in"),
                entry: 2,
                first: 0
            },
            out("in"),
            Warning::Twice {
                list: name("esl"),
                entry: 1,
                first: 0
            },
            Warning::KeepsEverybodyOut { list: name("shut") },
            Warning::LetsEverybodyIn { list: name("open") },
            all(0, "0.0.0.0/0"),
            all(1, "::/0"),
            out("old"),
            cut.clone(),
        ]
    );
    let gone = check(&AclLists::default(), &before, &around);
    assert_eq!(gone, [out("in"), out("old"), cut]);
}

#[test]
fn pasted_lines_become_entries_or_faults() {
    let text = "\u{feff}action,network,comment\r\n\
        203.0.113.7\r\n\
        # a remark\r\n\r\n\
        203.0.113.0/24 Carrier A\r\n\
        deny 203.0.113.9 blocked, twice\r\n\
        allow,198.51.100.0/24,\"Carrier \"\"B\"\", Ltd\"\r\n\
        Deny;2001:DB8::8;x\r\n\
        allow\t192.0.2.4\t=cmd|'/c calc'!A1\r\n\
        192.0.2.1, 192.0.2.2/32,192.0.2.3\r\n\
        203.0.113.9/24\r\n\
        carrier.example\r\n\
        allow,203.0.113.1,\"open\r\n\
        permit,203.0.113.1,x\r\n\
        0.0.0.0\r\n\
        192.0.2.9 \u{202e}evil\r\n\
        allow\r\n\
        192.0.2.5 192.0.2.6/24\r\n";
    let pasted = paste(text, Allow);
    let entries: Vec<String> = pasted
        .entries
        .iter()
        .map(|(line, entry)| {
            format!(
                "{line} {} {} {}",
                entry.action,
                entry.network(),
                entry.comment
            )
        })
        .collect();
    assert_eq!(
        entries,
        [
            "2 allow 203.0.113.7 ",
            "5 allow 203.0.113.0/24 Carrier A",
            "6 deny 203.0.113.9 blocked, twice",
            "7 allow 198.51.100.0/24 Carrier \"B\", Ltd",
            "8 deny 2001:db8::8 x",
            "9 allow 192.0.2.4 =cmd|'/c calc'!A1",
            "10 allow 192.0.2.1 ",
            "10 allow 192.0.2.2 ",
            "10 allow 192.0.2.3 ",
        ]
    );
    let faults: Vec<String> = pasted
        .faults
        .iter()
        .map(|fault| format!("{} {}: {}", fault.line, fault.text, fault.fault))
        .collect();
    assert_eq!(
        faults,
        [
            "11 203.0.113.9/24: the address has host bits set; the network is 203.0.113.0/24",
            "12 carrier.example: this is not an IPv4 or IPv6 address",
            "13 allow,203.0.113.1,\"open: a quotation mark is not closed",
            "14 permit,203.0.113.1,x: this is not an IPv4 or IPv6 address",
            "15 0.0.0.0: FreeSWITCH would match every IPv4 address with 0.0.0.0/32",
            "16 192.0.2.9 \\u{202e}evil: a comment is one line without control characters",
            "17 allow: an address is missing",
            "18 192.0.2.5 192.0.2.6/24: the address has host bits set; the network is 192.0.2.0/24",
        ]
    );
    let many: Vec<String> = (0..6_000)
        .map(|index| format!("10.0.{}.{}", index / 250, index % 250))
        .collect();
    let pasted = paste(&many.join("\n"), Deny);
    assert_eq!((pasted.entries.len(), pasted.faults.len()), (5_000, 1));
    assert_eq!(paste(&"x\n".repeat(10_000), Deny).faults.len(), 100);
}
