//! A node with its real fail2ban, and the console that it belongs to.

use std::io::Write;
use std::process::Command;
use std::time::Duration;

use backend::{Backend, whitelist};
use embedded::fail2ban::{PrivateFail2ban, Setup};
use embedded::postgres::Durability;
use runtime::Clock;
use sqlx::PgPool;
use time::OffsetDateTime;

use crate::clock::HostClock;
use crate::stage::{PATIENCE, Stage, until, until_within};

pub struct Node {
    pub stage: Stage,
    pub backend: Backend,
    pub fail2ban: PrivateFail2ban,
}

impl Node {
    pub async fn start() -> Self {
        Self::start_on(None).await
    }

    /// fail2ban and worker see the clock and the zone of `host`.
    pub async fn start_on(host: Option<&HostClock>) -> Self {
        let environment = host.map(HostClock::environment).unwrap_or_default();
        // Short, since a socket's path may have 107 bytes only.
        let folder = tempfile::Builder::new().prefix("cw-").tempdir().unwrap();
        let log = folder.path().join("cti_fail2ban.log");
        let setup = Setup {
            environment: environment.clone(),
            ..Setup::default()
        };
        let own = folder.path().join("fail2ban");
        let fail2ban = PrivateFail2ban::start_with(&own, &log, setup)
            .await
            .unwrap();
        let mut stage = Stage::start(folder, log, Durability::Fast, Some(&fail2ban)).await;
        stage.worker.environment = environment;
        let pool = PgPool::connect(&stage.url).await.unwrap();
        Self {
            stage,
            backend: Backend::new(pool, Clock::system()),
            fail2ban,
        }
    }

    /// How many seconds the running jail looks back.
    pub fn set_findtime(&self, seconds: u32) {
        let output = Command::new("/usr/bin/fail2ban-client")
            .arg("-c")
            .arg(self.fail2ban.config_dir())
            .arg("-s")
            .arg(self.fail2ban.socket())
            .args(["set", "cti", "findtime", &seconds.to_string()])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
    }

    /// Lines as the module writes them, now.
    pub fn attack(&self, source: &str, lines: usize) {
        self.attack_at(source, lines, Clock::system().now());
    }

    /// … while the host's clock shows this.
    pub fn attack_at(&self, source: &str, lines: usize, now: OffsetDateTime) {
        let at = module_time(now);
        let line = format!("ip[{source}] user[1001] at[{at}] Registration failed succeed!\n");
        let mut options = std::fs::OpenOptions::new();
        let mut log = options.append(true).open(&self.stage.log).unwrap();
        log.write_all(line.repeat(lines).as_bytes()).unwrap();
    }

    /// Is it in a set of the firewall?
    pub fn in_nft(&self, address: &str) -> bool {
        let mut argv = self.fail2ban.nft_argv();
        argv.extend(["list", "ruleset"].map(str::to_owned));
        let output = Command::new(&argv[0]).args(&argv[1..]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let rules = String::from_utf8(output.stdout).unwrap();
        let other = |c: char| !(c.is_ascii_hexdigit() || c == '.' || c == ':');
        rules.split(other).any(|word| word == address)
    }

    /// `bans.in_firewall` of it; the outer `None` where no such ban is.
    pub async fn stored(&self, address: &str) -> Option<Option<bool>> {
        sqlx::query_scalar("select in_firewall from bans where network = $1::cidr")
            .bind(address)
            .fetch_optional(&self.backend.pool)
            .await
            .unwrap()
    }

    /// Its lines that are kept.
    pub async fn lines_of(&self, address: &str) -> i64 {
        let sql = "select (select count(*) from attacks where source = $1::inet) \
                   + (select count(*) from evidence where source = $1::inet)";
        sqlx::query_scalar(sql)
            .bind(address)
            .fetch_one(&self.backend.pool)
            .await
            .unwrap()
    }

    /// In `bans` and in the firewall; for a moment after a restart of fail2ban only one is true.
    pub async fn until_banned(&self, address: &str) {
        self.until_banned_within(PATIENCE, address).await;
    }

    /// The same where fail2ban has much to read first.
    pub async fn until_banned_within(&self, patience: Duration, address: &str) {
        until_within(patience, &format!("{address} banned"), async || {
            let stored = self.stored(address).await == Some(Some(true));
            (stored && self.in_nft(address)).then_some(())
        })
        .await;
    }

    /// So many whitelist entries are in file and jail.
    pub async fn until_proven(&self, count: usize) {
        until("the proofs", async || {
            let entries = whitelist::list(&self.backend).await.unwrap();
            let mut proofs = entries.iter().flat_map(|entry| &entry.proofs);
            let all = proofs.all(|proof| proof.applied && proof.in_file && proof.in_jail);
            (all && entries.len() == count).then_some(())
        })
        .await;
    }
}

/// As the module writes it, in the zone of `now`.
pub fn module_time(now: OffsetDateTime) -> String {
    let (hours, minutes, _) = now.offset().as_hms();
    let (date, time) = (now.date(), now.time());
    let (hour, minute, second, micros) = time.as_hms_micro();
    format!("{date}T{hour:02}:{minute:02}:{second:02}.{micros:06}{hours:+03}{minutes:02}")
}
