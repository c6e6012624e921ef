//! Which addresses a list is tried with: one that it lets in and one that it keeps out, where there are
//! such.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use domain::acl::{AclList, ListName};
use domain::reason::SwitchReason;
use esl::Command;

/// Nobody has these; tried after the addresses that entries name.
const STRANGERS: [IpAddr; 4] = [
    IpAddr::V4(Ipv4Addr::new(203, 0, 113, 254)),
    IpAddr::V4(Ipv4Addr::new(198, 51, 100, 254)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 2, 254)),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0xffff, 0, 0, 0, 0, 0xfe)),
];

/// An address that is asked about.
#[derive(Clone, Debug)]
pub(super) struct Probe {
    list: ListName,
    address: IpAddr,
    /// Is it let in?
    pub allowed: bool,
}

impl Probe {
    /// The switch says the other.
    pub fn unlike(self) -> SwitchReason {
        SwitchReason::Probe {
            list: self.list,
            address: self.address,
            allowed: self.allowed,
        }
    }
}

/// Each with the command that asks.
pub(super) fn probes(list: &AclList) -> Vec<(Command, Probe)> {
    let named = list.entries.iter().map(|entry| entry.network().address());
    let mut found: [Option<IpAddr>; 2] = [None, None];
    for address in named.chain(STRANGERS) {
        let slot = &mut found[usize::from(list.decide(address).allowed)];
        slot.get_or_insert(address);
        if found.iter().all(Option::is_some) {
            break;
        }
    }
    let [kept_out, let_in] = found;
    let probe = |address: Option<IpAddr>, allowed| {
        let address = address?;
        let name = list.name.clone();
        let probe = Probe {
            list: name.clone(),
            address,
            allowed,
        };
        Some((
            Command::Acl {
                address,
                list: name,
            },
            probe,
        ))
    };
    [probe(let_in, true), probe(kept_out, false)]
        .into_iter()
        .flatten()
        .collect()
}

#[cfg(test)]
mod tests {
    use domain::acl::{Action, Comment, Entry};

    use super::*;

    fn list(default: Action, entries: &[(Action, &str)]) -> AclList {
        let entry = |(action, network): &(Action, &str)| {
            Entry::new(*action, network.parse().unwrap(), Comment::default()).unwrap()
        };
        AclList {
            name: "inbound".parse().unwrap(),
            default,
            entries: entries.iter().map(entry).collect(),
            adopted: false,
        }
    }

    #[test]
    fn both_answers_are_asked_for_where_the_list_has_both() {
        use Action::{Allow, Deny};
        let cases = [
            (list(Deny, &[(Allow, "203.0.113.0/24")]), 2),
            (
                list(Deny, &[(Deny, "203.0.113.7"), (Allow, "203.0.113.0/24")]),
                2,
            ),
            (list(Allow, &[(Deny, "2001:db8::/32")]), 2),
            (list(Deny, &[]), 1),
            (list(Allow, &[]), 1),
            (list(Deny, &[(Allow, "0.0.0.0/0"), (Allow, "::/0")]), 1),
        ];
        for (list, count) in cases {
            let probes = probes(&list);
            assert_eq!(probes.len(), count, "{list:?}");
            for (_, probe) in probes {
                assert_eq!(list.decide(probe.address).allowed, probe.allowed);
            }
        }
    }
}
