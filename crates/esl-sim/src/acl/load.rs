//! All lists: those that FreeSWITCH makes itself, and those of `acl.conf`.

use std::collections::HashMap;
use std::net::Ipv4Addr;

use super::cidr::{self, Cidr};
use super::is_true;
use super::list::List;
use crate::xml::{Element, Tree};

/// How many networks may stand in a question instead of a list's name.
const MOST_ASKED: usize = 100;

/// Every list, by name. Names differ by case.
#[derive(Debug, Clone, Default)]
pub struct Lists(HashMap<String, List>);

impl Lists {
    /// Builds them. `own` is the machine's address, `mask` its network's.
    pub fn build(tree: &Tree, own: Ipv4Addr, mask: Ipv4Addr) -> Self {
        let mut lists = Self(automatic(own, mask));
        let lists_of_file = tree
            .configuration("acl.conf")
            .and_then(|file| file.child("network-lists"));
        for element in lists_of_file
            .iter()
            .flat_map(|lists| lists.children("list"))
        {
            let name = element.attribute("name").unwrap_or_default();
            if !name.is_empty() {
                lists.0.insert(name.to_owned(), read(element, tree));
            }
        }
        lists
    }

    /// What `acl ADDRESS LIST` answers. Instead of a list there may be networks with commas.
    pub fn allows(&self, address: &str, list: &str) -> bool {
        let Some(address) = cidr::address(address) else {
            // Taken for 0.0.0.0 or the like: in no network, but a default applies.
            return false;
        };
        match self.0.get(list) {
            Some(list) => list.allows(address),
            None if list.contains('/') => list
                .split(',')
                .take(MOST_ASKED)
                .filter_map(|text| Cidr::read(text.trim_matches(' ')))
                .any(|network| network.contains(address)),
            None => false,
        }
    }
}

fn read(element: &Element, tree: &Tree) -> List {
    let mut list = List::new(element.attribute("default").is_none_or(is_true));
    for node in element.children("node") {
        let allow = node.attribute("type").map_or(list.default(), is_true);
        if let Some(domain) = node.attribute("domain") {
            for cidrs in cidrs_of_users(tree, domain) {
                list.add(cidrs, allow);
            }
        } else if let Some(cidrs) = node.attribute("cidr") {
            list.add(cidrs, allow);
        } else if let (Some(host), Some(mask)) = (node.attribute("host"), node.attribute("mask")) {
            list.add_mask(host, mask, allow);
        }
    }
    list
}

/// The `cidr=` of a domain's users, those in groups included; none for an unknown domain.
fn cidrs_of_users<'a>(tree: &'a Tree, domain: &str) -> Vec<&'a str> {
    let Some(domain) = tree.domain(domain) else {
        return Vec::new();
    };
    let place = domain.child("users").unwrap_or(domain);
    let in_groups = place
        .children("groups")
        .flat_map(|groups| groups.children("group"))
        .flat_map(|group| group.children("users"))
        .flat_map(|users| users.children("user"));
    place
        .children("user")
        .chain(in_groups)
        .filter(|user| user.attribute("id").is_some())
        .filter_map(|user| user.attribute("cidr"))
        .collect()
}

/// The lists that are always there.
fn automatic(own: Ipv4Addr, mask: Ipv4Addr) -> HashMap<String, List> {
    const RFC1918: [&str; 3] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
    const NOT_WAN: [&str; 6] = [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "100.64.0.0/10",
    ];
    let list = |default: bool, networks: &[&[&str]]| {
        let mut list = List::new(default);
        for network in networks.iter().copied().flatten() {
            list.add(network, !default);
        }
        list
    };
    let (own, mask) = (own.to_string(), mask.to_string());
    let mut nat = List::new(false);
    nat.add_mask(&own, &mask, false);
    for network in RFC1918.iter().chain(&["100.64.0.0/10"]) {
        nat.add(network, true);
    }
    let mut localnet = List::new(false);
    localnet.add_mask(&own, &mask, true);
    [
        ("rfc6598.auto", list(false, &[&["100.64.0.0/10"]])),
        ("rfc1918.auto", list(false, &[&RFC1918, &["fe80::/10"]])),
        ("wan.auto", list(true, &[&NOT_WAN, &["fe80::/10"]])),
        ("wan_v6.auto", list(true, &[&["0.0.0.0/0", "fe80::/10"]])),
        ("wan_v4.auto", list(true, &[&NOT_WAN, &["::/0"]])),
        ("any_v6.auto", list(true, &[&["0.0.0.0/0"]])),
        ("any_v4.auto", list(true, &[&["::/0"]])),
        ("nat.auto", nat),
        ("loopback.auto", list(false, &[&["127.0.0.0/8", "::1/128"]])),
        ("localnet.auto", localnet),
    ]
    .map(|(name, list)| (name.to_owned(), list))
    .into()
}
