//! Bytes on their way out, where most misbehaviour happens.

use std::io;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::tcp::OwnedWriteHalf;

use crate::misbehaviour::Misbehaviour;
use crate::server::Shared;

/// Slow bytes go out in steps of this length, or one by one.
const STEP: Duration = Duration::from_millis(50);

/// The writing half.
pub struct Output {
    stream: OwnedWriteHalf,
}

impl Output {
    pub fn new(stream: OwnedWriteHalf) -> Self {
        Self { stream }
    }

    /// Sends what was not asked for: greeting, events, farewell.
    pub async fn send(&mut self, bytes: &[u8], shared: &Shared) -> io::Result<()> {
        shared.while_silent().await;
        match shared.behaviour() {
            Some(Misbehaviour::SlowBytes { per_second }) => {
                self.slowly(bytes, per_second, shared).await
            }
            _ => self.stream.write_all(bytes).await,
        }
    }

    /// Sends an answer, or as much of it as the misbehaviour leaves.
    pub async fn answer(&mut self, bytes: &[u8], shared: &Shared) -> io::Result<()> {
        match shared.behaviour() {
            Some(Misbehaviour::DropMidReply { after_bytes }) => {
                let part = &bytes[..after_bytes.min(bytes.len())];
                self.stream.write_all(part).await?;
                Err(io::ErrorKind::ConnectionAborted.into())
            }
            Some(Misbehaviour::LateReplies { by }) => {
                tokio::time::sleep(by).await;
                self.stream.write_all(bytes).await
            }
            _ => self.send(bytes, shared).await,
        }
    }

    async fn slowly(&mut self, bytes: &[u8], per_second: u32, shared: &Shared) -> io::Result<()> {
        let per_second = per_second.max(1);
        let steps = 1_000 / u32::try_from(STEP.as_millis()).unwrap_or(50);
        let at_once = usize::try_from(per_second / steps).unwrap_or(1).max(1);
        let pause = STEP.max(Duration::from_secs(1) / per_second);
        for part in bytes.chunks(at_once) {
            if matches!(shared.behaviour(), Some(Misbehaviour::SlowBytes { .. })) {
                tokio::time::sleep(pause).await;
            }
            self.stream.write_all(part).await?;
        }
        Ok(())
    }
}
