//! What `callwarden-worker check` says of FreeSWITCH's files. Nothing in it is a value of a file that
//! could be secret.

use std::path::PathBuf;

use domain::acl::file as acl_file;
use domain::health::HopState;
use domain::reason::Reason;

use super::acl::Acl;
use super::event_socket::EventSocket;
use super::paths::Paths;
use super::present::{Present, shown};
use super::profiles::SipProfiles;
use super::rules::Rules;
use super::subject::Subject;
use crate::config::FreeswitchConfig;

/// As FreeSWITCH comes; everybody knows it.
const STOCK_PASSWORD: &str = "ClueCon";

/// One thing that was looked at.
pub struct Looked {
    /// Missing is worth attention, broken is what FreeSWITCH or we cannot use.
    pub state: HopState,
    /// What.
    pub what: &'static str,
    /// What was found, inert.
    pub detail: String,
    /// What to do where it is not good.
    pub remedy: &'static str,
}

/// Looks at the folder, the files that are deployed into, and the Event Socket's settings.
pub fn look(config: &FreeswitchConfig) -> Vec<Looked> {
    let folder = &config.conf_dir;
    let is_there = folder.is_dir();
    let state = if is_there {
        HopState::Good
    } else {
        HopState::Attention
    };
    let found = if is_there {
        ""
    } else {
        ": there is no such folder"
    };
    let mut looked = vec![Looked {
        state,
        what: "FreeSWITCH's configuration",
        detail: format!("{}{found}", shown(folder)),
        remedy: "set freeswitch.conf_dir in worker.toml; without it nothing can be deployed here",
    }];
    let paths = Paths::new(config);
    let overridden = config.acl_conf.is_some()
        || config.cti_json.is_some()
        || config.sip_profiles.is_some()
        || config.event_socket_conf.is_some();
    if is_there || overridden {
        looked.extend([
            acl(&paths),
            profiles(&paths),
            rules(&paths),
            event_socket(&paths),
        ]);
    }
    looked
}

/// The files of a kind, and what is ours in them.
fn read<S: Subject>(paths: &Paths) -> Result<(Vec<Present>, Option<S::Content>), Reason> {
    let read = |path: &PathBuf| Present::read(path).map_err(|unreadable| unreadable.reason);
    let files: Vec<Present> = S::files(paths).iter().map(read).collect::<Result<_, _>>()?;
    let content = S::content(&files)?;
    Ok((files, content))
}

fn said(what: &'static str, found: Result<String, Reason>, remedy: &'static str) -> Looked {
    let (state, detail) = match found {
        Ok(detail) => (HopState::Good, detail),
        Err(reason) => (HopState::Broken, reason.to_string()),
    };
    Looked {
        state,
        what,
        detail,
        remedy,
    }
}

fn acl(paths: &Paths) -> Looked {
    let found = read::<Acl>(paths).map(|(files, ours)| {
        let text = files.first().and_then(|file| file.text().ok());
        let lists = text.and_then(|text| acl_file::read(text).ok());
        let all = lists.map_or(0, |file| file.lists.len());
        let ours = ours.map_or(0, |ours| ours.iter().len());
        let path = shown(&paths.acl_conf);
        format!("{path}: {all} lists, {ours} of them ours")
    });
    said(
        "ACL lists",
        found,
        "mend it there: nothing is written into a file that is not understood",
    )
}

fn profiles(paths: &Paths) -> Looked {
    let found = read::<SipProfiles>(paths).map(|(files, profiles)| {
        let folder = shown(&paths.sip_profiles);
        let profiles = profiles.map_or(0, |profiles| profiles.iter().len());
        format!("{folder}: {profiles} profiles in {} files", files.len())
    });
    said(
        "SIP profiles",
        found,
        "mend it there, or set freeswitch.sip_profiles in worker.toml",
    )
}

fn rules(paths: &Paths) -> Looked {
    let found = read::<Rules>(paths).map(|(files, rules)| {
        let path = shown(&paths.cti_json);
        let is_there = files.iter().any(|file| file.bytes.is_some());
        match (is_there, rules) {
            (false, _) => format!("{path}: not there; the first deployment of call rules makes it"),
            (true, None) => format!("{path}: no call rules in it yet"),
            (true, Some(_)) => format!("{path}: holds call rules"),
        }
    });
    said(
        "cti.json",
        found,
        "mend it there: nothing is written into a file that is not understood",
    )
}

