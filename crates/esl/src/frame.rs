//! Frames within bounds: what comes from the socket is read here first, so that neither its length nor
//! its slowness costs us anything, whoever sent it.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::{Instant, timeout_at};

use crate::state::{DownReason, FrameFault, Step};

/// Longest header block; FreeSWITCH's are under 600 bytes.
const HEAD_LIMIT: usize = 8 << 10;
/// Longest reply that is kept: the whole configuration of a switch is some 0.5 MB, and 10,000
/// registrations are 2.5 MB, the most ACL lists that we write 5 MB (comments that are not ASCII come back
/// three times as long). More than this the library behind the gate takes for a fault.
const REPLY_LIMIT: usize = 8 << 20;
/// Longest event that is kept; its texts are an attacker's, so a longer one is passed over, no fault.
const EVENT_LIMIT: usize = 64 << 10;
/// Longest notice that is kept.
const NOTICE_LIMIT: usize = 4 << 10;
/// A length beyond this is no length.
const SKIP_LIMIT: usize = 64 << 20;
/// From the first byte of a frame to its last.
const WHOLE_WITHIN: Duration = Duration::from_secs(30);

/// What a frame is, by its `Content-Type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    AuthRequest,
    CommandReply,
    ApiResponse,
    Event,
    Disconnect,
    Rude,
    /// Understood and not wanted: `log/data`, events in other formats.
    Other,
}

impl Kind {
    fn of(content_type: &str) -> Option<Self> {
        Some(match content_type {
            "auth/request" => Self::AuthRequest,
            "command/reply" => Self::CommandReply,
            "api/response" => Self::ApiResponse,
            "text/event-json" => Self::Event,
            "text/disconnect-notice" => Self::Disconnect,
            "text/rude-rejection" => Self::Rude,
            "text/event-plain" | "text/event-xml" | "log/data" => Self::Other,
            _ => return None,
        })
    }

    fn limit(self) -> usize {
        match self {
            Self::CommandReply | Self::ApiResponse => REPLY_LIMIT,
            Self::Event => EVENT_LIMIT,
            Self::AuthRequest | Self::Disconnect | Self::Rude => NOTICE_LIMIT,
            Self::Other => 0,
        }
    }
}

/// One frame.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub kind: Kind,
    /// `Reply-Text`.
    pub reply: Option<String>,
    /// `None`: longer than its kind may be, and passed over.
    pub body: Option<Vec<u8>>,
    /// `Content-Length`.
    pub length: usize,
}

/// Reads frames; keeps what belongs to the next one.
pub(crate) struct FrameReader<R> {
    from: R,
    buffer: Vec<u8>,
}

impl<R: AsyncRead + Unpin> FrameReader<R> {
    pub fn new(from: R) -> Self {
        Self {
            from,
            buffer: Vec::new(),
        }
    }

    /// The next frame. Waits for its first byte as long as it takes, for its last [`WHOLE_WITHIN`].
    /// Not to be dropped half-way.
    pub async fn next(&mut self) -> Result<Frame, DownReason> {
        if self.buffer.is_empty() {
            self.more().await?;
        }
        let within = Instant::now() + WHOLE_WITHIN;
        match timeout_at(within, self.whole()).await {
            Ok(frame) => frame,
            Err(_) => Err(DownReason::Broken(FrameFault::TooSlow)),
        }
    }

    async fn whole(&mut self) -> Result<Frame, DownReason> {
        let mut searched = 0;
        let end = loop {
            let found = self.buffer[searched..]
                .windows(2)
                .position(|two| two == b"\n\n");
            if let Some(at) = found {
                break searched + at + 2;
            }
            if self.buffer.len() > HEAD_LIMIT {
                return Err(DownReason::Broken(FrameFault::EndlessHeaders));
            }
            searched = self.buffer.len().saturating_sub(1);
            self.more().await?;
        };
        if end > HEAD_LIMIT {
            return Err(DownReason::Broken(FrameFault::EndlessHeaders));
        }
        let head = Head::read(&self.buffer[..end]).map_err(DownReason::Broken)?;
        self.buffer.drain(..end);
        let body = self.body(&head).await?;
        if self.buffer.is_empty() {
            self.buffer = Vec::new();
        }
        Ok(Frame {
            kind: head.kind,
            reply: head.reply,
            body,
            length: head.length,
        })
    }

    async fn body(&mut self, head: &Head) -> Result<Option<Vec<u8>>, DownReason> {
        let mut missing = head.length;
        let keep = missing <= head.kind.limit();
        let mut body = Vec::new();
        loop {
            let here = self.buffer.len().min(missing);
            if keep {
                body.extend_from_slice(&self.buffer[..here]);
            }
            self.buffer.drain(..here);
            missing -= here;
            if missing == 0 {
                return Ok(keep.then_some(body));
            }
            self.more().await?;
        }
    }

    async fn more(&mut self) -> Result<(), DownReason> {
        // Only filled as far as bytes have come: an announced length reserves nothing.
        self.buffer.reserve(4 << 10);
        match self.from.read_buf(&mut self.buffer).await {
            Ok(0) => Err(DownReason::Closed),
            Ok(_) => Ok(()),
            Err(error) => Err(DownReason::from_io(&error, Step::Read)),
        }
    }
}

struct Head {
    kind: Kind,
    reply: Option<String>,
    length: usize,
}

impl Head {
    fn read(bytes: &[u8]) -> Result<Self, FrameFault> {
        let text = std::str::from_utf8(bytes).map_err(|_| FrameFault::BadHeader)?;
        let (mut kind, mut length, mut reply) = (None, None, None);
        for line in text.lines().filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(':').ok_or(FrameFault::BadHeader)?;
            let value = value.trim();
            if name.eq_ignore_ascii_case("content-type") {
                let known = Kind::of(value).ok_or(FrameFault::UnknownKind)?;
                once(&mut kind, known)?;
            } else if name.eq_ignore_ascii_case("content-length") {
                let digits = value.bytes().all(|byte| byte.is_ascii_digit());
                let number = value.parse().ok().filter(|bytes| *bytes <= SKIP_LIMIT);
                once(
                    &mut length,
                    number.filter(|_| digits).ok_or(FrameFault::BadLength)?,
                )?;
            } else if name.eq_ignore_ascii_case("reply-text") {
                once(&mut reply, value.to_owned())?;
            }
        }
        Ok(Self {
            kind: kind.ok_or(FrameFault::UnknownKind)?,
            length: length.unwrap_or(0),
            reply,
        })
    }
}

fn once<T>(field: &mut Option<T>, value: T) -> Result<(), FrameFault> {
    match field.replace(value) {
        None => Ok(()),
        Some(_) => Err(FrameFault::BadHeader),
    }
}
