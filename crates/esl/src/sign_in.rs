//! From nothing to a connection that the switch has let in.

use std::net::SocketAddr;

use tokio::io::AsyncWriteExt;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use crate::frame::{Frame, FrameReader, Kind};
use crate::link::Options;
use crate::state::{DownReason, FrameFault, Step};
use crate::target::Target;

/// Connects and signs in, each within its time.
pub(crate) async fn sign_in(
    target: &Target,
    options: &Options,
) -> Result<(FrameReader<OwnedReadHalf>, OwnedWriteHalf), DownReason> {
    let stream = timeout(options.connect_within, connect(target))
        .await
        .unwrap_or(Err(DownReason::TimedOut(Step::Connect)))?;
    let (from, mut to) = stream.into_split();
    let mut frames = FrameReader::new(from);
    timeout(
        options.sign_in_within,
        challenge(target, &mut frames, &mut to),
    )
    .await
    .unwrap_or(Err(DownReason::TimedOut(Step::SignIn)))?;
    Ok((frames, to))
}

async fn connect(target: &Target) -> Result<TcpStream, DownReason> {
    let found = lookup_host((target.host.as_str(), target.port)).await;
    let addresses: Vec<SocketAddr> = found.map_err(|_| DownReason::UnknownName)?.collect();
    let mut why = DownReason::UnknownName;
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                // Without it a command waits for more text to come.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(error) => why = DownReason::from_io(&error, Step::Connect),
        }
    }
    Err(why)
}

async fn challenge(
    target: &Target,
    frames: &mut FrameReader<OwnedReadHalf>,
    to: &mut OwnedWriteHalf,
) -> Result<(), DownReason> {
    match frames.next().await? {
        Frame {
            kind: Kind::AuthRequest,
            ..
        } => {}
        frame => return Err(out_of_place(&frame)),
    }
    let line = format!("{}\n\n", target.auth.line());
    let sent = to.write_all(line.as_bytes()).await;
    sent.map_err(|error| DownReason::from_io(&error, Step::Write))?;
    match frames.next().await? {
        Frame {
            kind: Kind::CommandReply,
            reply: Some(reply),
            ..
        } if reply == "+OK accepted" => Ok(()),
        Frame {
            kind: Kind::CommandReply,
            reply: Some(reply),
            ..
        } if reply.starts_with("-ERR") => Err(DownReason::WrongPassword),
        frame => Err(out_of_place(&frame)),
    }
}

/// Why the switch ends the connection with this frame.
pub(crate) fn out_of_place(frame: &Frame) -> DownReason {
    match frame.kind {
        Kind::Rude => DownReason::AccessDenied,
        Kind::Disconnect => {
            let said = frame.body.as_deref().unwrap_or_default();
            if said.starts_with(b"The system is being shut down") {
                DownReason::ShuttingDown
            } else {
                DownReason::Closed
            }
        }
        _ => DownReason::Broken(FrameFault::UnknownKind),
    }
}
