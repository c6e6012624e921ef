//! `callwarden-worker check`: looks once at everything a node needs and says what it finds.

use std::sync::Arc;
use std::sync::Mutex;

use domain::health::{Hop, HopState};
use runtime::Shutdown;
use tokio::sync::Notify;

use crate::config::Config;
use crate::console::token;
use crate::duty::Engine;
use crate::duty::bans::{BanState, not_effective};
use crate::duty::probe::{self, Answers};
use crate::firewall::{Blocked, covers};
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
        let state = format!("{state:?}").to_lowercase();
        lines.push(format!("{state:<10} {name:?}: {detail}"));
    }
    (lines, good)
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
            .map(|error| error.to_string()),
        spool_error: None,
    }
}

async fn bans(engine: &Engine) -> BanState {
    let Ok(snapshot) = engine.fail2ban.bans().await else {
        return BanState::default();
    };
    let read = engine.firewall.read(engine.fail2ban.jail_name()).await;
    let (blocked, firewall_error) = match read {
        Ok(Some(blocked)) => (blocked, None),
        Ok(None) => (
            Blocked::default(),
            Some("no firewall program can be read".to_owned()),
        ),
        Err(error) => (Blocked::default(), Some(error.to_string())),
    };
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
