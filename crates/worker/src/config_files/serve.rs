//! The configuration of a node alone, without fail2ban and logs: many of them in one process.

use std::path::PathBuf;

use domain::wire::Down;
use runtime::{Clock, Shutdown};
use tokio::sync::{mpsc, watch};

use super::duty::{Duty, Wanted};
use super::paths::Paths;
use crate::console::outbox::Outbox;
use crate::console::token::Token;
use crate::console::{Client, Refusals, live, stream};

/// Lines of the console that wait to be passed on.
const QUEUE: usize = 8;

/// Takes configuration from the console and tells what is found, until stopped or fenced off.
pub async fn serve(
    client: Client,
    token: Token,
    paths: Paths,
    state_dir: PathBuf,
    clock: Clock,
    shutdown: Shutdown,
) {
    let outbox = Outbox::default();
    let (wanted_to, wanted) = watch::channel(Wanted::default());
    let (down_to, down) = mpsc::channel(QUEUE);
    let duty = Duty {
        paths,
        state_dir,
        clock,
        wanted,
        outbox: outbox.clone(),
    };
    let told = live::run(
        client.clone(),
        token.clone(),
        outbox,
        Refusals::default(),
        shutdown.clone(),
    );
    let heard = stream::run(client, token, down_to, shutdown.clone());
    tokio::select! {
        () = duty.run(shutdown.clone()) => {}
        () = told => {}
        _ = heard => {}
        () = pass(down, wanted_to) => {}
    }
}

async fn pass(mut down: mpsc::Receiver<Down>, to: watch::Sender<Wanted>) {
    while let Some(said) = down.recv().await {
        to.send_if_modified(|wanted| wanted.hear(&said));
    }
}
