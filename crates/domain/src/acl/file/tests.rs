use std::net::IpAddr;

use super::*;
use crate::acl::{AclList, AclLists, Action, Entry};
use crate::switch_xml::{SIZE_LIMIT, XmlError};

/// Shaped like the stock file.
pub(super) const STOCK: &str = r#"<configuration name="acl.conf" description="Network Lists">
  <network-lists>
    <!--
	 These are made at start.
	 loopback.auto - nobody's business
    -->

    <list name="lan" default="allow">
      <node type="deny" cidr="192.168.42.0/24"/>
      <node type="allow" cidr="192.168.42.42/32"/>
    </list>

    <list name="domains" default="deny">
      <!-- domain= takes the users of the directory -->
      <node type="allow" domain="$${domain}"/>
      <!-- <node type="allow" cidr="192.168.0.0/24"/> -->
    </list>

  </network-lists>
</configuration>

"#;

pub(super) fn list(name: &str, entries: &[(&str, &str)]) -> AclList {
    let entry = |(network, comment): &(&str, &str)| {
        Entry::new(
            Action::Allow,
            network.parse().unwrap(),
            comment.parse().unwrap(),
        )
        .unwrap()
    };
    AclList {
        name: name.parse().unwrap(),
        default: Action::Deny,
        entries: entries.iter().map(entry).collect(),
        adopted: false,
    }
}

pub(super) fn lists(lists: impl Into<Vec<AclList>>) -> AclLists {
    AclLists::new(lists.into()).unwrap()
}

fn adopted(list: AclList) -> AclList {
    AclList {
        adopted: true,
        ..list
    }
}

fn wrapped(lists: &str) -> String {
    format!(
        "<configuration name=\"acl.conf\">\n<network-lists>\n{lists}\n</network-lists>\n</configuration>\n"
    )
}

#[test]
fn answers_as_the_real_switch_did() {
    let mut asked = 0;
    for case in include_str!("recorded.txt").split("\n== ").skip(1) {
        let (questions, xml): (Vec<&str>, Vec<&str>) = case
            .lines()
            .skip(1)
            .partition(|line| line.starts_with("> "));
        let file = read(&wrapped(&xml.join("\n"))).unwrap();
        for question in questions {
            let words: Vec<&str> = question[2..].split(' ').collect();
            let (address, name) = (words[0].parse::<IpAddr>().unwrap(), words[1]);
            let verdict = file.decide(name, address);
            assert_eq!(verdict.allowed.to_string(), words[2], "{case}\n{question}");
            if let Some(Ok(imported)) = verdict.list.map(FoundList::import) {
                let ours = imported.list.decide(address);
                assert_eq!(
                    ours.allowed, verdict.allowed,
                    "imported: {case}\n{question}"
                );
            }
            asked += 1;
        }
    }
    assert_eq!(asked, 57);
}

