//! The worker in this process.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::http::StatusCode;
use domain::ban::{Act, Order, Outcome};
use domain::health::{HopName, HopState};
use domain::ids::OrderId;
use domain::wire::{Desired, Down};
use runtime::{Clock, Shutdown};
use worker::config::Config;
use worker::console::fenced::{Patience, until_alone};

use crate::console::{CODE, Console, Trouble};

/// A node's folder, enrolled.
pub struct Node {
    pub folder: tempfile::TempDir,
    pub log: PathBuf,
    pub config: PathBuf,
    written: usize,
}

impl Node {
    pub async fn enrolled(console: &Console) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let quoted = |name: &str| format!("\"{}\"", path(name).display());
        let text = format!(
            "[console]\nurl = \"{}\"\n[node]\nstate_dir = {}\n[attack_log]\npath = {}\n\
             [fail2ban]\nsocket = {}\nlog = {}\nconfig_dir = {}\nclient = \"/bin/false\"\n[freeswitch]\nconf_dir = {}\n\
             [firewall]\nnft = [\"/bin/false\"]\nipset = [\"/bin/false\"]\niptables = [\"/bin/false\"]\nip6tables = [\"/bin/false\"]\n",
            console.url,
            quoted("state"),
            quoted("cti_fail2ban.log"),
            quoted("fail2ban.sock"),
            quoted("fail2ban.log"),
            quoted("fail2ban"),
            quoted("freeswitch"),
        );
        fs::write(path("worker.toml"), text).unwrap();
        let node = Self {
            log: path("cti_fail2ban.log"),
            config: path("worker.toml"),
            folder,
            written: 0,
        };
        let config = node.settings();
        let name = worker::enrol::enrol(&config, CODE).await;
        assert_eq!(name.unwrap(), "node-a");
        node
    }

    pub fn settings(&self) -> Config {
        Config::load(&self.config).unwrap()
    }

    /// Writes lines with the next numbers.
    pub fn write(&mut self, count: usize) {
        let lines = self.lines(count);
        let mut options = OpenOptions::new();
        let mut file = options.append(true).create(true).open(&self.log).unwrap();
        file.write_all(lines.as_bytes()).unwrap();
    }

    /// The log appears with all its lines: the tailer cannot come in between and take few.
    pub fn write_whole(&mut self, count: usize) {
        let lines = self.lines(count);
        let beside = self.log.with_extension("whole");
        fs::write(&beside, lines).unwrap();
        fs::rename(beside, &self.log).unwrap();
    }

    fn lines(&mut self, count: usize) -> String {
        let numbers = self.written + 1..=self.written + count;
        self.written += count;
        let line = |number| {
            format!(
                "ip[203.0.113.9] user[{number}] at[2026-11-22T10:40:28.123456+0000] Registration \
                 failed\n"
            )
        };
        numbers.map(line).collect()
    }

    pub fn rotate(&self, number: usize) {
        fs::rename(&self.log, self.log.with_extension(format!("log.{number}"))).unwrap();
    }

    /// Every line once, none lost.
    pub async fn all_stored(&self, console: &Console) {
        let written = self.written;
        console
            .until("all lines", |stored| stored.lines.len() >= written)
            .await;
        console.with(|stored| {
            assert_eq!((stored.lines.len(), stored.doubled), (written, 0));
            assert!(stored.gaps.is_empty(), "{:?}", stored.gaps);
            let mut numbers: Vec<usize> = stored.lines.values().map(|raw| number(raw)).collect();
            numbers.sort_unstable();
            assert!(numbers.into_iter().eq(1..=written));
        });
    }
}

fn number(raw: &str) -> usize {
    let text = raw.split("user[").nth(1).unwrap();
    text.split(']').next().unwrap().parse().unwrap()
}

pub struct Running {
    shutdown: Shutdown,
    task: tokio::task::JoinHandle<()>,
}

pub fn start(node: &Node) -> Running {
    let (config, shutdown) = (node.settings(), Shutdown::new());
    let until = shutdown.clone();
    let task = tokio::spawn(async move {
        worker::run(config, Clock::system(), until).await.unwrap();
    });
    Running { shutdown, task }
}

impl Running {
    pub async fn stop(self) {
        self.shutdown.stop();
        self.task.await.unwrap();
    }
}

