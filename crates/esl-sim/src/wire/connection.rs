//! One client, from the greeting to the farewell.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use super::output::Output;
use super::packet::Packet;
use super::verbs::{Dialogue, GREETING, Reply};
use crate::event::{LogLine, Stamped};
use crate::lock;
use crate::misbehaviour::Misbehaviour;
use crate::server::{Listener, Shared};

/// How long the first command may take.
const FIRST_COMMAND: Duration = Duration::from_secs(25);

const FAREWELL: &str = "Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n";
const GOING_DOWN: &str = "The system is being shut down.\n";

/// What is waiting to be sent to a client.
pub enum Outgoing {
    Event(Arc<Stamped>),
    Log(Arc<LogLine>),
    /// The switch goes down.
    Shutdown,
}

fn notice(text: &str) -> Vec<u8> {
    let length = text.len();
    format!("Content-Type: text/disconnect-notice\nContent-Length: {length}\n\n{text}").into_bytes()
}

/// Serves a client until one side has enough.
pub async fn serve(stream: TcpStream, peer: IpAddr, shared: Arc<Shared>) {
    // A reset or a closed connection is how clients leave, too.
    let _ = talk(stream, peer, &shared).await;
}

async fn talk(stream: TcpStream, peer: IpAddr, shared: &Arc<Shared>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut input, output) = stream.into_split();
    let mut output = Output::new(output);
    let Some(admitted) = shared.admits(peer) else {
        return Ok(());
    };
    if !admitted || shared.behaviour() == Some(Misbehaviour::RudeRejection) {
        const WORDS: &str = "Access Denied, go away.\n";
        let head = format!(
            "Content-Type: text/rude-rejection\nContent-Length: {}\n\n",
            WORDS.len()
        );
        let rejection = [head.as_bytes(), WORDS.as_bytes(), &notice(FAREWELL)].concat();
        return output.send(&rejection, shared).await;
    }
    let (listener, mut queue) = shared.listen();
    output.send(GREETING, shared).await?;

    let mut received = Vec::new();
    let mut dialogue = Dialogue::default();
    let first = tokio::time::sleep(FIRST_COMMAND);
    tokio::pin!(first);
    let mut is_first = true;
    loop {
        shared.while_silent().await;
        while let Ok(outgoing) = queue.try_recv() {
            if !send(outgoing, &mut output, &listener, shared).await? {
                return Ok(());
            }
        }
        if let Some(packet) = Packet::take(&mut received) {
            is_first = false;
            shared.note(&packet.command);
            let Reply { bytes, closes } = dialogue.answer(&packet, shared, &listener.subscription);
            shared.bring_back();
            output.answer(&bytes, shared).await?;
            if closes {
                return output.send(&notice(FAREWELL), shared).await;
            }
            continue;
        }
        tokio::select! {
            biased;
            outgoing = queue.recv() => {
                let Some(outgoing) = outgoing else { return Ok(()) };
                if !send(outgoing, &mut output, &listener, shared).await? {
                    return Ok(());
                }
            }
            read = input.read_buf(&mut received) => {
                if read? == 0 {
                    return Ok(());
                }
            }
            () = &mut first, if is_first => return output.send(&notice(FAREWELL), shared).await,
        }
    }
}

/// False when that was the last.
async fn send(
    outgoing: Outgoing,
    output: &mut Output,
    listener: &Listener,
    shared: &Shared,
) -> io::Result<bool> {
    match outgoing {
        Outgoing::Event(event) => {
            let format = lock(&listener.subscription).format;
            output.send(&event.frame(format), shared).await?;
        }
        Outgoing::Log(line) => output.send(&line.frame(), shared).await?,
        Outgoing::Shutdown => {
            output.send(&notice(GOING_DOWN), shared).await?;
            return Ok(false);
        }
    }
    Ok(true)
}

/// Room for what a client has not read yet; FreeSWITCH's number.
pub const QUEUE: usize = 100_000;

pub type Queue = mpsc::Receiver<Outgoing>;
