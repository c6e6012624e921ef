//! The lists inside `<network-lists>`, and what FreeSWITCH makes of each node.

use std::ops::Range;

use roxmltree::Node as Element;

use super::finding::{Fault, Finding};
use super::node::{Net, Node, Rule, cidrs};
use super::read::FoundList;
use crate::acl::Action;
use crate::profile::AUTOMATIC_LISTS;
use crate::switch_xml::{Brings, Directive, Lines, Place, has_variable, tag};

pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) lines: &'a Lines<'a>,
    pub(super) brought: &'a [Directive],
    pub(super) block: Option<Range<usize>>,
}

impl Reader<'_> {
    pub(super) fn lists(&self, network_lists: Element<'_, '_>) -> (Vec<FoundList>, Vec<Finding>) {
        let mut lists: Vec<FoundList> = Vec::new();
        let mut findings = Vec::new();
        let place = |element: Element<'_, '_>| self.lines.place(element.range().start);
        let outside = |place, fault| Finding {
            place,
            list: None,
            fault,
        };
        for element in network_lists.children().filter(Element::is_element) {
            let name = element.attribute("name").unwrap_or_default();
            let name_of_tag = tag(element, self.text);
            if name_of_tag != "list" {
                let name = name_of_tag.to_owned();
                findings.push(outside(place(element), Fault::UnknownElement { name }));
            } else if name.is_empty() {
                findings.push(outside(place(element), Fault::NoName));
            } else {
                lists.push(self.list(element, name));
            }
        }
        for directive in self.brought {
            let fault = match &directive.brings {
                Brings::Files(pattern) => Fault::Include {
                    pattern: pattern.clone(),
                },
                Brings::Program => Fault::Program,
            };
            let place = directive.place;
            let inside = lists
                .iter_mut()
                .find(|list| list.range.contains(&directive.offset));
            if let Some(list) = inside {
                list.has_unseen = true;
                let name = Some(list.name.clone());
                list.findings.push(Finding {
                    place,
                    list: name,
                    fault,
                });
            } else {
                findings.push(outside(place, fault));
            }
        }
        for (index, list) in lists.iter().enumerate() {
            findings.extend(list.findings.iter().cloned());
            let mut finding = |fault| {
                let (place, list) = (list.place, Some(list.name.clone()));
                findings.push(Finding { place, list, fault });
            };
            if lists[index + 1..]
                .iter()
                .any(|later| later.name == list.name)
            {
                finding(Fault::Overridden);
            }
            if AUTOMATIC_LISTS.contains(&list.name.as_str()) {
                finding(Fault::AutomaticName);
            }
        }
        findings.sort_by_key(|finding| finding.place);
        (lists, findings)
    }

    fn list(&self, element: Element<'_, '_>, name: &str) -> FoundList {
        let range = element.range();
        let place = self.lines.place(range.start);
        let mut findings = Vec::new();
        let mut finding = |place, fault| {
            let list = Some(name.to_owned());
            findings.push(Finding { place, list, fault });
        };
        if has_variable(name) {
            let text = name.to_owned();
            finding(place, Fault::Variable { text });
        }
        let default = match element.attribute("default") {
            None => {
                finding(place, Fault::NoDefault);
                Some(Action::Allow)
            }
            Some(word) => action(word, place, &mut finding),
        };
        let mut nodes = Vec::new();
        for child in element.children().filter(Element::is_element) {
            let place = self.lines.place(child.range().start);
            let name = tag(child, self.text);
            if name == "node" {
                nodes.push(node(child, place, default, &mut finding));
            } else {
                let name = name.to_owned();
                finding(place, Fault::UnknownElement { name });
            }
        }
        FoundList {
            name: name.to_owned(),
            place,
            default,
            nodes,
            ours: self
                .block
                .as_ref()
                .is_some_and(|block| block.contains(&range.start)),
            adopted: element.attribute("adopted") == Some("true"),
            findings,
            has_unseen: false,
            range,
        }
    }
}

fn node(
    element: Element<'_, '_>,
    place: Place,
    default: Option<Action>,
    finding: &mut impl FnMut(Place, Fault),
) -> Node {
    let value = |name: &str| element.attribute(name);
    let action = if let Some(word) = value("type") {
        action(word, place, finding)
    } else {
        finding(place, Fault::NoType);
        default
    };
    if ["port", "ports", "port-min", "port-max"]
        .into_iter()
        .any(|name| value(name).is_some())
    {
        finding(place, Fault::Ports);
    }
    let rule = match (value("domain"), value("cidr"), value("host"), value("mask")) {
        (Some(domain), ..) => {
            let domain = domain.to_owned();
            finding(
                place,
                Fault::Domain {
                    domain: domain.clone(),
                },
            );
            Rule::Domain(domain)
        }
        (None, Some(cidr), ..) => nets(cidr, place, finding),
        (None, None, Some(host), Some(mask)) => host_mask(host, mask, place, finding),
        _ => {
            finding(place, Fault::NoNetwork);
            Rule::Nobody
        }
    };
    let comment = value("description").map(str::to_owned);
    Node {
        place,
        action,
        rule,
        comment: comment
            .or_else(|| comment_behind(element))
            .unwrap_or_default(),
    }
}

fn action(word: &str, place: Place, finding: &mut impl FnMut(Place, Fault)) -> Option<Action> {
    if has_variable(word) {
        let text = word.to_owned();
        finding(place, Fault::Variable { text });
        return None;
    }
    let means = Action::from_word(word);
    if word.parse() != Ok(means) {
        let word = word.to_owned();
        finding(place, Fault::Word { word, means });
    }
    Some(means)
}

fn nets(cidr: &str, place: Place, finding: &mut impl FnMut(Place, Fault)) -> Rule {
    if has_variable(cidr) {
        let text = cidr.to_owned();
        finding(place, Fault::Variable { text: text.clone() });
        return Rule::Variable(text);
    }
    let (nets, faults, count) = cidrs(cidr);
    for (text, fault) in faults {
        finding(place, Fault::Cidr { text, fault });
    }
    for fault in nets.iter().filter_map(Net::fault) {
        finding(place, fault);
    }
    if count > 0 {
        finding(place, Fault::CutOff { count });
    }
    Rule::Nets(nets)
}

fn host_mask(host: &str, mask: &str, place: Place, finding: &mut impl FnMut(Place, Fault)) -> Rule {
    let text = format!("{host} {mask}");
    if has_variable(&text) {
        finding(place, Fault::Variable { text: text.clone() });
        return Rule::Variable(text);
    }
    let Some(net) = Net::from_host_mask(host, mask) else {
        finding(place, Fault::HostMask { text });
        return Rule::Nobody;
    };
    if let Some(fault) = net.fault() {
        finding(place, fault);
    }
    Rule::Nets(vec![net])
}

/// The text of a comment that follows the element on its line.
fn comment_behind(element: Element<'_, '_>) -> Option<String> {
    let mut next = element.next_sibling()?;
    if next.is_text() {
        if next.text()?.contains('\n') {
            return None;
        }
        next = next.next_sibling()?;
    }
    next.is_comment()
        .then(|| next.text().unwrap_or_default().trim().to_owned())
}
