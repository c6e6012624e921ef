//! One list: its nodes and what it answers.

use std::net::IpAddr;

use super::cidr::Cidr;

/// How many networks of one `cidr=` count; the last one takes the rest of the text with it.
const MOST_IN_ONE: usize = 32;

/// A list.
#[derive(Debug, Clone)]
pub struct List {
    default: bool,
    nodes: Vec<(Cidr, bool)>,
}

impl List {
    /// An empty list.
    pub fn new(default: bool) -> Self {
        Self {
            default,
            nodes: Vec::new(),
        }
    }

    /// Its default.
    pub fn default(&self) -> bool {
        self.default
    }

    /// Adds the networks of a `cidr=`.
    pub fn add(&mut self, cidrs: &str, allow: bool) {
        if !cidrs.contains(',') {
            self.nodes
                .extend(Cidr::read(cidrs).map(|cidr| (cidr, allow)));
            return;
        }
        for text in cidrs.splitn(MOST_IN_ONE, ',') {
            let cidr = Cidr::read(text.trim_matches(' '));
            self.nodes.extend(cidr.map(|cidr| (cidr, allow)));
        }
    }

    /// Adds `host=` with `mask=`.
    pub fn add_mask(&mut self, host: &str, mask: &str, allow: bool) {
        let cidr = Cidr::from_mask(host, mask);
        self.nodes.extend(cidr.map(|cidr| (cidr, allow)));
    }

    /// The most specific network decides; of equal ones the first.
    pub fn allows(&self, address: IpAddr) -> bool {
        let mut found: Option<(Cidr, bool)> = None;
        for (cidr, allow) in &self.nodes {
            let longer = found.is_none_or(|(best, _)| cidr.bits() > best.bits());
            if longer && cidr.contains(address) {
                found = Some((*cidr, *allow));
            }
        }
        found.map_or(self.default, |(_, allow)| allow)
    }
}
