//! What the command line does besides serving: first users and nodes, without the web page.

use std::io::{BufRead, IsTerminal, Write};

use anyhow::Context;
use backend::{Actor, Backend, accounts, nodes};
use domain::role::Role;
use runtime::Clock;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

use crate::config::Settings;
use crate::database::Database;

/// Adds a user; the password comes from standard input, never from the command line, which
/// everybody on the machine can read.
pub async fn add_user(settings: &Settings, name: &str, role: Role) -> anyhow::Result<()> {
    let password = read_password()?;
    let database = Database::beside(settings).await?;
    let backend = Backend::new(database.pool.clone(), Clock::system());
    let added = accounts::create_user(&backend, &actor(), name, &password, role).await;
    database.close().await?;
    let user = added.with_context(|| format!("user {name} was not added"))?;
    say(&format!(
        "user {} added as {}",
        user.name,
        user.role.as_str()
    ))
}

/// Prints a new one-time token for the first admin.
pub async fn setup_token(settings: &Settings) -> anyhow::Result<()> {
    let database = Database::beside(settings).await?;
    let backend = Backend::new(database.pool.clone(), Clock::system());
    let token = accounts::issue_setup_token(&backend).await;
    database.close().await?;
    match token? {
        Some(token) => say(&format!("setup token: {token}")),
        None => anyhow::bail!("there are users already; an admin can add more"),
    }
}

/// Adds a node and prints its one-time enrolment code, alone on its line.
pub async fn add_node(settings: &Settings, name: &str) -> anyhow::Result<()> {
    let database = Database::beside(settings).await?;
    let backend = Backend::new(database.pool.clone(), Clock::system());
    let added = nodes::add(&backend, &actor(), name).await;
    database.close().await?;
    say(&added
        .with_context(|| format!("node {name} was not added"))?
        .code)
}

/// Forgets what was sealed with a key that is lost, so that a console with another one can start.
pub async fn forget_secrets(settings: &Settings) -> anyhow::Result<()> {
    let database = Database::beside(settings).await?;
    let backend = Backend::new(database.pool.clone(), Clock::system());
    let forgotten = backend::secrets::forget(&backend, &actor()).await;
    database.close().await?;
    let nodes = forgotten?;
    say(&format!(
        "forgotten: the Event Socket passwords of {nodes} nodes; enter them again on their pages"
    ))
}

/// Where the first admin is made, and with what.
pub fn print_setup_token(url: &str, token: &str) {
    // On purpose not in the log, which is kept and collected.
    let text = format!("open {url}/setup to create the first admin\nsetup token: {token}");
    if let Err(error) = say(&text) {
        tracing::warn!("the setup token cannot be printed: {error}");
    }
}

fn actor() -> Actor {
    Actor {
        user: None,
        name: "command line".into(),
        role: Role::Admin,
        address: None,
    }
}

fn say(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{text}").context("standard output")
}

/// One line, not shown while it is typed.
fn read_password() -> anyhow::Result<String> {
    let input = std::io::stdin();
    let shown = if input.is_terminal() {
        write!(std::io::stderr(), "password: ")?;
        std::io::stderr().flush()?;
        let shown = tcgetattr(&input)?;
        let mut hidden = shown.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        tcsetattr(&input, OptionalActions::Flush, &hidden)?;
        Some(shown)
    } else {
        None
    };
    let mut line = String::new();
    let read = input.lock().read_line(&mut line);
    if let Some(shown) = shown {
        tcsetattr(&input, OptionalActions::Now, &shown)?;
        writeln!(std::io::stderr())?;
    }
    read.context("the password cannot be read")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
