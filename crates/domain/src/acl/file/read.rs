//! Reads `acl.conf.xml`, and what a switch answers when asked for the lists it has loaded.

use std::net::IpAddr;
use std::ops::Range;

use roxmltree::Node as Element;

use super::finding::Finding;
use super::lists::Reader;
use super::node::{Net, Node, Rule};
use super::{FileError, block};
use crate::acl::Action;
use crate::acl::comment::MARKUP;
use crate::switch_xml::{Lines, Place, check_size, has_variable, parse, preprocess, tag};

/// A list in a file, whoever wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundList {
    /// As written.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// Its default; none: a variable of the switch.
    pub default: Option<Action>,
    /// In order.
    pub nodes: Vec<Node>,
    /// Between our two comments.
    pub ours: bool,
    /// Says that it took the place of another.
    pub adopted: bool,
    /// What is odd in it.
    pub findings: Vec<Finding>,
    /// Other files come in inside it.
    pub has_unseen: bool,
    pub(super) range: Range<usize>,
}

/// A file that can be changed.
#[derive(Clone, Debug)]
pub struct AclFile {
    /// Every list, in order; of one name the last counts.
    pub lists: Vec<FoundList>,
    /// What is odd, in order of place.
    pub findings: Vec<Finding>,
    /// The first element whose attribute or text holds `<!`: FreeSWITCH shows what follows bare, and
    /// what it has loaded is not read back.
    pub unshowable: Option<Place>,
    /// Our part, from the first byte of its first comment to the last of its second.
    pub(super) block: Option<Range<usize>>,
    /// `<network-lists>`, whole.
    pub(super) network_lists: Range<usize>,
}

/// What FreeSWITCH would answer for a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict<'a> {
    /// Let in, as far as the file shows?
    pub allowed: bool,
    /// The list that was asked; none: the file has none of this name, and everybody is kept out.
    pub list: Option<&'a FoundList>,
    /// The node that decided and its network; none: the default.
    pub by: Option<(&'a Node, &'a Net)>,
    /// What could make it another answer and is not in the file.
    pub open: Vec<&'a Finding>,
}

/// Reads a file; it is never bigger than it says, and never half understood.
pub fn read(text: &str) -> Result<AclFile, FileError> {
    check_size(text)?;
    let seen = preprocess(text);
    let document = parse(&seen.text)?;
    let lines = Lines::new(&seen.text);
    let root = document.root_element();
    let network_lists = network_lists(root, &seen.text, &lines)?;
    let block = block::find(network_lists, &lines)?;
    let reader = Reader {
        text: &seen.text,
        lines: &lines,
        brought: &seen.brought,
        block: block.clone(),
    };
    let (lists, findings) = reader.lists(network_lists);
    Ok(AclFile {
        lists,
        findings,
        unshowable: unshowable(root, &lines),
        block,
        network_lists: network_lists.range(),
    })
}

fn unshowable(root: Element<'_, '_>, lines: &Lines<'_>) -> Option<Place> {
    let holds = |element: &Element<'_, '_>| {
        let own = element
            .attributes()
            .any(|attribute| attribute.value().contains(MARKUP));
        let mut inside = element.children();
        own || inside
            .any(|child| child.is_text() && child.text().unwrap_or_default().contains(MARKUP))
    };
    let mut elements = root.descendants().filter(Element::is_element);
    let found = elements.find(holds)?;
    Some(lines.place(found.range().start))
}

/// Reads the answer to `xml_locate configuration configuration name acl.conf`: comments are gone,
/// variables have their values, and what was included is there.
pub fn loaded(xml: &str) -> Result<Vec<FoundList>, FileError> {
    let document = parse(xml)?;
    let lines = Lines::new(xml);
    let network_lists = network_lists(document.root_element(), xml, &lines)?;
    let reader = Reader {
        text: xml,
        lines: &lines,
        brought: &[],
        block: None,
    };
    Ok(reader.lists(network_lists).0)
}

impl AclFile {
    /// The list that counts of that name.
    pub fn list(&self, name: &str) -> Option<&FoundList> {
        self.lists.iter().rev().find(|list| list.name == name)
    }

    /// The lists outside our part.
    pub fn outside(&self) -> impl Iterator<Item = &FoundList> {
        self.lists.iter().filter(|list| !list.ours)
    }

    /// Is there a part of ours?
    pub fn has_block(&self) -> bool {
        self.block.is_some()
    }

    /// What FreeSWITCH answers to `acl <address> <name>`.
    pub fn decide(&self, name: &str, address: IpAddr) -> Verdict<'_> {
        let list = self.list(name);
        let by = list.and_then(|list| list.decide(address));
        let action = match (list, by) {
            (Some(_), Some((node, _))) => node.action,
            (Some(list), None) => list.default,
            (None, _) => None,
        };
        let open = self.findings.iter().filter(|finding| {
            // A list whose name is a variable may have any name.
            let concerns = finding.list.as_deref().is_none_or(|list_name| {
                has_variable(list_name) || list.is_some() && list_name == name
            });
            concerns && finding.fault.is_unknown()
        });
        Verdict {
            allowed: action == Some(Action::Allow),
            list,
            by,
            open: open.collect(),
        }
    }
}

impl FoundList {
    /// The node that decides about an address, as far as nodes are known.
    pub fn decide(&self, address: IpAddr) -> Option<(&Node, &Net)> {
        let mut best: Option<(&Node, &Net)> = None;
        for node in self.nodes.iter().filter(|node| node.action.is_some()) {
            let Rule::Nets(nets) = &node.rule else {
                continue;
            };
            for net in nets.iter().filter(|net| net.holds(address)) {
                if best.is_none_or(|(_, best)| net.bits() > best.bits()) {
                    best = Some((node, net));
                }
            }
        }
        best
    }
}

fn network_lists<'a, 'b>(
    root: Element<'a, 'b>,
    text: &str,
    lines: &Lines<'_>,
) -> Result<Element<'a, 'b>, FileError> {
    let place = lines.place(root.range().start);
    if tag(root, text) != "configuration" || root.attribute("name") != Some("acl.conf") {
        return Err(FileError::NotAclConf { place });
    }
    let mut found = root
        .children()
        .filter(|child| child.is_element() && tag(*child, text) == "network-lists");
    let first = found.next().ok_or(FileError::NoNetworkLists { place })?;
    match found.next() {
        None => Ok(first),
        Some(second) => Err(FileError::TwoNetworkLists {
            place: lines.place(second.range().start),
        }),
    }
}
