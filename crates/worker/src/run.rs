//! Starts every duty and joins them: a table of who talks to whom.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::ban::Order;
use domain::health::{Health, HopName, HopState};
use domain::wire::{Desired, Down, Source};
use runtime::{Clock, Shutdown};
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::Instant;

use crate::config::Config;
use crate::console::backlog::Backlog;
use crate::console::outbox::Outbox;
use crate::console::{Client, ConsoleError, live, stream, token};
use crate::duty::Engine;
use crate::duty::bans::{BanState, Bans};
use crate::duty::orders::Orders;
use crate::duty::probe::{self, Answers};
use crate::duty::whitelist::Whitelist;
use crate::health::Seen;
use crate::spool::Spool;
use crate::tail::watch::{SharedSpool, Stored, Tail, TailSetup, Waker, lock};
use crate::tail::{BanLines, Parser};

/// How often an unusable spool folder is tried again.
const SPOOL_AGAIN: Duration = Duration::from_secs(2);
/// How often health is looked at; it is told when it changed, and every [`HEALTH_PERIOD`].
const HEALTH_LOOK: Duration = Duration::from_millis(500);
const HEALTH_PERIOD: Duration = Duration::from_secs(5);
/// How long the duties may take to stop.
const STOP_LIMIT: Duration = Duration::from_secs(5);
/// No clock difference is known yet.
const NO_OFFSET: i64 = i64::MIN;