#[tokio::test]
async fn enrolment_keeps_the_token_and_never_shows_the_code() {
    let console = Console::start().await;
    let node = Node::enrolled(&console).await;
    let token = node.folder.path().join("state/token");
    assert_eq!(
        fs::metadata(&token).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let config = node.settings();
    let wrong = "wrong-code-7351";
    let mut nowhere = config.clone();
    nowhere.node.state_dir = "/nonexistent/x".into();
    let error = worker::enrol::enrol(&nowhere, wrong).await;
    assert!(!format!("{:?}", error.unwrap_err()).contains(wrong));
    let error = worker::enrol::enrol(&config, wrong).await;
    let error = error.unwrap_err();
    assert!(!format!("{error:?} {error}").contains(wrong));
    assert!(error.to_string().contains("gives a new one"), "{error}");
}

#[tokio::test]
async fn hostile_08_lost_answers_and_restarts() {
    let console = Console::start().await;
    let mut node = Node::enrolled(&console).await;
    for round in 0..12 {
        node.write(500);
        let running = start(&node);
        console.with(|stored| {
            stored.trouble = [
                Trouble::Lost,
                Trouble::Proxy(StatusCode::SERVICE_UNAVAILABLE),
            ]
            .into();
        });
        node.write(300);
        if round % 3 == 1 {
            node.rotate(round);
        }
        node.write(200);
        if round % 2 == 0 {
            node.all_stored(&console).await;
        }
        running.stop().await;
    }
    let running = start(&node);
    node.all_stored(&console).await;
    running.stop().await;
    console.with(|stored| {
        let distinct: std::collections::HashSet<_> = stored.instances.iter().collect();
        assert!(distinct.len() > 5, "a new name at each start");
    });
}

#[tokio::test]
async fn hostile_09_lost_state_goes_on_from_the_console() {
    let console = Console::start().await;
    let mut node = Node::enrolled(&console).await;
    let running = start(&node);
    node.write(100);
    node.all_stored(&console).await;
    running.stop().await;
    fs::remove_dir_all(node.folder.path().join("state/spool")).unwrap();
    node.write(50);
    let running = start(&node);
    node.all_stored(&console).await;
    running.stop().await;
}

#[tokio::test]
async fn hostile_12_the_worker_refuses_by_itself() {
    let console = Console::start().await;
    let node = Node::enrolled(&console).await;
    let running = start(&node);
    console
        .until("a stream", |stored| !stored.instances.is_empty())
        .await;
    let guarded = r#"[{"network":"203.0.113.0/28","what":"operator","name":"ann"}]"#;
    console.say(&Down::Desired(Desired {
        version: 1,
        whitelist: Vec::new(),
        never_ban: serde_json::from_str(guarded).unwrap(),
    }));
    let order = |id, act, network: &str| Order {
        id: OrderId(id),
        act,
        network: Some(network.parse().unwrap()),
    };
    let orders = vec![
        order(1, Act::Ban, "127.0.0.1"),
        order(2, Act::Ban, "203.0.113.0/24"),
        order(3, Act::Ban, "0.0.0.0/1"),
        order(4, Act::Ban, "198.51.100.7"),
        order(5, Act::Unknown, "198.51.100.7"),
    ];
    console.say(&Down::Orders {
        orders: orders.clone(),
    });
    console
        .until("five answers", |stored| stored.results.len() >= 5)
        .await;
    // What was answered is answered again, not done again.
    console.say(&Down::Orders { orders });
    console
        .until("ten answers", |stored| stored.results.len() >= 10)
        .await;
    console.with(|stored| {
        for result in &stored.results {
            let refused = matches!(result.outcome, Outcome::Refused { .. });
            // No fail2ban runs here: what is not refused fails, with a reason.
            let failed = matches!(result.outcome, Outcome::Failed { .. });
            assert_eq!(
                (refused, failed),
                (result.id.0 <= 3, result.id.0 > 3),
                "{result:?}"
            );
        }
    });
    running.stop().await;
}

#[tokio::test]
async fn hostile_22_a_fenced_worker_stays_away() {
    let console = Console::start().await;
    let mut node = Node::enrolled(&console).await;
    let running = start(&node);
    node.write(10);
    node.all_stored(&console).await;
    console.fence();
    // Its folder is free: another worker of the node gets everything instead.
    let spool = node.folder.path().join("state/spool");
    until_free(&spool).await;
    node.write(10);
    let other = start(&node);
    node.all_stored(&console).await;
    running.stop().await;
    other.stop().await;
    console.with(|stored| assert_eq!(stored.instances.len(), 2, "one stream each"));
}

async fn until_free(spool: &Path) {
    let free = async {
        while worker::spool::Lock::take(spool).is_err() {
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    };
    let free = tokio::time::timeout(Duration::from_mins(2), free).await;
    assert!(free.is_ok(), "the folder is never free");
}

#[tokio::test]
async fn hostile_22_a_second_worker_of_one_folder_never_dials() {
    let console = Console::start().await;
    let mut node = Node::enrolled(&console).await;
    let running = start(&node);
    node.write(10);
    node.all_stored(&console).await;
    let refused = worker::run(node.settings(), Clock::system(), Shutdown::new()).await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("another worker uses"), "{refused}");
    node.write(10);
    node.all_stored(&console).await;
    running.stop().await;
    console.with(|stored| assert_eq!(stored.instances.len(), 1));
}

#[tokio::test]
async fn hostile_22_a_fenced_worker_waits_until_the_console_takes_it() {
    let console = Console::start().await;
    let node = Node::enrolled(&console).await;
    let config = node.settings();
    let client = worker::console::Client::new(&config.console).unwrap();
    let token = worker::console::token::load(&config.node.state_dir);
    let token = token.unwrap().unwrap();
    client.orders(&token).await.unwrap();
    console.fence();
    let patience = Patience {
        every: Duration::from_millis(20),
        reached: Duration::from_millis(200),
    };
    let (fenced, token) = (client.clone(), token.clone());
    let waiting = tokio::spawn(async move { until_alone(&fenced, &token, patience).await });
    console
        .until("asked to come back", |stored| stored.turned_away > 2)
        .await;
    assert!(!waiting.is_finished());
    console.with(|stored| {
        // Not for every question.
        assert!(stored.reports > stored.turned_away);
        stored.fenced_takes = true;
    });
    tokio::time::timeout(Duration::from_mins(1), waiting)
        .await
        .unwrap()
        .unwrap();
    console.with(|stored| assert_eq!(stored.instances.len(), 2));
}

#[tokio::test]
async fn hostile_09_an_unusable_state_folder_is_told_and_holds_up_nothing_else() {
    let console = Console::start().await;
    let node = Node::enrolled(&console).await;
    fs::write(
        node.folder.path().join("state/spool"),
        "a file where a folder belongs",
    )
    .unwrap();
    let running = start(&node);
    let hop = |stored: &crate::console::Stored, name| {
        let health = stored.health.as_ref()?;
        health
            .hops
            .iter()
            .find(|hop| hop.name == name)
            .map(|hop| hop.state)
    };
    let broken = Some(HopState::Broken);
    console
        .until("spool broken", |stored| {
            hop(stored, HopName::Spool) == broken
        })
        .await;
    console
        .until("socket broken", |stored| {
            hop(stored, HopName::Fail2banSocket) == broken
        })
        .await;
    fs::remove_file(node.folder.path().join("state/spool")).unwrap();
    let good = Some(HopState::Good);
    console
        .until("spool good", |stored| hop(stored, HopName::Spool) == good)
        .await;
    running.stop().await;
}

#[tokio::test]
async fn a_line_travels_fast() {
    let console = Console::start().await;
    let mut node = Node::enrolled(&console).await;
    node.write(1);
    let running = start(&node);
    node.all_stored(&console).await;
    let mut times = Vec::new();
    for _ in 0..50 {
        let start = std::time::Instant::now();
        node.write(1);
        node.all_stored(&console).await;
        times.push(start.elapsed());
    }
    running.stop().await;
    times.sort_unstable();
    println!(
        "write to commit: p50 {:?}, worst {:?}",
        times[25], times[49]
    );
    // The kernel wakes the worker. By its own clock alone it would look 200 ms after the line
    // before, each time; what else the machine does meets some of fifty, not all.
    assert!(times[10] < Duration::from_millis(100), "{times:?}");
}
