//! A private fail2ban with jail `cti` installed by the worker's own installer.

use std::future::Future;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::net::Network;
use embedded::fail2ban::{PrivateFail2ban, Setup};
use runtime::Clock;
use tempfile::TempDir;
use time::OffsetDateTime;
use worker::config::{Fail2banConfig, FirewallConfig};
use worker::fail2ban::Fail2ban;
use worker::firewall::{Backend, Firewall};
use worker::jail::{JailPlan, install_plan};

/// How long the slowest reaction may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

pub struct Rig {
    pub private: PrivateFail2ban,
    pub fail2ban: Fail2ban,
    pub firewall: Firewall,
    pub log: PathBuf,
    folder: TempDir,
}

impl Rig {
    /// With jail `cti` and nftables.
    pub async fn start() -> Self {
        Self::with(Backend::Nftables).await
    }

    pub async fn with(backend: Backend) -> Self {
        Self::set_up(backend, Setup::default()).await
    }

    pub async fn set_up(backend: Backend, setup: Setup) -> Self {
        let rig = Self::without_jail(setup).await;
        let plan = JailPlan {
            jail: "cti".into(),
            log: rig.log.clone(),
            backend,
        };
        install_plan(&rig.fail2ban, &plan).await.unwrap();
        rig
    }

    /// Without any jail.
    pub async fn bare() -> Self {
        Self::without_jail(Setup::default()).await
    }

    /// With a jail as an operator writes it, by an action of fail2ban's own.
    pub async fn stock(action: &str) -> Self {
        let rig = Self::bare().await;
        let text = format!(
            "[cti]\nenabled = true\nfilter =\nfailregex = ^ip\\[<HOST>\\]\nlogpath = {}\naction = {action}\n",
            rig.log.display()
        );
        std::fs::write(rig.private.config_dir().join("jail.local"), text).unwrap();
        rig.fail2ban.reload_jail().await.unwrap();
        rig
    }

    async fn without_jail(setup: Setup) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("freeswitch/cti_fail2ban.log");
        let private = PrivateFail2ban::start_with(folder.path(), &log, setup)
            .await
            .unwrap();
        let config = config(&private.socket(), &private.config_dir());
        Self {
            fail2ban: Fail2ban::with_limit(config, PATIENCE, Clock::system()),
            firewall: firewall(&private),
            private,
            log,
            folder,
        }
    }

    /// Another handle with a shorter time limit.
    pub fn impatient(&self, limit: Duration) -> Fail2ban {
        Fail2ban::with_limit(self.fail2ban.config().clone(), limit, Clock::system())
    }

    /// Appends lines in one write, as the module does.
    pub fn write(&self, lines: &[String]) {
        let mut text = lines.join("\n");
        text.push('\n');
        self.write_bytes(text.as_bytes());
    }

    pub fn write_bytes(&self, bytes: &[u8]) {
        let mut file = std::fs::OpenOptions::new()
            .append(true)
            .open(&self.log)
            .unwrap();
        file.write_all(bytes).unwrap();
    }

    /// Everybody in the jail's list.
    pub async fn held(&self) -> Vec<Network> {
        let bans = self.fail2ban.bans().await.unwrap();
        bans.held.iter().map(|ban| ban.network).collect()
    }

    /// Everybody in the firewall, sorted.
    pub async fn blocked(&self) -> Vec<Network> {
        let held = self.firewall.read("cti").await.unwrap().unwrap().held;
        let mut held: Vec<Network> = held.into_iter().collect();
        held.sort_unstable();
        held
    }

    /// Waits until so many bans are in fail2ban's database, which it writes a little later; what is
    /// not in it is lost by a kill.
    pub async fn until_saved(&self, bans: usize) {
        let database = self.private.log().with_file_name("fail2ban.sqlite3");
        let script = format!(
            "import sqlite3; print(sqlite3.connect('{}').execute('select count(*) from bips').fetchone()[0])",
            database.display()
        );
        until("the bans in the database", async || {
            self.inside(&["/usr/bin/python3", "-c", &script]).trim() == bans.to_string()
        })
        .await;
    }

    /// Waits until some of its traffic is stopped.
    pub async fn until_partly(&self, address: &str) {
        let address = net(address);
        until("some traffic stopped", async || {
            let blocked = self.firewall.read("cti").await.unwrap();
            blocked.is_some_and(|blocked| blocked.partly.contains(&address))
        })
        .await;
    }

    /// The worker's settings for this node.
    pub fn settings(&self) -> worker::config::Config {
        let path = self.folder.path().join("worker.toml");
        std::fs::write(&path, "[console]\nurl = \"https://192.0.2.80\"\n").unwrap();
        let mut settings = worker::config::Config::load(&path).unwrap();
        settings.fail2ban = self.fail2ban.config().clone();
        settings.firewall = firewall_config(&self.private);
        settings.attack_log.path.clone_from(&self.log);
        settings
    }

    /// Waits until the firewall holds exactly these.
    pub async fn until_blocked(&self, networks: &[&str]) {
        let mut expected = nets(networks);
        expected.sort_unstable();
        until(&format!("{expected:?} in the firewall"), async || {
            self.blocked().await == expected
        })
        .await;
    }

    /// Runs a program inside the namespace; its standard output.
    pub fn inside(&self, argv: &[&str]) -> String {
        let argv = self.private.enter(argv);
        let output = std::process::Command::new(&argv[0])
            .args(&argv[1..])
            .output()
            .unwrap();
        assert!(output.status.success(), "{argv:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

pub fn config(socket: &Path, config_dir: &Path) -> Fail2banConfig {
    Fail2banConfig {
        socket: socket.to_owned(),
        config_dir: config_dir.to_owned(),
        ..Fail2banConfig::default()
    }
}

pub fn firewall(private: &PrivateFail2ban) -> Firewall {
    Firewall::new(firewall_config(private))
}

fn firewall_config(private: &PrivateFail2ban) -> FirewallConfig {
    let inside = |program: &str| private.enter(&[program]);
    FirewallConfig {
        nft: private.nft_argv(),
        ipset: inside("/usr/sbin/ipset"),
        iptables: inside("/usr/sbin/iptables"),
        ip6tables: inside("/usr/sbin/ip6tables"),
    }
}

/// Five lines of one attacker, as the module writes them, now.
pub fn attack(source: &str, user: &str) -> Vec<String> {
    vec![line(source, user); 5]
}

pub fn line(source: &str, user: &str) -> String {
    line_at(source, user, Clock::system().now())
}

/// One line, written when the host's clock shows this.
pub fn line_at(source: &str, user: &str, now: OffsetDateTime) -> String {
    let (hours, minutes, _) = now.offset().as_hms();
    let sign = if now.offset().is_negative() { '-' } else { '+' };
    let zone = format!("{sign}{:02}{:02}", hours.abs(), minutes.abs());
    format!(
        "ip[{source}] user[{user}] at[{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}{zone}] Registration failed succeed!",
        now.year(),
        u8::from(now.month()),
        now.day(),
        now.hour(),
        now.minute(),
        now.second(),
        now.microsecond()
    )
}

pub fn net(text: &str) -> Network {
    text.parse().unwrap()
}

pub fn nets(texts: &[&str]) -> Vec<Network> {
    texts.iter().map(|text| net(text)).collect()
}

/// Looks again until it is so.
pub async fn until<F: Future<Output = bool>>(what: &str, look: impl Fn() -> F) {
    let found = async {
        while !look().await {
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    };
    let found = tokio::time::timeout(PATIENCE, found).await;
    assert!(found.is_ok(), "waited in vain for {what}");
}