/// Why the worker cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No token in the state folder.
    #[error("this node is not enrolled; run: callwarden-worker enrol")]
    NotEnrolled,
    /// The token cannot be read.
    #[error("the token cannot be read")]
    Token(#[source] std::io::Error),
    /// The console's address or authority.
    #[error(transparent)]
    Console(#[from] ConsoleError),
    /// No thread for a tail.
    #[error("cannot start a thread")]
    Thread(#[source] std::io::Error),
}

/// What the duties share.
struct Shared {
    outbox: Outbox,
    spool: SharedSpool,
    spool_error: Mutex<Option<String>>,
    stored: Stored,
    added: Arc<Notify>,
    bans_changed: Arc<Notify>,
    jail_changed: Arc<Notify>,
    health_changed: Arc<Notify>,
    answers: Arc<Mutex<Answers>>,
    bans: Arc<Mutex<BanState>>,
    clock_offset: AtomicI64,
}

/// Runs the worker until `shutdown`.
///
/// # Errors
/// [`StartError`]; once started, everything that fails is retried and told in the health report.
pub async fn run(config: Config, clock: Clock, shutdown: Shutdown) -> Result<(), StartError> {
    let token = token::load(&config.node.state_dir)
        .map_err(StartError::Token)?
        .ok_or(StartError::NotEnrolled)?;
    let client = Client::new(&config.console)?;
    let config = Arc::new(config);
    let engine = Engine::new(&config);
    let shared = Arc::new(Shared {
        outbox: Outbox::default(),
        spool: SharedSpool::default(),
        spool_error: Mutex::default(),
        stored: Stored::default(),
        added: Arc::default(),
        bans_changed: Arc::default(),
        jail_changed: Arc::default(),
        health_changed: Arc::default(),
        answers: Arc::default(),
        bans: Arc::default(),
        clock_offset: AtomicI64::new(NO_OFFSET),
    });
    let attacks = tail(&shared, &config.attack_log.path, Parser::Attacks)?;
    let lines = BanLines::local(&config.fail2ban.jail);
    let bans_log = tail(&shared, &config.fail2ban.log, Parser::Bans(lines))?;
    let wakers = [attacks.waker(), bans_log.waker()];

    let (desired_to, desired) = watch::channel(None);
    let (orders_to, orders) = mpsc::channel(16);
    let (down_to, down) = mpsc::channel(64);
    let start = |name, task: std::pin::Pin<Box<dyn Future<Output = ()> + Send>>| {
        shutdown.spawn(name, task);
    };
    start(
        "spool",
        Box::pin(open_spool(
            Arc::clone(&config),
            Arc::clone(&shared),
            wakers.clone(),
            shutdown.clone(),
        )),
    );
    start(
        "stream",
        Box::pin(stream::run(
            client.clone(),
            token.clone(),
            down_to,
            shutdown.clone(),
        )),
    );
    start(
        "dispatch",
        Box::pin(dispatch(
            down,
            Arc::clone(&shared),
            clock.clone(),
            wakers,
            desired_to,
            orders_to,
            shutdown.clone(),
        )),
    );
    start(
        "live",
        Box::pin(live::run(
            client.clone(),
            token.clone(),
            shared.outbox.clone(),
            shutdown.clone(),
        )),
    );
    let backlog = Backlog {
        spool: Arc::clone(&shared.spool),
        stored: Arc::clone(&shared.stored),
        added: Arc::clone(&shared.added),
    };
    start(
        "backlog",
        Box::pin(backlog.run(client, token, shutdown.clone())),
    );
    let duty = Orders {
        engine: engine.clone(),
        log: config.attack_log.path.clone(),
        desired: desired.clone(),
        outbox: shared.outbox.clone(),
        bans_changed: Arc::clone(&shared.bans_changed),
        jail_changed: Arc::clone(&shared.jail_changed),
    };
    start("orders", Box::pin(duty.run(orders, shutdown.clone())));
    let duty = Bans {
        engine: engine.clone(),
        clock: clock.clone(),
        outbox: shared.outbox.clone(),
        changed: Arc::clone(&shared.bans_changed),
        state: Arc::clone(&shared.bans),
    };
    start("bans", Box::pin(duty.run(shutdown.clone())));
    let duty = Whitelist {
        engine: engine.clone(),
        clock,
        desired,
        outbox: shared.outbox.clone(),
        jail_changed: Arc::clone(&shared.jail_changed),
        bans_changed: Arc::clone(&shared.bans_changed),
    };
    start("whitelist", Box::pin(duty.run(shutdown.clone())));
    start(
        "probe",
        Box::pin(probe::run(
            engine.fail2ban,
            Arc::clone(&shared.answers),
            Arc::clone(&shared.health_changed),
            shutdown.clone(),
        )),
    );
    start(
        "health",
        Box::pin(health(config, shared, attacks, bans_log, shutdown.clone())),
    );

    shutdown.stopping().await;
    if !shutdown.finished(STOP_LIMIT).await {
        tracing::warn!("some duties did not stop in time");
    }
    Ok(())
}

fn tail(shared: &Arc<Shared>, path: &std::path::Path, parser: Parser) -> Result<Tail, StartError> {
    let (added, bans_changed) = (Arc::clone(&shared.added), Arc::clone(&shared.bans_changed));
    let setup = TailSetup {
        path: path.to_owned(),
        parser,
        spool: Arc::clone(&shared.spool),
        stored: Arc::clone(&shared.stored),
        on_chunk: Box::new(move |chunk| {
            added.notify_one();
            if chunk.end.source == Source::Fail2ban && !chunk.bans.is_empty() {
                bans_changed.notify_one();
            }
        }),
    };
    Tail::start(setup).map_err(StartError::Thread)
}

/// Opens the spool, however long its disk is full, read-only or another worker's.
async fn open_spool(
    config: Arc<Config>,
    shared: Arc<Shared>,
    wakers: [Waker; 2],
    shutdown: Shutdown,
) {
    loop {
        let (folder, most) = (config.node.state_dir.join("spool"), config.spool.max_bytes);
        let opened = tokio::task::spawn_blocking(move || Spool::open(&folder, most)).await;
        match opened {
            Ok(Ok(spool)) => {
                *lock(&shared.spool) = Some(spool);
                *lock(&shared.spool_error) = None;
                wakers.iter().for_each(Waker::wake);
                shared.added.notify_one();
                return shutdown.stopping().await;
            }
            Ok(Err(error)) => {
                let text = crate::firewall::enforce::chain(&error);
                let said = lock(&shared.spool_error).replace(text.clone());
                if said.as_ref() != Some(&text) {
                    tracing::error!("nothing is read: {text}");
                }
            }
            Err(error) => tracing::error!("nothing is read: {error}"),
        }
        tokio::select! {
            () = tokio::time::sleep(SPOOL_AGAIN) => {}
            () = shutdown.stopping() => return,
        }
    }
}

async fn dispatch(
    mut down: mpsc::Receiver<Down>,
    shared: Arc<Shared>,
    clock: Clock,
    wakers: [Waker; 2],
    desired: watch::Sender<Option<Desired>>,
    orders: mpsc::Sender<Vec<Order>>,
    shutdown: Shutdown,
) {
    loop {
        let said = tokio::select! {
            said = down.recv() => said,
            () = shutdown.stopping() => return,
        };
        match said {
            None => return shutdown.stopping().await,
            Some(Down::Welcome {
                node_name, cursors, ..
            }) => {
                tracing::info!(
                    node.name = node_name,
                    "connected to the console as {node_name}"
                );
                let cursors = cursors.into_iter().map(|cursor| (cursor.source, cursor));
                *lock(&shared.stored) = Some(cursors.collect());
                wakers.iter().for_each(Waker::wake);
                shared.added.notify_one();
            }
            Some(Down::Desired(new)) => {
                desired.send_replace(Some(new));
            }
            // A full queue is no loss: what has no answer is sent again.
            Some(Down::Orders { orders: new }) => drop(orders.try_send(new)),
            Some(Down::Ping { now }) => {
                let offset = now.saturating_sub(clock.unix_millis());
                shared.clock_offset.store(offset, Ordering::Relaxed);
            }
            Some(Down::Fenced | Down::Unknown) => {}
        }
    }
}

async fn health(
    config: Arc<Config>,
    shared: Arc<Shared>,
    attacks: Tail,
    bans_log: Tail,
    shutdown: Shutdown,
) {
    let mut told: Option<(Instant, Vec<(HopName, HopState)>)> = None;
    loop {
        let health = look(&config, &shared, &attacks, &bans_log);
        let states: Vec<_> = health
            .hops
            .iter()
            .map(|hop| (hop.name, hop.state))
            .collect();
        let due = told
            .as_ref()
            .is_none_or(|(at, before)| at.elapsed() >= HEALTH_PERIOD || *before != states);
        if due {
            told = Some((Instant::now(), states));
            shared.outbox.health(health);
        }
        tokio::select! {
            () = shared.health_changed.notified() => {}
            () = tokio::time::sleep(HEALTH_LOOK) => {}
            () = shutdown.stopping() => return,
        }
    }
}

fn look(config: &Config, shared: &Shared, attacks: &Tail, bans_log: &Tail) -> Health {
    let spool_bytes = lock(&shared.spool).as_ref().map_or(0, Spool::waiting_bytes);
    let (attacks, bans_log) = (attacks.state(), bans_log.state());
    let spool_error = lock(&shared.spool_error).clone();
    let offset = shared.clock_offset.load(Ordering::Relaxed);
    let seen = Seen {
        config,
        attacks: Some(&lock(&attacks)),
        bans_log: Some(&lock(&bans_log)),
        spool_error: spool_error.as_deref(),
        spool_bytes,
        answers: &lock(&shared.answers),
        bans: &lock(&shared.bans),
        clock_offset_ms: (offset != NO_OFFSET).then_some(offset),
    };
    seen.report()
}
