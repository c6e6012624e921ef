//! Between the socket and the protocol library stands a gate that lets whole frames within bounds
//! through, written anew, and nothing else.
//!
//! The library itself would buffer 16 MB of headers and 8 MB of each of a thousand events, wait for
//! ever for the rest of a frame, and give a reply that nobody asked for to the next who asks. It also
//! writes a switch's words into the log. So it sees only what [`FrameReader`] has read and what was
//! asked for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::unix;
use tokio::time::{Duration, Instant, timeout};

use crate::frame::{Frame, FrameReader, Kind};
use crate::sign_in::out_of_place;
use crate::state::{DownReason, FrameFault, Step};

/// A peer that does not read for so long is gone.
const WRITTEN_WITHIN: Duration = Duration::from_secs(10);

/// What passes through the gate, counted.
#[derive(Debug)]
pub(crate) struct Passing {
    since: Instant,
    last_frame: AtomicU64,
    asked: AtomicU64,
    passed_over: AtomicU64,
}

impl Passing {
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            since: Instant::now(),
            last_frame: AtomicU64::new(0),
            asked: AtomicU64::new(0),
            passed_over: AtomicU64::new(0),
        })
    }

    /// When the last whole frame came.
    pub fn last_frame(&self) -> Instant {
        self.since + Duration::from_millis(self.last_frame.load(Ordering::Relaxed))
    }

    /// Events that were too long.
    pub fn passed_over(&self) -> u64 {
        self.passed_over.load(Ordering::Relaxed)
    }

    fn frame(&self) {
        let now = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_frame.store(now, Ordering::Relaxed);
    }
}

/// Passes frames in and commands out until one side ends; says why.
pub(crate) async fn run(
    mut frames: FrameReader<OwnedReadHalf>,
    mut to: OwnedWriteHalf,
    library: UnixStream,
    passing: Arc<Passing>,
) -> DownReason {
    let (mut from_library, mut to_library) = library.into_split();
    tokio::select! {
        why = inwards(&mut frames, &mut to_library, &passing) => why,
        why = outwards(&mut from_library, &mut to, &passing) => why,
    }
}

async fn inwards(
    frames: &mut FrameReader<OwnedReadHalf>,
    library: &mut unix::OwnedWriteHalf,
    passing: &Passing,
) -> DownReason {
    let mut answered = 0;
    loop {
        let frame = match frames.next().await {
            Ok(frame) => frame,
            Err(why) => return why,
        };
        passing.frame();
        let bytes = match frame.kind {
            Kind::CommandReply | Kind::ApiResponse => {
                if answered == passing.asked.load(Ordering::Acquire) {
                    return DownReason::Broken(FrameFault::Unasked);
                }
                answered += 1;
                reply(&frame)
            }
            Kind::Event => {
                let Some(body) = frame.body else {
                    passing.passed_over.fetch_add(1, Ordering::Relaxed);
                    continue;
                };
                written("text/event-json", None, &body)
            }
            Kind::Other => continue,
            Kind::Disconnect | Kind::Rude | Kind::AuthRequest => return out_of_place(&frame),
        };
        if library.write_all(&bytes).await.is_err() {
            return DownReason::Stopped;
        }
    }
}

fn reply(frame: &Frame) -> Vec<u8> {
    let kind = match frame.kind {
        Kind::ApiResponse => "api/response",
        _ => "command/reply",
    };
    if let Some(body) = &frame.body {
        return written(kind, frame.reply.as_deref(), body);
    }
    let instead = format!("-ERR an answer of {} bytes is too long\n", frame.length);
    written(kind, frame.reply.as_deref(), instead.as_bytes())
}

fn written(kind: &str, reply: Option<&str>, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    // The library reads `%41` in a header as `A`.
    let reply = reply.map_or_else(String::new, |reply| {
        format!("Reply-Text: {}\n", reply.replace('%', "%25"))
    });
    let head = format!("Content-Type: {kind}\nContent-Length: {length}\n{reply}\n");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

async fn outwards(
    library: &mut unix::OwnedReadHalf,
    to: &mut OwnedWriteHalf,
    passing: &Passing,
) -> DownReason {
    let mut buffer = [0; 2 << 10];
    let mut last = 0;
    loop {
        let bytes = match library.read(&mut buffer).await {
            Ok(0) | Err(_) => return DownReason::Stopped,
            Ok(length) => &buffer[..length],
        };
        // A command ends with an empty line; counted before it can be answered.
        for byte in bytes {
            if (last, *byte) == (b'\n', b'\n') {
                passing.asked.fetch_add(1, Ordering::Release);
            }
            last = *byte;
        }
        match timeout(WRITTEN_WITHIN, to.write_all(bytes)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return DownReason::from_io(&error, Step::Write),
            Err(_) => return DownReason::TimedOut(Step::Write),
        }
    }
}
