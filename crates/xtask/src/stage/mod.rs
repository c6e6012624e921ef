//! The whole product on this machine: a console with its own Postgres, and nodes with a real
//! fail2ban in a network namespace and a simulated FreeSWITCH each. `run` shows it to people, the browser tests and `bench`
//! look at it; there is only this one way of starting it.

mod child;
pub mod console;
mod node;
mod places;
mod switch;

use std::path::PathBuf;

use anyhow::{Context, Result};
use console::Console;
use node::Node;
pub use node::{attack_log, call_rules};

use crate::paths;

/// `cargo xtask stage`
#[derive(clap::Args)]
pub struct Options {
    /// How many nodes
    #[arg(long, default_value_t = 2)]
    nodes: usize,
}

/// What to start.
pub struct Plan {
    /// Everything that is written goes here; what is there already is used again.
    pub folder: PathBuf,
    /// The console's port; the next free one if it is taken, any if 0.
    pub port: u16,
    /// The nodes' names.
    pub nodes: Vec<String>,
    /// Where real files of countries and networks are, if there are any.
    pub places: Option<PathBuf>,
    /// Which build of our binaries.
    pub release: bool,
}

/// The running product. Drop kills it; [`Stage::stop`] ends it in good order.
pub struct Stage {
    /// The console.
    pub console: Console,
    /// The nodes.
    pub nodes: Vec<Node>,
}

impl Stage {
    /// Starts everything and returns when the console answers and every worker runs. `say` is told
    /// what happens.
    pub async fn start(plan: &Plan, say: impl Fn(&str)) -> Result<Self> {
        std::fs::create_dir_all(&plan.folder)
            .with_context(|| format!("{} cannot be made", plan.folder.display()))?;
        places::write(&plan.folder.join("geo"), plan.places.as_deref())?;
        say("starting the console with its own Postgres");
        let console = Console::start(plan).await?;
        let mut stage = Self {
            console,
            nodes: Vec::new(),
        };
        for name in &plan.nodes {
            say(&format!(
                "starting node {name}: fail2ban in its own network namespace, FreeSWITCH (simulated), worker"
            ));
            let node = Node::start(plan, name, &stage.console).await?;
            stage.nodes.push(node);
        }
        Ok(stage)
    }

    /// Fails when one of our programs is gone.
    pub fn check(&mut self) -> Result<()> {
        self.console.check()?;
        self.nodes.iter_mut().try_for_each(Node::check)
    }

    /// Stops in good order: workers first, so that nothing is cut in the middle.
    pub async fn stop(mut self) {
        for node in &mut self.nodes {
            node.stop().await;
        }
        self.console.stop();
    }

    fn describe(&self) -> serde_json::Value {
        serde_json::json!({
            "url": self.console.url(),
            "setup_token": self.console.setup_token(),
            "nodes": self.nodes.iter().map(Node::describe).collect::<Vec<_>>(),
        })
    }
}

/// For tests: everything in a temporary folder on a free port. Prints one line of JSON when it is
/// ready and stops when standard input closes.
pub async fn run(options: &Options) -> Result<()> {
    // Short, since a socket's path may have 107 bytes only.
    let folder = tempfile::Builder::new().prefix("callwarden-").tempdir()?;
    let plan = Plan {
        folder: folder.path().to_owned(),
        port: 0,
        nodes: (1..=options.nodes).map(|n| format!("edge-{n}")).collect(),
        places: None,
        release: false,
    };
    console::is_built(&paths::binaries(plan.release))?;
    let mut stage = Stage::start(&plan, |text| eprintln!("  {text}")).await?;
    println!("{}", stage.describe());
    wait_for_the_end().await?;
    let unharmed = stage.check();
    stage.stop().await;
    unharmed
}

/// Until standard input closes or a signal comes.
async fn wait_for_the_end() -> Result<()> {
    let (closed, end) = tokio::sync::oneshot::channel();
    // A thread of its own: a read from standard input cannot be called off.
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        let _ = closed.send(());
    });
    tokio::select! {
        _ = end => Ok(()),
        signal = signals() => signal,
    }
}

/// Until SIGINT, SIGTERM or SIGHUP.
pub async fn signals() -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hang_up.recv() => {}
    }
    Ok(())
}