#[test]
fn faults_that_freeswitch_swallows_are_named() {
    let cidrs: Vec<String> = (0..40).map(|index| format!("192.0.2.{index}/32")).collect();
    let xml = wrapped(&format!(
        r#"<list default="deny"/><lst name="x"/>
<list name="a" default="permit">
<node cidr="203.0.113.20/32"/>
<node type="Allow" cidr="203.0.113.77/24, 203.0.113.20,a/32"/>
<node type="allow" cidr="203.0.113.1/33"/>
<node type="allow" cidr="203.0.113.7/0"/>
<node type="allow"/><nod/>
<node type="allow" host="carrier.example" mask="255.255.255.255"/>
<node type="allow" host="203.0.113.0" mask="255.0.255.0"/>
<node type="allow" domain="$${{domain}}"/><node type="${{x}}$${{y}}" cidr="$${{z}}"/>
<node type="allow" cidr="203.0.113.30/32" port="5060"/>
<node type="allow" cidr="{}"/><node type="deny" cidr="0.0.0.0/32"/>
<X-PRE-PROCESS cmd="include" data="more/*.xml"/>
</list>
<list name="a"/><list name="wan.auto" default="deny"/>
<!-- <X-PRE-PROCESS cmd="include" data="../acl.d/*.xml"/> -->"#,
        cidrs.join(",")
    ));
    let file = read(&xml).unwrap();
    let found: Vec<String> = file.findings.iter().map(ToString::to_string).collect();
    let expected = [
        "line 3, column 1: a list without a name does not exist for FreeSWITCH",
        "line 3, column 23: FreeSWITCH passes over <lst>",
        "line 4, column 1: list a: \"permit\" is neither allow nor deny; FreeSWITCH reads deny",
        "line 4, column 1: list a: another list of this name stands below and counts alone",
        "line 5, column 1: list a: a node without a type does what the default does",
        "line 6, column 1: list a: \"203.0.113.20\" has no prefix length; FreeSWITCH passes over it",
        "line 6, column 1: list a: \"a/32\" is not an address; FreeSWITCH passes over it",
        "line 6, column 1: list a: \"203.0.113.77/24\" has host bits set; FreeSWITCH reads 203.0.113.0/24",
        "line 7, column 1: list a: \"203.0.113.1/33\" has a prefix length that does not exist; FreeSWITCH passes over it",
        "line 8, column 1: list a: \"203.0.113.7/0\" matches only that one address",
        "line 9, column 1: list a: a node without cidr, host and mask, or domain is passed over",
        "line 9, column 21: list a: FreeSWITCH passes over <nod>",
        "line 10, column 1: list a: \"carrier.example 255.255.255.255\" is no IPv4 host and mask; nobody knows whom it matches",
        "line 11, column 1: list a: \"203.0.113.0 mask 255.0.255.0\" has a mask with holes and is no network",
        "line 12, column 1: list a: users of the domain $${domain} come in, unknown here",
        "line 12, column 41: list a: the value of ${x}$${y} is known to the switch only",
        "line 12, column 41: list a: the value of $${z} is known to the switch only",
        "line 13, column 1: list a: the node counts for some ports only; judged as for any port",
        "line 14, column 1: list a: FreeSWITCH reads 32 networks of one attribute; 8 more are not read",
        "line 14, column 578: list a: \"0.0.0.0/32\" matches every IPv4 address",
        "line 15, column 2: list a: the files more/*.xml come in here, not seen here",
        "line 17, column 1: list a: without a default, FreeSWITCH allows",
        "line 17, column 17: list wan.auto: replaces the list of this name that FreeSWITCH makes itself",
        "line 18, column 7: the files ../acl.d/*.xml come in here, not seen here",
    ];
    assert_eq!(found, expected);
    let first = &file.lists[0];
    let by = |address: &str| {
        first
            .decide(address.parse().unwrap())
            .map(|(node, net)| (node.place.line, net.text.as_str()))
    };
    assert_eq!(by("192.0.2.31"), Some((14, "192.0.2.31/32")));
    assert_eq!(
        by("192.0.2.32"),
        Some((14, "0.0.0.0/32")),
        "the 33rd is not read"
    );
    assert_eq!(by("203.9.113.9"), Some((14, "0.0.0.0/32")));
    let imported = first.import().unwrap();
    assert_eq!(imported.list.entries.len(), 1 + 1 + 32);
    assert_eq!(imported.left_out.len(), 15);
    assert!(file.lists[2].import().is_err(), "an automatic name");
    let verdict = file.decide("a", "192.0.2.1".parse().unwrap());
    assert!(verdict.allowed && verdict.by.is_none() && !verdict.open.is_empty());
}

#[test]
fn what_the_file_does_not_hold_is_said_to_be_open() {
    let file = read(STOCK).unwrap();
    let address = "203.0.113.9".parse().unwrap();
    assert!(file.decide("lan", address).open.is_empty());
    let domains = file.decide("domains", address);
    assert_eq!((domains.allowed, domains.open.len()), (false, 1));
    let none = file.decide("inbound", address);
    assert_eq!((none.allowed, none.list, none.open.len()), (false, None, 0));
    // That list may have any name.
    let named = STOCK.replace("name=\"lan\"", "name=\"$${place}\"");
    assert_eq!(read(&named).unwrap().decide("hq", address).open.len(), 1);
}

