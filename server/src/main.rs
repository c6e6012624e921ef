//! `callwarden`: the console.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};
use domain::role::Role;
use runtime::{Clock, Shutdown};
use server::check::{self, Check};
use server::commands;
use server::config::Settings;
use tokio::net::TcpListener;

/// The security console for FreeSWITCH call centers.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Settings; without it every setting has its default.
    #[arg(long, short, global = true, env = "CALLWARDEN_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[command(flatten)]
    Console(Console),
    /// Ask what a node's file would do.
    #[command(subcommand)]
    Check(Check),
}

/// What needs the settings.
#[derive(Subcommand)]
enum Console {
    /// Run the console.
    Serve,
    /// Manage users.
    #[command(subcommand)]
    User(User),
    /// Print a one-time token for creating the first admin.
    SetupToken,
    /// Forget what was sealed with a secret key that is lost.
    ForgetSecrets,
    /// Manage nodes.
    #[command(subcommand)]
    Node(Node),
}

#[derive(Subcommand)]
enum User {
    /// Add a user; the password is read from standard input.
    Add {
        /// Login name.
        name: String,
        /// viewer, operator or admin.
        #[arg(long)]
        role: Role,
    },
}

#[derive(Subcommand)]
enum Node {
    /// Add a node and print its one-time enrolment code.
    Add {
        /// The node's name.
        name: String,
    },
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let command = match arguments.command {
        Command::Check(check) => return Ok(check::run(check)),
        Command::Console(command) => command,
    };
    let settings = Settings::read(arguments.config.as_deref())?;
    runtime::logging::start(settings.log.json);
    match command {
        Console::Serve => serve(settings).await,
        Console::User(User::Add { name, role }) => commands::add_user(&settings, &name, role).await,
        Console::SetupToken => commands::setup_token(&settings).await,
        Console::ForgetSecrets => commands::forget_secrets(&settings).await,
        Console::Node(Node::Add { name }) => commands::add_node(&settings, &name).await,
    }?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(settings: Settings) -> anyhow::Result<()> {
    let shutdown = Shutdown::new();
    shutdown.on_signals().context("signal handlers")?;
    let listen = settings.http.listen;
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on {listen}"))?;
    server::run(settings, listener, Clock::system(), shutdown).await
}
