//! `callwarden-worker check`: looks once at everything a node needs and says what it finds.

use std::sync::Arc;
use std::sync::Mutex;

use domain::health::{Hop, HopName, HopState};
use runtime::Shutdown;
use tokio::sync::Notify;

use crate::config::Config;
use crate::config_files::{Looked, look};
use crate::console::token;
use crate::duty::Engine;
use crate::duty::bans::{BanState, not_effective};
use crate::duty::probe::{self, Answers};
use crate::firewall::covers;
use crate::health::Seen;
use crate::tail::TailStatus;
use crate::tail::watch::{TailState, lock};

/// One line per hop, and whether none is broken.
pub async fn check(config: &Config) -> (Vec<String>, bool) {
    let engine = Engine::new(config);
    let answers: Arc<Mutex<Answers>> = Arc::default();
    let once = Shutdown::new();
    once.stop();
    probe::run(
        engine.fail2ban.clone(),
        Arc::clone(&answers),
        Arc::new(Notify::new()),
        once,
    )
    .await;
    let bans = bans(&engine).await;
    let (attacks, bans_log) = (file(&config.attack_log.path), file(&config.fail2ban.log));
    let health = Seen {
        config,
        attacks: Some(&attacks),
        bans_log: Some(&bans_log),
        spool_error: None,
        spool_bytes: 0,
        refusal: None,
        answers: &lock(&answers),
        bans: &bans,
        clock_offset_ms: None,
    }
    .report();
    let enrolled = match token::load(&config.node.state_dir) {
        Ok(Some(_)) => Ok("enrolled"),
        Ok(None) => Err("not enrolled; run: callwarden-worker enrol".to_owned()),
        Err(error) => Err(format!("the token cannot be read: {error}")),
    };
    let mut good = enrolled.is_ok();
    let mut lines = vec![match &enrolled {
        Ok(text) => format!("good       token: {text}"),
        Err(text) => format!("broken     token: {text}"),
    }];
    for Hop {
        name,
        state,
        detail,
    } in health.hops
    {
        good &= state != HopState::Broken;
        let (what, remedy) = words(name);
        lines.extend(told(state, what, &detail.to_string(), remedy));
    }
    for Looked {
        state,
        what,
        detail,
        remedy,
    } in look(&config.freeswitch)
    {
        good &= state != HopState::Broken;
        lines.extend(told(state, what, &detail, remedy));
    }
    (lines, good)
}

/// A line, and a second one where there is something to do.
fn told(state: HopState, what: &str, detail: &str, remedy: &str) -> Vec<String> {
    let needs_remedy = matches!(state, HopState::Attention | HopState::Broken);
    let state = format!("{state:?}").to_lowercase();
    let mut lines = vec![format!("{state:<10} {what}: {detail}")];
    lines.extend(needs_remedy.then(|| format!("           to do: {remedy}")));
    lines
}

/// What a hop is called, and what to do where it is not good.
fn words(name: HopName) -> (&'static str, &'static str) {
    const INSTALL: &str = "callwarden-worker install-jail";
    match name {
        HopName::LogFound => (
            "attack log is there",
            "compare attack_log.path with fail2ban.filename in cti.json, or create the file empty",
        ),
        HopName::LogReadable => ("attack log can be read", "run the worker as root"),
        HopName::Fail2banLog => (
            "fail2ban.log can be read",
            "set logtarget in fail2ban.conf to a file and name it as fail2ban.log",
        ),
        HopName::Spool => (
            "spool on the disk",
            "see that the console is reached and the disk has room",
        ),
        HopName::Fail2banSocket => (
            "fail2ban answers",
            "systemctl start fail2ban; if it refuses, fail2ban-client -t says why",
        ),
        HopName::Jail => ("jail exists", INSTALL),
        HopName::JailLogpath => ("jail watches this log", INSTALL),
        HopName::JailFailregex => ("jail's filter finds attack lines, by address only", INSTALL),
        HopName::Firewall => (
            "firewall agrees with the jail",
            "fail2ban-client restart --if-exists and the jail's name",
        ),
        HopName::FirewallScope => (
            "bans stop all UDP and TCP traffic",
            "callwarden-worker install-jail, or protocol=all in the jail's action",
        ),
        HopName::Clock => ("clock agrees with the console", "timedatectl set-ntp true"),
        HopName::Unknown => ("unknown", "upgrade the worker"),
    }
}

fn file(path: &std::path::Path) -> TailState {
    let opened = std::fs::File::open(path);
    TailState {
        status: TailStatus {
            found: opened.is_ok(),
            ..TailStatus::default()
        },
        log_error: opened
            .err()
            .filter(|error| error.kind() != std::io::ErrorKind::NotFound)
            .map(|error| (&error).into()),
        spool_error: None,
    }
}

async fn bans(engine: &Engine) -> BanState {
    let Ok(snapshot) = engine.fail2ban.bans().await else {
        return BanState::default();
    };
    let blocked = engine.blocked().await;
    let firewall_error = blocked.as_ref().err().cloned();
    let blocked = blocked.unwrap_or_default();
    let missing = snapshot.held.iter().map(|ban| ban.network);
    let missing = missing.filter(|network| !covers(&blocked.held, *network));
    let (missing, partly) = not_effective(missing, &blocked);
    BanState {
        held: snapshot.held.len(),
        missing,
        partly,
        scope: blocked.scope,
        leftover: Vec::new(),
        firewall_error,
        odd: snapshot.odd,
        known: true,
    }
}