#[test]
fn our_part_is_put_in_changed_and_taken_out() {
    let one = lists([list(
        "inbound",
        &[
            ("203.0.113.20", "Carrier A -- New York <a&\"b'>"),
            ("2001:db8::/64", ""),
        ],
    )]);
    let written = write(STOCK, &one).unwrap();
    let block = concat!(
        "    <!-- callwarden: begin (written by Callwarden; changes in here are found and shown) -->\n",
        "    <list name=\"inbound\" default=\"deny\">\n",
        "      <node type=\"allow\" cidr=\"203.0.113.20/32\" description=\"Carrier A -- New York &lt;a&amp;&quot;b'&gt;\"/>\n",
        "      <node type=\"allow\" cidr=\"2001:db8::/64\"/>\n",
        "    </list>\n",
        "    <!-- callwarden: end -->\n",
        "  </network-lists>\n",
    );
    assert_eq!(written, STOCK.replace("  </network-lists>\n", block));
    assert_eq!(read(&written).unwrap().ours().unwrap(), one);
    assert_eq!(write(&written, &one).unwrap(), written);
    let two = lists([list("a", &[]), list("b", &[("192.0.2.1", "")])]);
    let changed = write(&written, &two).unwrap();
    assert_eq!(changed, write(STOCK, &two).unwrap());
    assert_eq!(write(&changed, &AclLists::default()).unwrap(), STOCK);
    assert_eq!(write(STOCK, &AclLists::default()).unwrap(), STOCK);
}

#[test]
fn a_list_of_the_same_name_is_a_conflict_until_it_is_adopted() {
    let error = write(STOCK, &lists([list("lan", &[])])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 8, column 5: there is a list lan already; let ours take its place, or name it differently"
    );
    let lan = adopted(list("lan", &[("192.0.2.1", "")]));
    let written = write(STOCK, &lists([lan.clone()])).unwrap();
    let start = STOCK.find("<list name=\"lan\"").unwrap();
    let end = STOCK.find("</list>").unwrap() + "</list>".len();
    let without = format!("{}{}", &STOCK[..start], &STOCK[end..]);
    assert_eq!(write(&written, &AclLists::default()).unwrap(), without);
    assert_eq!(
        read(&written).unwrap().ours().unwrap(),
        lists([lan.clone()])
    );
    let included = STOCK.replace(
        "<node type=\"deny\"",
        "<X-PRE-PROCESS cmd=\"include\" data=\"lan/*.xml\"/>\n<node type=\"deny\"",
    );
    let error = write(&included, &lists([lan])).unwrap_err().to_string();
    assert!(error.contains("cannot be adopted"), "{error}");
}

