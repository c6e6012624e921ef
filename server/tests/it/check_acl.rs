//! `callwarden check acl`: FreeSWITCH's answers, the line that decided, and what it swallows.

use crate::check::run;

const LISTS: &str = r#"<configuration name="acl.conf" description="Network Lists">
  <network-lists>
    <list name="lan" default="allow">
      <node type="deny" cidr="192.168.42.0/24"/>
      <node type="allow" cidr="192.168.42.42/32"/>
    </list>
    <list name="inbound" default="deny">
      <node type="allow" cidr="203.0.113.0/24, 2001:db8::/64"/>
      <node type="deny" cidr="203.0.113.20/32"/>
      <node type="allow" host="198.51.100.0" mask="255.255.255.0"/>
      <node type="allow" cidr="192.0.2.1"/>
    </list>
    <list name="domains" default="deny">
      <node type="allow" domain="$${domain}"/>
    </list>
  </network-lists>
</configuration>
"#;

fn file(content: &[u8]) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("acl.conf.xml");
    std::fs::write(&path, content).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

#[tokio::test]
async fn answers_as_the_switch_would_and_names_the_line() {
    let (_folder, path) = file(LISTS.as_bytes());
    let asked = ["192.168.42.42", "192.168.42.43", "8.8.8.8"];
    let (code, printed, said) = run(
        &[&["check", "acl", &*path, "lan"], &asked[..]].concat(),
        b"",
    )
    .await;
    assert_eq!(
        (code, &*printed, &*said),
        (
            1,
            "allowed\t192.168.42.42\tline 5: allow 192.168.42.42/32\n\
             denied\t192.168.42.43\tline 4: deny 192.168.42.0/24\n\
             allowed\t8.8.8.8\tline 3: default\n",
            ""
        )
    );
    let input = b"203.0.113.9\r\n203.0.113.20\n::ffff:203.0.113.21\n2001:DB8::1\n198.51.100.7\n192.0.2.1\nexample.com\n";
    let (code, printed, said) = run(&["check", "acl", &path, "inbound"], input).await;
    assert_eq!(
        (code, &*printed),
        (
            1,
            "allowed\t203.0.113.9\tline 8: allow 203.0.113.0/24\n\
             denied\t203.0.113.20\tline 9: deny 203.0.113.20/32\n\
             allowed\t::ffff:203.0.113.21\tline 8: allow 203.0.113.0/24\n\
             allowed\t2001:DB8::1\tline 8: allow 2001:db8::/64\n\
             allowed\t198.51.100.7\tline 10: allow 198.51.100.0 mask 255.255.255.0\n\
             denied\t192.0.2.1\tline 7: default\n\
             denied\texample.com\tnot an address\n"
        )
    );
    assert_eq!(
        said,
        format!(
            "{path}:11:7: list inbound: \"192.0.2.1\" has no prefix length; FreeSWITCH passes over it\n"
        )
    );
    let (code, printed, _) = run(&["check", "acl", &path, "inbound", "203.0.113.9"], b"").await;
    assert_eq!((code, printed.lines().count()), (0, 1));
}

#[tokio::test]
async fn what_the_file_does_not_hold_is_said() {
    let (_folder, path) = file(LISTS.as_bytes());
    let (code, printed, said) = run(&["check", "acl", &path, "domains", "192.0.2.9"], b"").await;
    assert_eq!(
        (code, &*printed),
        (
            1,
            "denied\t192.0.2.9\tline 13: default\tunsure, see line 14\n"
        )
    );
    assert!(
        said.contains(":14:7: list domains: users of the domain $${domain}"),
        "{said}"
    );
    let arguments = [
        "check",
        "acl",
        &path,
        "domains",
        "192.0.2.9",
        "--format",
        "json",
    ];
    let (_, printed, _) = run(&arguments, b"").await;
    let line: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(
        line,
        serde_json::json!({"address": "192.0.2.9", "list": "domains", "verdict": "denied",
            "by": {"what": "default", "line": 13, "column": 5},
            "unsure": [{"line": 14, "column": 7, "why": "users of the domain $${domain} come in, unknown here"}]})
    );
    let (code, printed, said) = run(&["check", "acl", &path, "Inbound", "203.0.113.9"], b"").await;
    assert_eq!(
        (code, &*printed),
        (1, "denied\t203.0.113.9\tno such list\n")
    );
    assert!(
        said.ends_with("there is no list Inbound; FreeSWITCH denies everybody\n"),
        "{said}"
    );
    let (code, printed, said) =
        run(&["check", "acl", &path, "loopback.auto", "127.0.0.1"], b"").await;
    assert_eq!((code, &*printed), (2, ""));
    assert!(
        said.contains("FreeSWITCH makes loopback.auto itself"),
        "{said}"
    );
}

#[tokio::test]
async fn a_file_that_is_not_understood_is_exit_code_2_with_the_place() {
    let cases: [(&[u8], &str); 5] = [
        (
            b"<configuration name=\"acl.conf\">\n <network-lists>\n</configuration>",
            ":3:1: not well-formed XML",
        ),
        (b"<!DOCTYPE a>\n<a/>", ":1:1: a DOCTYPE is not accepted"),
        (
            b"<configuration name=\"acl.conf\"/>",
            ":1:1: there is no <network-lists>",
        ),
        (
            b"<configuration name=\"acl.conf\">\n <!-- \xff",
            ":2:7: not UTF-8",
        ),
        (b"", "not well-formed XML"),
    ];
    for (content, complaint) in cases {
        let (_folder, path) = file(content);
        let (code, printed, said) =
            run(&["check", "acl", &path, "inbound", "192.0.2.1"], b"").await;
        assert_eq!((code, &*printed), (2, ""));
        assert!(said.contains(complaint), "{said}");
    }
    let (_folder, path) = file(&vec![b' '; 6 << 20]);
    let (code, _, said) = run(&["check", "acl", &path, "inbound", "192.0.2.1"], b"").await;
    assert!(code == 2 && said.contains("bigger than 5 MB"), "{said}");
    let hostile = LISTS
        .replace("192.0.2.1", "&#27;[31m&#10;")
        .replace("&#27;", "\u{9b}");
    let (_folder, path) = file(hostile.as_bytes());
    let (_, printed, said) = run(&["check", "acl", &path, "inbound", "\x1b[31m"], b"").await;
    let harmless = |line: &str| domain::inert::is_inert(&line.replace('\t', ""));
    assert!(
        printed.lines().chain(said.lines()).all(harmless),
        "{printed:?} {said:?}"
    );
}
