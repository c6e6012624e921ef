//! SIP profiles as they run, which is not always as the files say.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use tokio::time::Instant;

use crate::xml::{Element, Tree};

/// A restart takes this long.
pub const RESTART: Duration = Duration::from_secs(2);
/// And is refused for this long after a start.
pub const MUST_BE_UP: Duration = Duration::from_secs(10);

/// A profile.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// Domains that stand for it.
    pub aliases: Vec<String>,
    params: Vec<(String, String)>,
    /// What only a restart changes: address and port.
    address: String,
    port: u16,
    /// Its gateways.
    pub gateways: Vec<Gateway>,
    /// None while it restarts or is stopped.
    started: Option<Instant>,
}

/// A gateway.
#[derive(Debug, Clone)]
pub struct Gateway {
    /// Its name.
    pub name: String,
    params: Vec<(String, String)>,
    /// `NOREG`, `REGED`, `FAIL_WAIT` …
    pub state: String,
    /// Does it answer?
    pub up: bool,
    /// Since when it is as it is.
    pub since: Instant,
}

impl Profile {
    /// All profiles of a configuration, just started.
    pub fn all(tree: &Tree, own: Ipv4Addr) -> Vec<Self> {
        elements(tree)
            .map(|element| Self::read(element, tree, own))
            .collect()
    }

    fn read(element: &Element, tree: &Tree, own: Ipv4Addr) -> Self {
        let params = params(element);
        let get = |name: &str| find(&params, name);
        let address = get("sip-ip").filter(|address| !address.is_empty());
        Self {
            name: element.attribute("name").unwrap_or_default().to_owned(),
            aliases: aliases(element, tree),
            address: address.map_or(own.to_string(), str::to_owned),
            port: get("sip-port")
                .and_then(|port| port.parse().ok())
                .unwrap_or(5060),
            gateways: gateways(element, tree).map(Gateway::read).collect(),
            params,
            started: Some(Instant::now()),
        }
    }

    /// Takes over what a rescan takes over: everything but address and port. False when the
    /// configuration has no such profile any more.
    pub fn rescan(&mut self, tree: &Tree) -> bool {
        let Some(element) =
            elements(tree).find(|element| element.attribute("name") == Some(&self.name))
        else {
            return false;
        };
        self.params = params(element);
        for gateway in gateways(element, tree).map(Gateway::read) {
            if !self.gateways.iter().any(|known| known.name == gateway.name) {
                self.gateways.push(gateway);
            }
        }
        true
    }

    /// Goes down, to come back with what the files say then.
    pub fn stop(&mut self) {
        self.started = None;
    }

    /// Does it answer?
    pub fn is_running(&self) -> bool {
        self.started.is_some()
    }

    /// How long it still may not be restarted.
    pub fn must_wait(&self) -> Option<u64> {
        let up = self.started?.elapsed().as_secs();
        MUST_BE_UP
            .as_secs()
            .checked_sub(up)
            .filter(|left| *left > 0)
    }

    /// A running parameter; the last one counts.
    pub fn param(&self, name: &str) -> Option<&str> {
        find(&self.params, name)
    }

    /// All running parameters of that name: `apply-inbound-acl` may occur several times.
    pub fn params<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let same = self
            .params
            .iter()
            .filter(move |(key, _)| key.eq_ignore_ascii_case(name));
        same.map(|(_, value)| value.as_str())
    }

    /// The lists that callers are checked against, as they run.
    pub fn inbound_acls(&self) -> Vec<&str> {
        let mut lists = Vec::new();
        for list in self.params("apply-inbound-acl") {
            match list {
                "none" => lists.clear(),
                _ => lists.push(list),
            }
        }
        lists
    }

    /// Must callers log in?
    pub fn auth_calls(&self) -> bool {
        self.param("auth-calls").is_some_and(crate::acl::is_true)
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// And at which port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address that it gives out: another than its own where `ext-sip-ip` holds one.
    pub fn given_address(&self) -> String {
        let given = find(&self.params, "ext-sip-ip").filter(|text| text.parse::<IpAddr>().is_ok());
        let address = given.unwrap_or(&self.address);
        if address.contains(':') {
            format!("[{address}]")
        } else {
            address.to_owned()
        }
    }

    /// Its own SIP address.
    pub fn url(&self) -> String {
        format!("sip:mod_sofia@{}:{}", self.given_address(), self.port)
    }
}

impl Gateway {
    fn read(element: &Element) -> Self {
        let params: Vec<_> = element
            .settings("param")
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let registers = find(&params, "register").is_none_or(crate::acl::is_true);
        Self {
            name: element.attribute("name").unwrap_or_default().to_owned(),
            params,
            state: if registers { "TRYING" } else { "NOREG" }.to_owned(),
            up: true,
            since: Instant::now(),
        }
    }

    /// A parameter, if it is set and not empty.
    pub fn param(&self, name: &str) -> Option<&str> {
        find(&self.params, name).filter(|value| !value.is_empty())
    }
}

fn elements(tree: &Tree) -> impl Iterator<Item = &Element> {
    tree.configuration("sofia.conf")
        .into_iter()
        .flat_map(|file| file.children("profiles"))
        .flat_map(|profiles| profiles.children("profile"))
}

/// A profile's gateways: its own, and with `<domain name="all" parse="true"/>` those that users of
/// the directory bring along.
fn gateways<'a>(element: &'a Element, tree: &'a Tree) -> impl Iterator<Item = &'a Element> {
    let parses = element
        .children("domains")
        .flat_map(|domains| domains.children("domain"))
        .any(|domain| domain.attribute("parse").is_some_and(crate::acl::is_true));
    let directory = tree.section("directory").filter(|_| parses);
    let of_users = directory
        .into_iter()
        .flat_map(|directory| directory.children("domain"))
        .flat_map(|domain| domain.children("groups"))
        .flat_map(|groups| groups.children("group"))
        .flat_map(|group| group.children("users"))
        .flat_map(|users| users.children("user"));
    std::iter::once(element)
        .chain(of_users)
        .flat_map(|owner| owner.children("gateways"))
        .flat_map(|gateways| gateways.children("gateway"))
}

fn params(element: &Element) -> Vec<(String, String)> {
    element
        .children("settings")
        .flat_map(|settings| settings.settings("param"))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn find<'a>(params: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut same = params
        .iter()
        .rev()
        .filter(|(key, _)| key.eq_ignore_ascii_case(name));
    same.next().map(|(_, value)| value.as_str())
}

/// `<domain name="all" alias="true"/>`: every domain of the directory stands for the profile.
fn aliases(element: &Element, tree: &Tree) -> Vec<String> {
    let wants = |domain: &&Element| domain.attribute("alias").is_some_and(crate::acl::is_true);
    let mut aliases = Vec::new();
    for domain in element
        .children("domains")
        .flat_map(|domains| domains.children("domain"))
        .filter(wants)
        .filter_map(|domain| domain.attribute("name"))
    {
        if domain == "all" {
            let domains = tree
                .section("directory")
                .into_iter()
                .flat_map(|all| all.children("domain"));
            aliases.extend(
                domains
                    .filter_map(|domain| domain.attribute("name"))
                    .map(str::to_owned),
            );
        } else {
            aliases.push(domain.to_owned());
        }
    }
    aliases
}