#[test]
fn hostile_28_files_that_are_not_understood_are_left_alone() {
    let begin = "<!-- callwarden: begin -->";
    let end = "<!-- callwarden: end -->";
    let cases = [
        (
            wrapped(begin),
            "line 3, column 1: the comment \"callwarden: begin\" has no counterpart",
        ),
        (
            wrapped(end),
            "line 3, column 1: the comment \"callwarden: end\" has no counterpart",
        ),
        (
            wrapped(&format!("{end}{begin}")),
            "line 3, column 1: the comment \"callwarden: end\" has no counterpart",
        ),
        (
            wrapped(&format!("{begin}\n{begin}\n{end}")),
            "line 4, column 1: the comment \"callwarden: begin\" stands there twice",
        ),
        (
            wrapped(&format!("{begin}{end}{begin}{end}")),
            "line 3, column 51: the comment \"callwarden: begin\" stands there twice",
        ),
        (
            wrapped(&format!("<list name=\"a\">{begin}</list>{end}")),
            "line 3, column 16: the comment \"callwarden: begin\" stands outside <network-lists> or inside a list",
        ),
        (
            format!("{begin}{}", wrapped(end)),
            "line 1, column 1: the comment \"callwarden: begin\" stands outside <network-lists> or inside a list",
        ),
        (
            "<configuration name=\"acl.conf\">\n</configuration>".to_owned(),
            "line 1, column 1: there is no <network-lists> in <configuration>",
        ),
        (
            "<configuration name=\"acl.conf\"><network-lists/><network-lists/></configuration>"
                .to_owned(),
            "line 1, column 48: a second <network-lists>",
        ),
        (
            "<configuration name=\"other.conf\"><network-lists/></configuration>".to_owned(),
            "line 1, column 1: not <configuration name=\"acl.conf\">",
        ),
        (
            wrapped("<list name=inbound/>"),
            "line 3, column 12: not well-formed XML: expected a quote not 'i'",
        ),
        (
            STOCK[..400].to_owned(),
            "line 14, column 50: not well-formed XML: expected '-->'",
        ),
        (
            format!(
                "<!DOCTYPE x [<!ENTITY a \"b\">]>\n{}",
                wrapped("<list name=\"&a;\"/>")
            ),
            "line 1, column 1: a DOCTYPE is not accepted",
        ),
        (
            wrapped("<X-PRE-PROCESS cmd=\"set\" data=\"a=b\"/><list name=\"a\">\n</list>"),
            "line 4, column 1: not well-formed XML: expected 'network-lists' tag, not 'list'",
        ),
    ];
    let wanted = lists([list("inbound", &[])]);
    for (text, expected) in cases {
        assert_eq!(
            write(&text, &wanted).map_err(|error| error.to_string()),
            Err(expected.to_owned()),
            "{text}"
        );
    }
    let big = wrapped(&"\n".repeat(SIZE_LIMIT));
    assert_eq!(write(&big, &wanted), Err(XmlError::TooBig.into()));
    let nearly = wrapped(&"\n".repeat(SIZE_LIMIT - 200));
    assert_eq!(write(&nearly, &wanted), Err(FileError::TooBigToWrite));
}

#[test]
fn hostile_28_strange_files_are_written_into_and_kept() {
    let wanted = lists([list("inbound", &[("203.0.113.20", "a")])]);
    let bare = "<configuration name='acl.conf'><network-lists><list name='x'/></network-lists></configuration>";
    let strange = [
        STOCK.replace('\n', "\r\n"),
        format!("\u{feff}{STOCK}"),
        format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<include>\n{STOCK}</include>\n"),
        bare.to_owned(),
        format!(
            "<!-- {STOCK_COMMENT} -->{bare}",
            STOCK_COMMENT = "callwarden"
        ),
        STOCK.replace("    ", "\t"),
        format!("<!--#set a=b\n-->{STOCK}"),
    ];
    for text in strange {
        let written = write(&text, &wanted).unwrap();
        assert_eq!(read(&written).unwrap().ours().unwrap(), wanted, "{text}");
        assert_eq!(write(&written, &AclLists::default()).unwrap(), text);
    }
    let opened = write(
        "<configuration name=\"acl.conf\">\n  <network-lists/>\n</configuration>",
        &wanted,
    )
    .unwrap();
    assert!(
        opened.contains("  <network-lists>\n    <!-- callwarden: begin")
            && opened.contains("-->\n  </network-lists>\n"),
        "{opened}"
    );
    let crlf = write(&STOCK.replace('\n', "\r\n"), &wanted).unwrap();
    assert_eq!(crlf.matches('\n').count(), crlf.matches("\r\n").count());
}

