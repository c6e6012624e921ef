//! fail2ban's control socket: one kept connection, one command at a time.
//!
//! The server handles one command at a time and dies of a thousand connections, so there is one
//! connection, kept; whatever goes wrong on it, it is dropped and the next command opens another.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::sync::Mutex;

use super::pickle::{self, PickleError, Value};

/// Ends every message in both directions.
const END: &[u8] = b"<F2B_END_COMMAND>";
/// The same as text, which no argument may hold.
const END_TEXT: &str = "<F2B_END_COMMAND>";
/// No answer is larger: 40,000 bans with their times are 2.8 MB.
const REPLY_LIMIT: usize = 16 << 20;
/// First and longest pause between attempts to connect.
const RETRY_FIRST: Duration = Duration::from_millis(10);
const RETRY_MOST: Duration = Duration::from_millis(250);
/// A socket that nobody listens on is given this long: the server may be restarting.
const RESTART_GRACE: Duration = Duration::from_millis(600);

/// Why a command got no answer.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// No socket file, nobody listening, or not allowed.
    #[error("fail2ban's socket {} cannot be opened", path.display())]
    Connect {
        /// The socket.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Somebody else serves the socket: what it answers would be believed, and shown.
    #[error(
        "fail2ban's socket {} is served by user {uid}, who is neither root nor the worker's own user; \
         nothing was asked",
        path.display()
    )]
    Impostor {
        /// The socket.
        path: PathBuf,
        /// Who listens.
        uid: u32,
    },
    /// No answer in time: hung, or behind somebody's long command.
    #[error("fail2ban did not answer within {} s", .0.as_secs_f32())]
    TimedOut(Duration),
    /// The connection broke.
    #[error("fail2ban's socket broke")]
    Broken(#[source] io::Error),
    /// The answer ends nowhere.
    #[error("fail2ban's answer is larger than 16 MiB")]
    ReplyTooLarge,
    /// The answer is no pickle that fail2ban sends.
    #[error("fail2ban's answer cannot be understood")]
    Garbage(#[source] PickleError),
    /// The answer is a pickle of another shape.
    #[error("fail2ban's answer has an unknown shape")]
    Shape,
    /// fail2ban understood and refused; its class of error and text.
    #[error("fail2ban refused: {class}: {text}")]
    Refused {
        /// `fail2ban.exceptions.UnknownJailException`, `builtins.ValueError`, …
        class: String,
        /// In its words, made inert.
        text: String,
    },
    /// An argument holds the end marker; nothing was sent.
    #[error("an argument holds fail2ban's end marker")]
    Marker,
}

impl SocketError {
    /// Would `fail2ban-client` perhaps do better? Only where the server talks in a way that we do
    /// not understand; a server that hangs or is gone is so for the client too.
    pub fn client_may_help(&self) -> bool {
        matches!(self, Self::Garbage(_) | Self::Shape | Self::ReplyTooLarge)
    }
}

/// The kept connection.
#[derive(Debug)]
pub struct Socket {
    path: PathBuf,
    limit: Duration,
    stream: Mutex<Option<UnixStream>>,
}

impl Socket {
    /// Connects with the first command; `limit` holds for each whole command.
    pub fn new(path: PathBuf, limit: Duration) -> Self {
        Self {
            path,
            limit,
            stream: Mutex::new(None),
        }
    }

    /// The socket's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Sends one command and returns the value it answered.
    ///
    /// # Errors
    /// [`SocketError`].
    pub async fn call(&self, words: &[&str]) -> Result<Value, SocketError> {
        if words.iter().any(|word| word.contains(END_TEXT)) {
            return Err(SocketError::Marker);
        }
        let mut request = pickle::write(words);
        request.extend(END);
        let reply = tokio::time::timeout(self.limit, self.exchange(&request))
            .await
            .map_err(|_| SocketError::TimedOut(self.limit))??;
        answer(&reply)
    }

    /// Whom does the path lead to? Before a program is started that believes whoever answers.
    ///
    /// # Errors
    /// [`SocketError::Impostor`] only; a server that is gone answers nobody.
    pub async fn check(&self) -> Result<(), SocketError> {
        match tokio::time::timeout(self.limit, self.connect()).await {
            Ok(Err(error @ SocketError::Impostor { .. })) => Err(error),
            _ => Ok(()),
        }
    }

    async fn exchange(&self, request: &[u8]) -> Result<Vec<u8>, SocketError> {
        let mut kept = self.stream.lock().await;
        // Taken out while in use: a command that is given up leaves no half-read connection behind.
        if let Some(mut stream) = kept.take() {
            match round_trip(&mut stream, request).await {
                // A restart closed the kept connection; every command may be sent twice.
                Err(SocketError::Broken(_)) => {}
                Ok(reply) => {
                    *kept = Some(stream);
                    return Ok(reply);
                }
                Err(error) => return Err(error),
            }
        }
        let mut stream = self.connect().await?;
        let reply = round_trip(&mut stream, request).await?;
        *kept = Some(stream);
        Ok(reply)
    }

    fn trusted(&self, stream: UnixStream) -> Result<UnixStream, SocketError> {
        let uid = stream.peer_cred().map_err(SocketError::Broken)?.uid();
        if may_serve(uid) {
            return Ok(stream);
        }
        Err(SocketError::Impostor {
            path: self.path.clone(),
            uid,
        })
    }

    /// A busy server's queue of two is full at once (`EAGAIN`), and a restarting one listens not
    /// yet: both are tried again.
    async fn connect(&self) -> Result<UnixStream, SocketError> {
        let mut pause = RETRY_FIRST;
        let mut waited = Duration::ZERO;
        loop {
            let error = match UnixStream::connect(&self.path).await {
                Ok(stream) => return self.trusted(stream),
                Err(error) => error,
            };
            let again = match error.kind() {
                io::ErrorKind::WouldBlock => true,
                io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound => {
                    waited < RESTART_GRACE
                }
                _ => false,
            };
            if !again {
                return Err(SocketError::Connect {
                    path: self.path.clone(),
                    source: error,
                });
            }
            tokio::time::sleep(pause).await;
            waited += pause;
            pause = (pause * 2).min(RETRY_MOST);
        }
    }
}

/// Whoever can make the socket's path (a folder with a wrong owner) could play fail2ban: only root
/// and our own user may.
fn may_serve(uid: u32) -> bool {
    uid == 0 || uid == rustix::process::geteuid().as_raw()
}

async fn round_trip(stream: &mut UnixStream, request: &[u8]) -> Result<Vec<u8>, SocketError> {
    stream
        .write_all(request)
        .await
        .map_err(SocketError::Broken)?;
    let mut reply = Vec::with_capacity(4096);
    loop {
        let before = reply.len();
        let read = stream
            .read_buf(&mut reply)
            .await
            .map_err(SocketError::Broken)?;
        if read == 0 {
            let end = io::Error::from(io::ErrorKind::UnexpectedEof);
            return Err(SocketError::Broken(end));
        }
        // The marker may lie across two reads.
        let from = before.saturating_sub(END.len() - 1);
        if let Some(at) = find(&reply[from..], END) {
            let end = from + at;
            // One request, one answer: more means that we are out of step.
            if reply.len() != end + END.len() {
                return Err(SocketError::Shape);
            }
            reply.truncate(end);
            return Ok(reply);
        }
        if reply.len() > REPLY_LIMIT {
            return Err(SocketError::ReplyTooLarge);
        }
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|part| part == needle)
}

/// `(0, value)` or `(1, exception)`.
fn answer(reply: &[u8]) -> Result<Value, SocketError> {
    let value = pickle::read(reply).map_err(SocketError::Garbage)?;
    let Value::Tuple(pair) = value else {
        return Err(SocketError::Shape);
    };
    let [code, value] = <[Value; 2]>::try_from(pair).map_err(|_| SocketError::Shape)?;
    match (code, value) {
        (Value::Int(0), value) => Ok(value),
        (Value::Int(1), Value::Object { class, args }) => Err(SocketError::Refused {
            class: inert(&class),
            text: args
                .iter()
                .filter_map(Value::as_text)
                .map(inert)
                .collect::<Vec<_>>()
                .join(", "),
        }),
        _ => Err(SocketError::Shape),
    }
}

fn inert(text: &str) -> String {
    domain::inert::inert(text.as_bytes(), 300)
}
