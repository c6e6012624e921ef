//! Generated lists and generated damage.

use std::net::IpAddr;

use proptest::prelude::*;

use super::tests::{STOCK, list, lists};
use super::{read, write};
use crate::acl::{AclList, AclLists, Action, Comment, Entry};
use crate::net::Network;

fn networks() -> impl Strategy<Value = Network> {
    prop_oneof![
        (any::<[u8; 4]>(), 0_u8..=32)
            .prop_map(|(ip, length)| Network::around(ip.into(), length).unwrap()),
        (any::<[u8; 16]>(), 0_u8..=128).prop_map(|(ip, length)| {
            let ip = IpAddr::from(ip);
            Network::around(
                ip,
                length.min(if ip.to_canonical().is_ipv4() { 32 } else { 128 }),
            )
            .unwrap()
        }),
    ]
}

fn comments() -> impl Strategy<Value = Comment> {
    let hostile = prop_oneof![
        Just("--"),
        Just("-->"),
        Just("<!--#exec id-->"),
        Just("$${domain}"),
        Just("${system(id)}"),
        Just("<X-PRE-PROCESS cmd=\"exec\" data=\"id\"/>"),
        Just("x-pre-process"),
        Just("]]>"),
        Just("&amp;"),
        Just("&#x0;"),
        Just("<!ENTITY"),
        Just("\"'"),
        Just("</network-lists>"),
        Just("<include>"),
        Just("<?"),
        Just("callwarden: end"),
        Just("\\"),
        Just("a  b"),
        Just("\u{3000}"),
    ];
    let text = prop_oneof![hostile.prop_map(str::to_owned), "[ -~]{0,10}", "\\PC{0,10}"];
    prop::collection::vec(text, 0..4).prop_map(|parts| {
        let text = parts.concat();
        text.parse()
            .unwrap_or_else(|_| Comment::from_foreign(&text))
    })
}

fn entries() -> impl Strategy<Value = Entry> {
    let action = prop_oneof![Just(Action::Allow), Just(Action::Deny)];
    (action, networks(), comments()).prop_filter_map("0.0.0.0", |(action, network, comment)| {
        Entry::new(action, network, comment).ok()
    })
}

fn generated() -> impl Strategy<Value = AclLists> {
    let one = (
        "[a-zA-Z0-9][a-zA-Z0-9_.-]{0,20}",
        any::<bool>(),
        prop::collection::vec(entries(), 0..20),
    );
    prop::collection::vec(one, 0..6).prop_map(|parts| {
        let list = |(index, (name, allow, entries)): (usize, (String, bool, Vec<Entry>))| {
            let name = format!("{name}{index}").parse().ok()?;
            let default = if allow { Action::Allow } else { Action::Deny };
            Some(AclList {
                name,
                default,
                entries,
                adopted: false,
            })
        };
        AclLists::new(parts.into_iter().enumerate().filter_map(list).collect()).unwrap()
    })
}

/// The matcher as slow and plain as FreeSWITCH has it: the list reversed, the last longest wins.
fn plain(list: &AclList, address: IpAddr) -> bool {
    let mut allowed = list.default == Action::Allow;
    let mut bits = 0;
    for entry in list.entries.iter().rev() {
        let network = entry.network();
        if network.prefix_len() >= bits && network.contains(Network::host(address)) {
            bits = network.prefix_len();
            allowed = entry.action == Action::Allow;
        }
    }
    allowed
}

proptest! {
    #[test]
    fn hostile_26_what_is_written_reads_back_and_the_rest_stays(wanted in generated(), crlf: bool) {
        let text = if crlf { STOCK.replace('\n', "\r\n") } else { STOCK.to_owned() };
        let written = write(&text, &wanted).unwrap();
        let file = read(&written).unwrap();
        prop_assert_eq!(file.ours().unwrap(), wanted.clone());
        prop_assert!(file.findings.iter().all(|finding| finding.list.as_deref() == Some("domains")));
        prop_assert_eq!(write(&written, &AclLists::default()).unwrap(), text);
        prop_assert_eq!(written.matches("$${").count(), 1);
        let seen = crate::switch_xml::preprocess(&written);
        prop_assert!(seen.brought.is_empty() && seen.text == written);
    }

    #[test]
    fn the_matcher_the_file_and_the_plain_one_agree(wanted in generated(), other: [u8; 4]) {
        let written = write(STOCK, &wanted).unwrap();
        let file = read(&written).unwrap();
        for list in &wanted {
            let inside = list.entries.iter().map(|entry| entry.network().address());
            for address in inside.chain([IpAddr::from(other)]) {
                let decision = list.decide(address);
                prop_assert_eq!(decision.allowed, plain(list, address));
                prop_assert_eq!(decision.allowed, file.decide(list.name.as_str(), address).allowed);
            }
        }
    }

    #[test]
    fn hostile_28_no_text_makes_it_panic_or_lose_anything(noise in "\\PC{0,40}", at in 0_usize..700, insert: bool) {
        let mut at = at.min(STOCK.len());
        while !STOCK.is_char_boundary(at) { at -= 1; }
        let rest = if insert { &STOCK[at..] } else { "" };
        let text = format!("{}{noise}{rest}", &STOCK[..at]);
        let wanted = lists([list("inbound", &[("203.0.113.20", "")])]);
        if let Ok(written) = write(&text, &wanted) {
            prop_assert_eq!(write(&written, &AclLists::default()).unwrap(), text);
        }
    }
}
