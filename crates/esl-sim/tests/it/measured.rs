//! Single answers measured at a real FreeSWITCH 1.11 on a PC.

use crate::support::{Client, folder, start};

const ODD_NETWORKS: &str = r#"<configuration name="acl.conf">
  <network-lists>
    <!--#nothing-->
    <list name="empty_mask" default="deny">
      <node type="allow" cidr="203.0.113.1/0"/>
      <node type="allow" cidr="2001:db8::1/0"/>
    </list>
    <list name="nobody_or_all" default="deny">
      <node type="allow" cidr="0.0.0.0/32"/>
    </list>
    <list name="holes" default="deny">
      <node type="allow" host="203.0.113.1" mask="255.0.255.0"/>
      <node type="deny" cidr="203.0.113.64/26"/>
    </list>
    <list name="unmarked" default="allow">
      <node type="deny" host="184.13.1.32" mask="255.255.255.255"/>
    </list>
    <list name="mapped" default="deny">
      <node type="allow" cidr="::ffff:198.51.100.0/24"/>
    </list>
    <list name="blanks" default="deny">
      <node type="allow" cidr=" 203.0.113.0/24"/>
      <node type="allow" cidr=" 198.51.100.0/24 , 192.0.2.0/24"/>
    </list>
    <list name="words" default="1.0.0">
      <node type="0.5" cidr="203.0.113.0/24"/>
      <node type="+1" cidr="203.0.113.64/26"/>
      <node type="." cidr="198.51.100.0/24"/>
      <node type=" 1" cidr="192.0.2.0/24"/>
    </list>
  </network-lists>
</configuration>
"#;

#[tokio::test]
async fn odd_networks_match_whom_they_match_there() {
    let folder = folder();
    let sim = start(&folder, |builder| builder).await;
    let file = folder.path().join("autoload_configs/acl.conf.xml");
    std::fs::write(file, ODD_NETWORKS).unwrap();
    let mut client = Client::log_in(&sim).await;
    assert_eq!(client.api("reloadacl").await, "+OK acl reloaded\n");
    let loaded = client
        .api("xml_locate configuration configuration name acl.conf")
        .await;
    let begin = "<configuration name=\"acl.conf\">\n    <network-lists>\n    \n        <list name=\"empty_mask\"";
    assert!(loaded.starts_with(begin), "{loaded}");
    let cases = [
        ("203.0.113.1 empty_mask", true),
        ("203.0.113.2 empty_mask", false),
        ("0.0.0.0 empty_mask", false),
        ("2001:db8::1 empty_mask", true),
        ("2001:db8::2 empty_mask", false),
        ("192.0.2.1 nobody_or_all", true),
        ("2001:db8::1 nobody_or_all", false),
        ("203.99.113.7 holes", true),
        ("203.99.113.70 holes", true),
        ("203.0.113.70 holes", false),
        ("203.0.114.1 holes", false),
        ("2001:db8::1 unmarked", false),
        ("2001:db9::1 unmarked", true),
        ("184.13.1.32 unmarked", false),
        ("198.51.100.9 mapped", true),
        ("::ffff:198.51.100.9 mapped", true),
        ("198.51.101.9 mapped", false),
        ("203.0.113.9 blanks", false),
        ("198.51.100.9 blanks", true),
        ("192.0.2.9 blanks", true),
        ("10.0.0.1 words", true),
        ("203.0.113.9 words", false),
        ("203.0.113.64 words", true),
        ("198.51.100.9 words", false),
        ("192.0.2.9 words", false),
    ];
    for (question, allowed) in cases {
        let answer = client.api(&format!("acl {question}")).await;
        assert_eq!(answer, allowed.to_string(), "{question}");
    }
}

#[tokio::test]
async fn profiles_give_out_their_outer_address() {
    let folder = folder();
    let edit = |name: &str, from: &str, to: &str| {
        let path = folder.path().join("sip_profiles").join(name);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from}");
        std::fs::write(path, text.replace(from, to)).unwrap();
    };
    edit("external.xml", "$${external_sip_ip}", "203.0.113.99");
    edit("internal.xml", "$${external_sip_ip}", "auto-nat");
    edit("internal.xml", "$${local_ip_v4}", "::1");
    let sim = start(&folder, |builder| builder).await;
    let mut client = Client::log_in(&sim).await;
    let all = client.api("sofia xmlstatus").await;
    assert!(
        all.contains("<data>sip:mod_sofia@203.0.113.99:5080</data>"),
        "{all}"
    );
    assert!(
        all.contains("<data>sip:mod_sofia@[::1]:5060</data>"),
        "{all}"
    );
    let gateway = client.api("sofia xmlstatus gateway example.com").await;
    let contact = "&lt;sip:gw+example.com@203.0.113.99:5080;transport=udp;gw=example.com&gt;";
    assert!(gateway.contains(contact), "{gateway}");
}
