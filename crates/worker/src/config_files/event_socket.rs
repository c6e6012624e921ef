//! Where the node's own switch listens for the Event Socket, read from FreeSWITCH's files.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

use domain::reason::{FileReason, Reason};
use domain::switch_xml::Place;
use roxmltree::{Document, Node};

use super::paths::Paths;
use super::present::{Present, shown};

/// Where this host reaches its switch. Its `Debug` form does not show the password.
#[derive(Clone, PartialEq, Eq)]
pub struct EventSocket {
    /// Loopback where the switch listens everywhere.
    pub host: IpAddr,
    /// 8021 as FreeSWITCH comes.
    pub port: u16,
    /// Secret.
    pub password: String,
}

impl EventSocket {
    /// Reads `event_socket.conf.xml`, and `vars.xml` for the variables in it.
    ///
    /// # Errors
    /// Why that is not known; nothing in it is a value of the file.
    pub fn read(paths: &Paths) -> Result<Self, Reason> {
        let file = &paths.event_socket_conf;
        let text = text(file)?;
        let document = document(file, &text)?;
        let vars = vars(&paths.vars);
        let unknown = |param: &str| {
            let param = param.to_owned();
            Reason::file(shown(file), FileReason::NotSet { param })
        };
        // FreeSWITCH takes the last one of a name.
        let value = |name: &'static str| -> Result<Option<String>, Reason> {
            let params = document
                .descendants()
                .filter(|node| node.has_tag_name("param"));
            let value = params
                .filter(|node| node.attribute("name") == Some(name))
                .filter_map(|node| node.attribute("value"))
                .next_back();
            value
                .map(|value| resolve(value, &vars).ok_or_else(|| unknown(name)))
                .transpose()
        };
        let host = match value("listen-ip")?.as_deref().map(str::trim) {
            None | Some("") => IpAddr::V4(Ipv4Addr::LOCALHOST),
            Some(text) => here(text.parse().map_err(|_| unknown("listen-ip"))?),
        };
        let port = match value("listen-port")? {
            None => 8021,
            Some(text) => text.trim().parse().map_err(|_| unknown("listen-port"))?,
        };
        let password = value("password")?
            .filter(|password| !password.is_empty())
            .ok_or_else(|| unknown("password"))?;
        Ok(Self {
            host,
            port,
            password,
        })
    }
}

impl std::fmt::Debug for EventSocket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EventSocket({}:{})", self.host, self.port)
    }
}

/// Who listens everywhere listens here.
fn here(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        // The stock `::` takes IPv4 too, and loopback may lack an IPv6 address.
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        other => other,
    }
}

fn text(path: &Path) -> Result<String, Reason> {
    let file = Present::read(path).map_err(|file| file.reason)?;
    if file.bytes.is_none() {
        return Err(file.says(FileReason::Missing));
    }
    Ok(file.text()?.trim_start_matches('\u{feff}').to_owned())
}

fn document<'a>(path: &Path, text: &'a str) -> Result<Document<'a>, Reason> {
    Document::parse(text).map_err(|error| {
        let at = error.pos();
        let place = Place {
            line: at.row,
            column: at.col,
        };
        Reason::file(shown(path), FileReason::NotXml { place })
    })
}

/// `set` lines of `vars.xml`, in order; none where it cannot be read.
fn vars(path: &Path) -> Vec<(String, String)> {
    let Ok(text) = text(path) else {
        return Vec::new();
    };
    let Ok(document) = document(path, &text) else {
        return Vec::new();
    };
    let set = |node: Node<'_, '_>| {
        let is_set = node.tag_name().name().eq_ignore_ascii_case("X-PRE-PROCESS")
            && node.attribute("cmd")?.eq_ignore_ascii_case("set");
        let (name, value) = node.attribute("data").filter(|_| is_set)?.split_once('=')?;
        Some((name.trim().to_owned(), value.to_owned()))
    };
    document.descendants().filter_map(set).collect()
}

