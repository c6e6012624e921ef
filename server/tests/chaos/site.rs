//! Two nodes with a switch each, and what is asked of them.

use std::path::PathBuf;
use std::time::Duration;

use backend::config::{Content, Line};
use backend::links::{self, Form};
use backend::{Actor, Backend};
use domain::config::Kind;
use domain::cti::FormText;
use domain::ids::NodeId;
use domain::{acl, cti, profile};
use embedded::postgres::Durability;
use esl_sim::Sim;
use runtime::Clock;
use serde_json::{Value, json};
use sqlx::postgres::PgPoolOptions;

use crate::process::Process;
use crate::stage::{Stage, until};

const PASSWORD: &str = "wolle-7351";
/// In this order.
pub const KINDS: [Kind; 3] = [Kind::Acl, Kind::Profiles, Kind::CallRules];

/// The stage's worker is that of the first.
pub struct Site {
    pub stage: Stage,
    /// With the console's own key.
    pub backend: Backend,
    pub switches: [Switch; 2],
    second: Process,
}

pub struct Switch {
    pub node: NodeId,
    pub sim: Sim,
}

impl Site {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("cti_fail2ban.log");
        let first = Switch::start(folder.path().join("conf")).await;
        let second = Switch::start(folder.path().join("edge-2/conf")).await;
        let mut stage = Stage::start(folder, log, Durability::Durable, None).await;
        let mut process = stage.another_worker("edge-2");
        let options = PgPoolOptions::new().acquire_timeout(Duration::from_secs(2));
        let pool = options.connect(&stage.url).await.unwrap();
        let backend = Backend::new(pool, Clock::system()).with_sealer(stage.sealer());
        let mut switches = [first, second];
        for (switch, name) in switches.iter_mut().zip(["edge", "edge-2"]) {
            let id = sqlx::query_scalar("select id from nodes where name = $1");
            let id = id.bind(name).fetch_one(&backend.pool).await.unwrap();
            switch.node = NodeId(id);
            let form = Form {
                host: "127.0.0.1".to_owned(),
                port: switch.sim.address().port().to_string(),
                user: String::new(),
                password: PASSWORD.to_owned(),
            };
            links::set(&backend, &Actor::console(), switch.node, &form)
                .await
                .unwrap();
        }
        stage.worker.start();
        process.start();
        let site = Self {
            stage,
            backend,
            switches,
            second: process,
        };
        until("what stands on the nodes", async || {
            let sql =
                "select count(*) from node_configs where found is not null and kind <> 'jail'";
            (site.stage.look::<i64>(sql).await? == 6).then_some(())
        })
        .await;
        site
    }

    /// Everything that runs still does.
    pub fn check(&mut self) {
        self.stage.console.check();
        self.stage.worker.check();
        self.second.check();
    }

    /// Holds on every node, asked of the files and of the switch: the revision that was deployed last.
    pub async fn assert_holds(&self, content: &Content) {
        for switch in &self.switches {
            switch.assert_holds(content);
        }
        let kind = content.kind();
        let sql = "select count(*) from node_configs c where kind = $1 and drift_since is null
                   and loaded is null and verified = wanted
                   and wanted = (select max(id) from deployments d where d.kind = $1)";
        let held: i64 = sqlx::query_scalar(sql)
            .bind(kind.as_str())
            .fetch_one(&self.backend.pool)
            .await
            .unwrap();
        assert_eq!(held, 2, "{kind:?}");
    }
}

impl Switch {
    async fn start(folder: PathBuf) -> Self {
        std::fs::create_dir_all(&folder).unwrap();
        esl_sim::vanilla(&folder).unwrap();
        let sim = Sim::builder(&folder)
            .password(PASSWORD)
            .module("mod_cti", true);
        let sim = sim.start_on("127.0.0.1:0").await.unwrap();
        // As an operator sets it: with the stock password no node is enrolled.
        let file = folder.join("autoload_configs/event_socket.conf.xml");
        let text = std::fs::read_to_string(&file).unwrap();
        let port = sim.address().port().to_string();
        let set = text.replace("ClueCon", PASSWORD).replace("8021", &port);
        std::fs::write(file, set).unwrap();
        Self {
            node: NodeId(0),
            sim,
        }
    }

    fn file(&self, path: &str) -> String {
        std::fs::read_to_string(self.sim.folder().join(path)).unwrap()
    }

    fn assert_holds(&self, content: &Content) {
        match content {
            Content::Acl(lists) => {
                let file = self.file("autoload_configs/acl.conf.xml");
                assert_eq!(&acl::file::read(&file).unwrap().ours().unwrap(), lists);
                let list = lists.iter().next().unwrap();
                let address = list.entries[0].network().address().to_string();
                let asked =
                    |address: &str| self.sim.api("acl", &format!("{address} {}", list.name));
                assert_eq!(asked(&address), "true");
                assert_eq!(asked("198.51.100.254"), "false");
            }
            Content::Profiles(profiles) => {
                let wanted = profiles.iter().next().unwrap();
                let found = profile::read(&self.file("sip_profiles/external.xml")).unwrap();
                assert!(found[0].agrees(wanted), "{found:?}");
                let running = self.sim.running_profile("external").unwrap();
                let acl = wanted.inbound_acl.iter().flatten().map(ToString::to_string);
                assert_eq!(running.inbound_acls(), acl.collect::<Vec<_>>());
            }
            Content::CallRules(rules) => {
                let file = cti::file::read(self.file("cti.json").as_bytes()).unwrap();
                assert_eq!(file, cti::file::Section::Whole(rules.clone()));
            }
            Content::Jail(_) => unreachable!("no fail2ban here"),
        }
    }
}

/// The `number`th of that kind, unlike all others.
pub fn content(kind: Kind, number: usize) -> Content {
    let network = format!("203.0.{}.{}", number / 250, number % 250 + 1);
    let json = match kind {
        Kind::Acl => json!([{ "name": "inbound", "default": "deny",
            "entries": [{ "action": "allow", "network": network }] }]),
        Kind::Profiles => json!([{ "profile": "external",
            "inbound_acl": ["lan", format!("{network}/32")], "auth_calls": false }]),
        _ => {
            let form = FormText {
                filename: "cti_fail2ban.log".to_owned(),
                max_len: "12".to_owned(),
                deny: format!("00{number}"),
                allow: String::new(),
            };
            return Content::CallRules(form.parse().unwrap());
        }
    };
    of_json(kind, json)
}

/// As it is stored.
pub fn of_json(kind: Kind, json: Value) -> Content {
    match kind {
        Kind::Acl => Content::Acl(serde_json::from_value(json).unwrap()),
        Kind::Profiles => Content::Profiles(serde_json::from_value(json).unwrap()),
        Kind::CallRules => Content::CallRules(serde_json::from_value(json).unwrap()),
        Kind::Jail => unreachable!("no fail2ban here"),
    }
}

/// The version of the line's draft that an editor sees.
pub async fn seen(backend: &Backend, line: Line) -> Result<Option<i64>, backend::Error> {
    let view = backend::config::line(backend, line).await?;
    Ok(view.draft.map(|draft| draft.version))
}