fn event_socket(paths: &Paths) -> Looked {
    let path = shown(&paths.event_socket_conf);
    match EventSocket::read(paths) {
        Ok(socket) if socket.password == STOCK_PASSWORD => Looked {
            state: HopState::Broken,
            what: "Event Socket",
            detail: format!("{path}: the password is the one that FreeSWITCH comes with"),
            remedy: "set another password there, then: fs_cli -x 'reload mod_event_socket'",
        },
        Ok(socket) => Looked {
            state: HopState::Good,
            what: "Event Socket",
            detail: format!(
                "{path}: {} port {}, with a password of its own",
                socket.host, socket.port
            ),
            remedy: "",
        },
        Err(reason) => Looked {
            state: HopState::Attention,
            what: "Event Socket",
            detail: reason.to_string(),
            remedy: "enter address and password on the node's page of the console",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(config: &FreeswitchConfig) -> Vec<String> {
        let line =
            |looked: &Looked| format!("{:?} {}: {}", looked.state, looked.what, looked.detail);
        look(config).iter().map(line).collect()
    }

    #[test]
    fn stock_files_what_is_broken_and_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let config = FreeswitchConfig {
            conf_dir: root.to_owned(),
            ..Default::default()
        };
        let at = |path: &str| format!("{}/{path}", root.display());
        esl_sim::vanilla(root).unwrap();
        let said = lines(&config);
        assert_eq!(
            said,
            [
                format!("Good FreeSWITCH's configuration: {}", root.display()),
                format!(
                    "Good ACL lists: {}: 2 lists, 0 of them ours",
                    at("autoload_configs/acl.conf.xml")
                ),
                format!(
                    "Good SIP profiles: {}: 2 profiles in 2 files",
                    at("sip_profiles")
                ),
                format!(
                    "Good cti.json: {}: not there; the first deployment of call rules makes it",
                    at("cti.json")
                ),
                format!(
                    "Broken Event Socket: {}: the password is the one that FreeSWITCH comes with",
                    at("autoload_configs/event_socket.conf.xml")
                ),
            ]
        );
        let edit = |path: &str, from: &str, to: &str| {
            let text = std::fs::read_to_string(at(path)).unwrap_or_default();
            std::fs::write(at(path), text.replace(from, to)).unwrap();
        };
        edit(
            "autoload_configs/event_socket.conf.xml",
            "ClueCon",
            "wolle-7351",
        );
        edit("autoload_configs/acl.conf.xml", "</network-lists>", "");
        std::fs::write(at("cti.json"), "{\"apikey\": \"wolle-7351\",,}").unwrap();
        std::fs::write(
            at("sip_profiles/internal.xml"),
            "<profile name=\"wolle-7351\">",
        )
        .unwrap();
        let said = lines(&config);
        assert!(
            said[1].starts_with("Broken ACL lists: ")
                && said[1].contains("acl.conf.xml: line 19, column"),
            "{said:?}"
        );
        assert!(
            said[2].starts_with("Broken SIP profiles: ")
                && said[2].contains("internal.xml: line 1, column"),
            "{said:?}"
        );
        assert!(
            said[3].starts_with("Broken cti.json: ") && said[3].contains("line 1, column 25"),
            "{said:?}"
        );
        assert!(
            said[4].starts_with("Good Event Socket: ") && said[4].contains("::1 port 8021"),
            "{said:?}"
        );
        assert!(!said.concat().contains("wolle"), "{said:?}");
        edit(
            "autoload_configs/event_socket.conf.xml",
            "wolle-7351",
            "$${secret_of_ours}",
        );
        assert!(lines(&config)[4].starts_with("Attention Event Socket: "));
        let missing = FreeswitchConfig {
            conf_dir: root.join("missing"),
            ..Default::default()
        };
        let said = lines(&missing);
        assert!(
            said.len() == 1
                && said[0].starts_with("Attention ")
                && said[0].ends_with("no such folder")
        );
    }
}
