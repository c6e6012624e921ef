//! Starts every duty and joins them: a table of who talks to whom.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use domain::wire::Source;
use runtime::{Clock, Shutdown};
use tokio::sync::{mpsc, watch};

use crate::config::Config;
use crate::config_files::{self, JailDuty, Paths, Wanted};
use crate::console::backlog::Backlog;
use crate::console::fenced::{self, Patience};
use crate::console::time::ConsoleTime;
use crate::console::token::{self, Token};
use crate::console::{Client, ConsoleError, live, stream};
use crate::dispatch::Dispatch;
use crate::duty::bans::Bans;
use crate::duty::orders::Orders;
use crate::duty::whitelist::Whitelist;
use crate::duty::{Engine, probe, report};
use crate::shared::{Shared, open_spool, spool_folder};
use crate::spool::{Lock, SpoolError};
use crate::tail::watch::{Tail, TailSetup, lock};
use crate::tail::{BanLines, Parser};

/// How long the duties may take to stop.
const STOP_LIMIT: Duration = Duration::from_secs(5);
/// How long one that waits for somebody else is given.
const STOP_GRACE: Duration = Duration::from_millis(300);
/// Lines of the console that wait to be passed on, and order lists that wait to be done.
const DOWN_QUEUE: usize = 64;
const ORDER_QUEUE: usize = 16;

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
    /// It would take the node from the worker that runs already, and could not read anything.
    #[error("{0}; this one does not start beside it (systemctl stop callwarden-worker stops it)")]
    Taken(SpoolError),
    /// No thread for a tail.
    #[error("cannot start a thread")]
    Thread(#[source] std::io::Error),
}

/// Runs the worker until `shutdown`; from the beginning after another worker acted for the node.
///
/// # Errors
/// [`StartError`]; once started, everything that fails is retried and told in the health report.
pub async fn run(config: Config, clock: Clock, shutdown: Shutdown) -> Result<(), StartError> {
    let config = Arc::new(config);
    while !shutdown.is_stopping() {
        act(Arc::clone(&config), clock.clone(), &shutdown).await?;
    }
    Ok(())
}

/// Until stopped, or until it is alone again after it was fenced off.
async fn act(config: Arc<Config>, clock: Clock, shutdown: &Shutdown) -> Result<(), StartError> {
    let token = token::load(&config.node.state_dir)
        .map_err(StartError::Token)?
        .ok_or(StartError::NotEnrolled)?;
    // A new one is another worker for the console.
    let client = Client::new(&config.console)?;
    // Before the console hears of us and fences off the other. What else is wrong with the folder
    // is told in the health report.
    let held = match Lock::take(&spool_folder(&config)) {
        Err(error @ SpoolError::Taken { .. }) => return Err(StartError::Taken(error)),
        taken => taken.ok(),
    };
    let duties = Shutdown::new();
    let shared = Arc::new(Shared::new());
    let node = Node {
        engine: Engine::new(&config),
        config,
        shared: Arc::clone(&shared),
        time: ConsoleTime::new(clock.clone()),
        clock,
        shutdown: duties.clone(),
    };
    node.start(client.clone(), token.clone(), held)?;
    tokio::select! {
        () = shutdown.stopping() => {}
        () = duties.stopping() => {}
    }
    duties.stop();
    if !duties.finished(STOP_LIMIT).await {
        tracing::warn!("some duties did not stop in time");
    }
    *lock(&shared.spool) = None;
    if !shared.fenced.load(Ordering::Relaxed) {
        shutdown.stop();
        return Ok(());
    }
    let alone = fenced::until_alone(&client, &token, Patience::default());
    tokio::select! {
        () = alone => tracing::info!("the other worker is gone; this one acts again"),
        () = shutdown.stopping() => {}
    }
    Ok(())
}

struct Node {
    config: Arc<Config>,
    engine: Engine,
    shared: Arc<Shared>,
    clock: Clock,
    time: ConsoleTime,
    shutdown: Shutdown,
}

