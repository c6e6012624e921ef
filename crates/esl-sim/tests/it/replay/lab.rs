//! The configuration that the transcripts were recorded with: the stock one and some changes.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use esl_sim::{Builder, Sim};
use runtime::Clock;
use tempfile::TempDir;
use time::macros::datetime;

use super::script::Command;
use crate::support::{Client, folder};

const ACL: &str = r#"<configuration name="acl.conf" description="Network Lists">
  <network-lists>
    <list name="lan" default="allow">
      <node type="deny" cidr="192.168.42.0/24"/>
      <node type="allow" cidr="192.168.42.42/32"/>
    </list>
    <list name="domains" default="deny">
      <node type="allow" domain="$${domain}"/>
    </list>
    <list name="esl_clients" default="deny">
      <node type="allow" cidr="127.0.0.0/8"/>
      <node type="allow" cidr="198.51.100.10/32"/>
    </list>
    <X-PRE-PROCESS cmd="include" data="../acl.d/*.xml"/>
  </network-lists>
</configuration>
"#;

const EVENT_SOCKET: &str = r#"<configuration name="event_socket.conf" description="Socket Client">
  <settings>
    <param name="nat-map" value="false"/>
    <param name="listen-ip" value="0.0.0.0"/>
    <param name="listen-port" value="8021"/>
    <param name="password" value="ClueCon"/>
    <param name="apply-inbound-acl" value="esl_clients"/>
  </settings>
</configuration>
"#;

/// `acl.d/inbound.xml` as it is between the experiments.
pub const INBOUND: &str = r#"<include>
  <list name="inbound" default="deny">
    <node type="allow" cidr="203.0.113.20/32"/>
    <node type="allow" cidr="203.0.113.21/32"/>
  </list>
</include>
"#;

const USERS: &str = r#"<include>
  <user id="1177"><params><param name="password" value="1177"/></params>
    <variables><variable name="user_context" value="default"/></variables></user>
  <user id="1178"><params><param name="password" value="1178"/></params>
    <variables><variable name="user_context" value="default"/></variables></user>
  <user id="1179"><params><param name="password" value="1179"/></params>
    <variables><variable name="user_context" value="default"/></variables></user>
  <user id="1180"><params></params>
    <variables><variable name="user_context" value="default"/></variables></user>
  <user id="1181"><params><param name="password" value=""/></params>
    <variables><variable name="user_context" value="default"/></variables></user>
  <user id="gw01"><params><param name="password" value="gw01"/></params>
    <variables><variable name="user_context" value="public"/></variables></user>
  <user id="eslro"><params>
    <param name="esl-password" value="ro-secret"/>
    <param name="esl-allowed-api" value="acl status show version"/>
    <param name="esl-allowed-events" value="CUSTOM sofia::register_failure sofia::register_attempt"/>
    <param name="esl-allowed-log" value="false"/>
  </params></user>
</include>
"#;

/// Dial rules of the experiments.
const RULES: &str = r#"<include>
  <!-- what the experiments dial -->
  <extension name="lab_open_relay">
    <condition field="destination_number" expression="^((?:00|\+)\d{6,20})$">
      <action application="bridge" data="sofia/external/$1@203.0.113.20:5060"/>
    </condition>
  </extension>
  <extension name="lab_any">
    <condition field="destination_number" expression="^(9\d{5,30})$">
      <action application="answer"/>
      <action application="sleep" data="20000"/>
    </condition>
  </extension>
</include>
"#;

/// A simulator with that configuration.
pub struct Lab {
    folder: TempDir,
    pub sim: Sim,
}

impl Lab {
    pub async fn start() -> Self {
        Self::start_as(|builder| builder).await
    }

    pub async fn start_as(change: impl FnOnce(Builder) -> Builder) -> Self {
        let folder = configuration();
        let clock = Clock::fixed(datetime!(2026-11-22 09:56:07 UTC));
        let builder = change(Sim::builder(folder.path()).clock(clock));
        let sim = builder.start_on("127.0.0.1:0").await.unwrap();
        Self { folder, sim }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, content: &str) {
        std::fs::write(self.path(name), content).unwrap();
    }

    /// Replaces the profile `external`'s `settings` from one text to another.
    pub fn edit(&self, name: &str, from: &str, to: &str) {
        edit(&self.path(name), from, to);
    }

    /// Which lists let a caller in, as the profile runs.
    pub fn lets_in(&self, profile: &str, caller: &str) -> bool {
        let caller: IpAddr = caller.parse().unwrap();
        let profile = self.sim.running_profile(profile).unwrap();
        let lists = profile.inbound_acls();
        let allows = |list: &&str| self.sim.api("acl", &format!("{caller} {list}")) == "true";
        lists.is_empty() || lists.iter().any(allows)
    }
}

fn configuration() -> TempDir {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    let write = |name: &str, content: &str| std::fs::write(path(name), content).unwrap();
    write("autoload_configs/acl.conf.xml", ACL);
    write("autoload_configs/event_socket.conf.xml", EVENT_SOCKET);
    write("directory/default/lab.xml", USERS);
    write("dialplan/public/lab.xml", RULES);
    std::fs::create_dir(path("acl.d")).unwrap();
    write("acl.d/inbound.xml", INBOUND);
    let stock_codecs = "OPUS,G722,PCMU,PCMA,H264,VP8";
    edit(&path("vars.xml"), stock_codecs, "PCMU,PCMA");
    let password = "<X-PRE-PROCESS cmd=\"set\" data=\"default_password=1234\"/>\n";
    let address = "<X-PRE-PROCESS cmd=\"set\" data=\"local_ip_v4=198.51.100.10\"/>\n";
    edit(&path("vars.xml"), password, &format!("{password}{address}"));
    let internal = path("sip_profiles/internal.xml");
    let quiet = "<param name=\"log-auth-failures\" value=\"false\"/>";
    edit(&internal, quiet, &quiet.replace("false", "true"));
    for binding in ["ws-binding\"  value=\":5066", "wss-binding\" value=\":7443"] {
        let param = format!("<param name=\"{binding}\"/>");
        edit(&internal, &param, &format!("<!-- {param} -->"));
    }
    folder
}

fn edit(path: &Path, from: &str, to: &str) {
    let content = std::fs::read_to_string(path).unwrap();
    assert!(content.contains(from), "{} has no {from}", path.display());
    std::fs::write(path, content.replace(from, to)).unwrap();
}

/// Sends a recorded command; the answer must be the recorded one, but for what `same` evens out.
pub async fn replay(client: &mut Client, command: &Command, same: impl Fn(&str) -> String) {
    let answer = client.api(&command.text).await;
    let wanted = same(&command.answer);
    let got = same(&answer);
    if command.is_cut {
        let length = wanted.len().min(got.len());
        assert_eq!(got[..length], wanted, "api {}", command.text);
    } else {
        assert_eq!(got, wanted, "api {}", command.text);
    }
}

/// Every byte counts.
pub fn exactly(text: &str) -> String {
    text.to_owned()
}
