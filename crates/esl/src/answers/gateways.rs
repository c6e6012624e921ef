//! `sofia xmlstatus gateway`.

use roxmltree::{Document, Node};

use super::Unreadable;

/// A gateway: a peer that we register with, or send calls to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gateway {
    /// Its name.
    pub name: String,
    /// The profile it belongs to.
    pub profile: String,
    /// The host in its `proxy`, which packets come from: a name or an address.
    pub proxy: String,
    /// `REGED`, `NOREG`, `FAIL_WAIT` …
    pub state: String,
    /// `UP` or `DOWN`.
    pub status: String,
}

/// Reads the answer to [`crate::Command::SofiaGateways`].
///
/// # Errors
/// [`Unreadable`].
pub fn gateways(text: &str) -> Result<Vec<Gateway>, Unreadable> {
    let document = Document::parse(text).map_err(|_| Unreadable)?;
    let root = document.root_element();
    if root.tag_name().name() != "gateways" {
        return Err(Unreadable);
    }
    let each = root.children().filter(|node| node.has_tag_name("gateway"));
    Ok(each
        .map(|gateway| Gateway {
            name: text_of(gateway, "name"),
            profile: text_of(gateway, "profile"),
            proxy: host_of(&text_of(gateway, "proxy")).to_owned(),
            state: text_of(gateway, "state"),
            status: text_of(gateway, "status"),
        })
        .collect())
}

fn text_of(gateway: Node<'_, '_>, name: &str) -> String {
    let part = gateway.children().find(|node| node.has_tag_name(name));
    part.and_then(|node| node.text())
        .unwrap_or_default()
        .trim()
        .to_owned()
}

/// The host of `sip:user@host:port;transport=tcp`, an IPv6 one without its brackets.
fn host_of(uri: &str) -> &str {
    let rest = uri
        .split_once(':')
        .map_or(uri, |(scheme, rest)| match scheme {
            "sip" | "sips" => rest,
            _ => uri,
        });
    let rest = rest.split([';', '?', '>']).next().unwrap_or_default();
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    match rest.strip_prefix('[') {
        Some(inner) => inner.split(']').next().unwrap_or_default(),
        None => rest.split(':').next().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_a_switch_said() {
        let text = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<gateways>\n  <gateway>\n    \
            <name>example.com</name>\n    <profile>external</profile>\n    <realm>example.com</realm>\n    \
            <password>yes</password>\n    <from>&lt;sip:joeuser@example.com&gt;</from>\n    \
            <to>sip:joeuser@example.com</to>\n    <proxy>sip:example.com</proxy>\n    \
            <state>NOREG</state>\n    <status>UP</status>\n  </gateway>\n</gateways>\n";
        let gateway = Gateway {
            name: "example.com".into(),
            profile: "external".into(),
            proxy: "example.com".into(),
            state: "NOREG".into(),
            status: "UP".into(),
        };
        assert_eq!(gateways(text), Ok(vec![gateway]));
        assert_eq!(gateways("<gateways></gateways>"), Ok(vec![]));
        for broken in [
            "",
            "-ERR",
            "<gateways>",
            "<profile/>",
            "<!DOCTYPE a [<!ENTITY b \"c\">]><gateways>&b;</gateways>",
        ] {
            assert_eq!(gateways(broken), Err(Unreadable), "{broken:?}");
        }
    }

    #[test]
    fn takes_the_host_of_every_form() {
        for (uri, host) in [
            ("sip:example.com", "example.com"),
            ("sip:192.0.2.7:5080;transport=tcp", "192.0.2.7"),
            ("sips:joe@192.0.2.7", "192.0.2.7"),
            ("sip:[2001:db8::7]:5060", "2001:db8::7"),
            ("192.0.2.7:5060", "192.0.2.7"),
            ("", ""),
        ] {
            assert_eq!(host_of(uri), host, "{uri}");
        }
    }
}