#[test]
fn somebody_elses_hand_in_our_part_is_found() {
    let wanted = lists([list("inbound", &[("203.0.113.20", "")])]);
    let written = write(STOCK, &wanted).unwrap();
    let edited = written.replace("203.0.113.20/32", "203.0.113.21/32");
    assert_ne!(read(&edited).unwrap().ours().unwrap(), wanted);
    let foreign = written.replace("cidr=\"203.0.113.20/32\"", "domain=\"x\"");
    let error = read(&foreign).unwrap().ours().unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 21, column 7: list inbound: users of the domain x come in, unknown here"
    );
    assert_eq!(write(&foreign, &wanted).unwrap(), written);
}

#[test]
fn what_a_switch_has_loaded_is_compared() {
    let answer = "<configuration name=\"acl.conf\" description=\"Network Lists\">\n    <network-lists>\n        \
        <list name=\"lan\" default=\"allow\">\n            <node type=\"deny\" cidr=\"192.168.42.0/24\"></node>\n\n    </list>\n\n      \
        <list name=\"inbound\" default=\"deny\">\n          <node type=\"allow\" cidr=\"203.0.113.20/32\" description=\"A &amp; B X-PRE-PROCESS\"></node>\n\n  \
        </list>\n\n  </network-lists>\n\n</configuration>\n";
    let loaded = loaded(answer).unwrap();
    assert_eq!(loaded.len(), 2);
    let inbound = list("inbound", &[("203.0.113.20", "A & B X-PRE-PROCESS")]);
    assert_eq!(compare(&lists([inbound.clone()]), &loaded), []);
    let other = list("lan", &[]);
    let missing = list("Inbound", &[]);
    let unlike = compare(&lists([inbound, other.clone(), missing.clone()]), &loaded);
    assert_eq!(
        unlike,
        [Unlike::Other(other.name), Unlike::Missing(missing.name)]
    );
    assert!(super::loaded("can't find anything\n").is_err());
}

#[test]
fn a_file_of_one_line_gets_no_line_that_freeswitch_cuts() {
    let text = "<configuration name=\"acl.conf\"><network-lists></network-lists></configuration>";
    let entries: Vec<(String, String)> = (0..5000)
        .map(|number: u32| {
            let [_, _, high, low] = number.to_be_bytes();
            (format!("192.0.{high}.{low}"), "&".repeat(120))
        })
        .collect();
    let entries: Vec<(&str, &str)> = entries
        .iter()
        .map(|(network, comment)| (network.as_str(), comment.as_str()))
        .collect();
    let written = write(text, &lists([list("inbound", &entries)])).unwrap();
    assert!(written.len() > 3_000_000);
    assert!(written.lines().all(|line| line.len() < 1000));
    assert_eq!(write(&written, &AclLists::default()).unwrap(), text);
}

#[test]
fn what_a_switch_would_not_show_is_not_written() {
    let lists = AclLists::new(vec![]).unwrap();
    let ours =
        serde_json::from_str::<AclLists>(r#"[{"name":"inbound","default":"deny","entries":[]}]"#);
    let ours = ours.unwrap();
    let with = |inner: &str| STOCK.replace("</network-lists>", &format!("{inner}</network-lists>"));
    for inner in [
        "<list name=\"x\" note=\"a &lt;!b\"/>",
        "<list name=\"x\"><node type=\"allow\" cidr=\"192.0.2.1/32\" description=\"&lt;!\"/></list>",
        "<list name=\"x\">&lt;!</list>",
        "<list name=\"x\"><![CDATA[<!]]></list>",
    ] {
        let text = with(inner);
        let error = write(&text, &ours).unwrap_err();
        assert!(
            matches!(error, FileError::Unshowable { .. }),
            "{inner}: {error}"
        );
        assert_eq!(error.place(), read(&text).unwrap().unshowable);
        // Taking ours out proves nothing, and is possible.
        assert!(write(&text, &lists).is_ok(), "{inner}");
    }
    for inner in ["<!-- <! -->", "<list name=\"x\" note=\"a &lt; b\"/>"] {
        assert!(write(&with(inner), &ours).is_ok(), "{inner}");
    }
}