/// Puts in variables as FreeSWITCH does; `None` where one is not known.
fn resolve(text: &str, vars: &[(String, String)]) -> Option<String> {
    /// Variables of variables.
    const DEPTH: usize = 8;
    let mut text = text.to_owned();
    for _ in 0..DEPTH {
        let Some((before, rest)) = text.split_once("$${") else {
            return Some(text);
        };
        let (name, after) = rest.split_once('}')?;
        let (_, value) = vars.iter().rev().find(|(known, _)| known == name)?;
        text = format!("{before}{value}{after}");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(conf: &str, vars: &str) -> Result<EventSocket, Reason> {
        let folder = tempfile::tempdir().unwrap();
        let config = crate::config::FreeswitchConfig {
            conf_dir: folder.path().to_owned(),
            ..Default::default()
        };
        let paths = Paths::new(&config);
        std::fs::create_dir(folder.path().join("autoload_configs")).unwrap();
        std::fs::write(&paths.event_socket_conf, conf).unwrap();
        std::fs::write(&paths.vars, vars).unwrap();
        EventSocket::read(&paths)
    }

    fn stock(ip: &str, password: &str) -> String {
        format!(
            "<configuration name=\"event_socket.conf\" description=\"Socket Client\">\n  <settings>\n    \
             <param name=\"nat-map\" value=\"false\"/>\n    <param name=\"listen-ip\" value=\"{ip}\"/>\n    \
             <param name=\"listen-port\" value=\"8021\"/>\n    <param name=\"password\" value=\"{password}\"/>\n    \
             <!--<param name=\"apply-inbound-acl\" value=\"loopback.auto\"/>-->\n  </settings>\n</configuration>\n"
        )
    }

    const VARS: &str = "<include>\n<!-- comment -->\n<X-PRE-PROCESS cmd=\"set\" data=\"base=se\"/>\n\
        <X-PRE-PROCESS cmd=\"set\" data=\"esl=$${base}cret=1\"/>\n\
        <X-PRE-PROCESS cmd=\"exec-set\" data=\"run=/bin/true\"/>\n</include>";

    #[test]
    fn reads_stock_files_and_variables_and_shows_no_password() {
        let found = read(&stock("::", "ClueCon"), VARS).unwrap();
        assert_eq!(
            (found.host, found.port, found.password.as_str()),
            ("::1".parse().unwrap(), 8021, "ClueCon")
        );
        assert!(!format!("{found:?}").contains("ClueCon"));
        let found = read(&stock("0.0.0.0", "$${esl}"), VARS).unwrap();
        assert_eq!(
            (found.host, found.password.as_str()),
            ("127.0.0.1".parse().unwrap(), "secret=1")
        );
        let found = read(&stock("192.0.2.7", "x"), VARS).unwrap();
        assert_eq!(found.host, "192.0.2.7".parse::<IpAddr>().unwrap());
    }

    #[test]
    fn what_is_not_known_is_said_without_its_value() {
        for (conf, words) in [
            (stock("::", "$${run}-tail"), "password"),
            (stock("$${local_ip_v4}", "hidden"), "listen-ip"),
            (stock("pbx.example", "hidden"), "listen-ip"),
            (stock("::", ""), "password"),
            ("<a><b></a>hidden".to_owned(), "line 1, column"),
            (
                "<!DOCTYPE x [<!ENTITY a 'hidden'>]><x/>".to_owned(),
                "not XML",
            ),
        ] {
            let error = read(&conf, VARS).unwrap_err().to_string();
            assert!(
                error.contains(words) && !error.contains("hidden"),
                "{error}"
            );
        }
        let endless = "<i><X-PRE-PROCESS cmd=\"set\" data=\"a=$${a}\"/></i>";
        assert!(read(&stock("::", "$${a}"), endless).is_err());
    }
}