impl Node {
    fn start(&self, client: Client, token: Token, held: Option<Lock>) -> Result<(), StartError> {
        let (config, shared, stop) = (&self.config, &self.shared, &self.shutdown);
        let attacks = self.tail(&config.attack_log.path, Parser::Attacks)?;
        let lines = BanLines::local(&config.fail2ban.jail);
        let bans_log = self.tail(&config.fail2ban.log, Parser::Bans(lines))?;
        let wakers = [attacks.waker(), bans_log.waker()];
        let spool = open_spool(
            held,
            Arc::clone(config),
            Arc::clone(shared),
            wakers.clone(),
            stop.clone(),
        );
        self.spawn("spool", spool);
        let health = report::run(
            Arc::clone(config),
            Arc::clone(shared),
            attacks,
            bans_log,
            stop.clone(),
        );
        self.spawn("health", health);

        let (desired_to, desired) = watch::channel(None);
        let (wanted_to, wanted) = watch::channel(Wanted::default());
        let (orders_to, orders) = mpsc::channel(ORDER_QUEUE);
        let (down_to, down) = mpsc::channel(DOWN_QUEUE);
        let dispatch = Dispatch {
            shared: Arc::clone(shared),
            clock: self.clock.clone(),
            time: self.time.clone(),
            wakers,
            desired: desired_to,
            wanted: wanted_to,
            orders: orders_to,
        };
        self.spawn("dispatch", dispatch.run(down, stop.clone()));
        let streamed = stream::run(client.clone(), token.clone(), down_to, stop.clone());
        let (fenced, stopped) = (Arc::clone(shared), stop.clone());
        self.spawn("stream", async move {
            if streamed.await {
                fenced.fenced.store(true, Ordering::Relaxed);
                stopped.stop();
            }
        });
        let told = live::run(
            client.clone(),
            token.clone(),
            shared.outbox.clone(),
            shared.refusals.clone(),
            stop.clone(),
        );
        self.spawn("live", told);
        let backlog = Backlog {
            spool: Arc::clone(&shared.spool),
            stored: Arc::clone(&shared.stored),
            added: Arc::clone(&shared.added),
            refusals: shared.refusals.clone(),
        };
        self.spawn("backlog", backlog.run(client, token, stop.clone()));

        let duty = Orders {
            engine: self.engine.clone(),
            log: config.attack_log.path.clone(),
            desired: desired.clone(),
            outbox: shared.outbox.clone(),
            bans_changed: Arc::clone(&shared.bans_changed),
            jail_changed: Arc::clone(&shared.jail_changed),
        };
        self.spawn("orders", duty.run(orders, stop.clone()));
        self.watch_engine(desired);
        let files = config_files::Duty {
            paths: Paths::new(&config.freeswitch),
            state_dir: config.node.state_dir.clone(),
            clock: self.clock.clone(),
            wanted: wanted.clone(),
            outbox: shared.outbox.clone(),
        };
        self.spawn("configuration", files.run(stop.clone()));
        let jail = JailDuty {
            fail2ban: self.engine.fail2ban.clone(),
            state_dir: config.node.state_dir.clone(),
            wanted,
            outbox: shared.outbox.clone(),
        };
        self.spawn("jail", jail.run(stop.clone()));
        Ok(())
    }

    fn watch_engine(&self, desired: watch::Receiver<Option<domain::wire::Desired>>) {
        let (shared, stop) = (&self.shared, &self.shutdown);
        let bans = Bans {
            engine: self.engine.clone(),
            outbox: shared.outbox.clone(),
            changed: Arc::clone(&shared.bans_changed),
            state: Arc::clone(&shared.bans),
        };
        self.spawn("bans", bans.run(stop.clone()));
        let whitelist = Whitelist {
            engine: self.engine.clone(),
            time: self.time.clone(),
            desired,
            outbox: shared.outbox.clone(),
            jail_changed: Arc::clone(&shared.jail_changed),
            bans_changed: Arc::clone(&shared.bans_changed),
        };
        self.spawn("whitelist", whitelist.run(stop.clone()));
        let (answers, changed) = (
            Arc::clone(&shared.answers),
            Arc::clone(&shared.health_changed),
        );
        let fail2ban = self.engine.fail2ban.clone();
        self.spawn(
            "probe",
            probe::run(fail2ban, answers, changed, stop.clone()),
        );
    }

    fn tail(&self, path: &Path, parser: Parser) -> Result<Tail, StartError> {
        let shared = &self.shared;
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

    fn spawn(&self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        let stop = self.shutdown.clone();
        self.shutdown.spawn(name, async move {
            let grace = async {
                stop.stopping().await;
                tokio::time::sleep(STOP_GRACE).await;
            };
            // What waits for a fail2ban that hangs is left: orders without an answer come again.
            tokio::select! {
                () = task => {}
                () = grace => {}
            }
        });
    }
}
