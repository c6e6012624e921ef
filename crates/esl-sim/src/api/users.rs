//! The directory and who is registered: `list_users`, `user_data`, `sofia_contact` …

use time::OffsetDateTime;
use time::macros::format_description;

use crate::switch::{Registration, Switch};
use crate::xml::Element;

const NOBODY: &str = "error/user_not_registered";

/// A time as FreeSWITCH prints it.
pub fn date(unix: i64) -> String {
    let form = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    let time = OffsetDateTime::from_unix_timestamp(unix);
    time.ok()
        .and_then(|time| time.format(form).ok())
        .unwrap_or_default()
}

impl Registration {
    /// As `sofia_contact` and `show registrations` give it.
    pub fn contact(&self) -> String {
        format!("sofia/{}/{}", self.profile, self.uri())
    }

    /// The bare address.
    pub fn uri(&self) -> String {
        let (address, port) = &self.network;
        format!("sip:{}@{address}:{port}", self.user)
    }
}

fn registered<'a>(switch: &'a Switch, user: &str, domain: &str) -> Option<&'a Registration> {
    let mut phones = switch.registrations.iter();
    phones.find(|phone| phone.user == user && phone.realm == domain)
}

/// `sofia_contact USER@DOMAIN`
pub fn contact(switch: &Switch, argument: &str) -> String {
    let address = argument.rsplit('/').next().unwrap_or_default();
    let (user, domain) = address.split_once('@').unwrap_or((address, ""));
    registered(switch, user, domain).map_or(NOBODY.to_owned(), Registration::contact)
}

/// `sofia_count_reg USER@DOMAIN`
pub fn count(switch: &Switch, argument: &str) -> String {
    let (user, domain) = argument.split_once('@').unwrap_or((argument, ""));
    let phones = switch.registrations.iter();
    phones
        .filter(|phone| phone.user == user && phone.realm == domain)
        .count()
        .to_string()
}

/// A user with the group it was found in. Pointers lead to the user they name.
struct Found<'a> {
    domain: &'a Element,
    group: &'a Element,
    user: &'a Element,
}

fn all(domain: &Element) -> Vec<Found<'_>> {
    let groups = domain
        .children("groups")
        .flat_map(|groups| groups.children("group"));
    groups
        .flat_map(|group| {
            let users = group
                .children("users")
                .flat_map(|users| users.children("user"));
            users.map(move |user| Found {
                domain,
                group,
                user,
            })
        })
        .collect()
}

fn is_pointer(user: &Element) -> bool {
    user.attribute("type") == Some("pointer")
}

fn find<'a>(switch: &'a Switch, id: &str, domain: &str) -> Option<Found<'a>> {
    let users = all(switch.tree.domain(domain)?);
    users
        .into_iter()
        .find(|found| !is_pointer(found.user) && found.user.attribute("id") == Some(id))
}

fn value<'a>(found: &Found<'a>, folder: &str, tag: &'a str, name: &str) -> Option<&'a str> {
    [found.user, found.group, found.domain]
        .into_iter()
        .find_map(|element| {
            let place = element.child(folder)?;
            let mut same = place.settings(tag).filter(|(key, _)| *key == name);
            same.next().map(|(_, value)| value)
        })
}

/// `list_users [domain NAME] [group NAME] [user NAME]`
pub fn list(switch: &Switch, argument: &str) -> String {
    let words: Vec<_> = argument.split(' ').collect();
    let wanted = |key: &str| {
        let mut pairs = words.windows(2).filter(|pair| pair[0] == key);
        pairs.next().map(|pair| pair[1])
    };
    let is_wanted = |key: &str, value: &str| wanted(key).is_none_or(|wanted| wanted == value);
    let mut output = "userid|context|domain|group|contact|callgroup|effective_caller_id_name|\
                      effective_caller_id_number\n"
        .to_owned();
    let domains = switch
        .tree
        .section("directory")
        .into_iter()
        .flat_map(|all| all.children("domain"));
    for domain in domains {
        let name = domain.attribute("name").unwrap_or_default();
        for listed in all(domain) {
            let group = listed.group.attribute("name").unwrap_or_default();
            let id = listed.user.attribute("id").unwrap_or_default();
            if !(is_wanted("domain", name) && is_wanted("group", group) && is_wanted("user", id)) {
                continue;
            }
            let Some(found) = find(switch, id, name) else {
                continue;
            };
            let variable = |key: &str| value(&found, "variables", "variable", key).unwrap_or("");
            let contact = registered(switch, id, name).map(Registration::contact);
            put!(
                output,
                "{id}|{}|{name}|{group}|{}|{}|{}|{}\n",
                variable("user_context"),
                contact.as_deref().unwrap_or(NOBODY),
                variable("callgroup"),
                variable("effective_caller_id_name"),
                variable("effective_caller_id_number"),
            );
        }
    }
    output + "\n+OK\n"
}

/// `user_exists id NAME DOMAIN`
pub fn exists(switch: &Switch, argument: &str) -> String {
    let words: Vec<_> = argument.split(' ').collect();
    let found = match words[..] {
        [_, id, domain] => find(switch, id, domain).is_some(),
        _ => false,
    };
    found.to_string()
}

/// `user_data USER@DOMAIN param|var|attr NAME`
pub fn data(switch: &Switch, argument: &str) -> String {
    let words: Vec<_> = argument.split(' ').collect();
    let [address, kind, name] = words[..] else {
        return "-ERR bad args\n".to_owned();
    };
    let (id, domain) = address.split_once('@').unwrap_or((address, ""));
    let Some(found) = find(switch, id, domain) else {
        return String::new();
    };
    let value = match kind {
        "param" => value(&found, "params", "param", name),
        "var" => value(&found, "variables", "variable", name),
        _ => found.user.attribute(name),
    };
    value.unwrap_or_default().to_owned()
}

/// `domain_exists NAME`
pub fn domain_exists(switch: &Switch, name: &str) -> String {
    switch.tree.domain(name).is_some().to_string()
}

/// What a `userauth` needs: this user's parameter, the nearest counts.
pub fn parameter<'a>(switch: &'a Switch, id: &str, domain: &str, name: &str) -> Option<&'a str> {
    let found = find(switch, id, domain)?;
    value(&found, "params", "param", name)
}
