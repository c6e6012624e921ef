//! A client that knows bytes only.

use std::net::SocketAddr;
use std::time::Duration;

use esl_sim::{Builder, Sim};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Longer than anything takes on a busy machine.
const LIMIT: Duration = Duration::from_mins(1);

/// The stock configuration in a folder of its own.
pub fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    esl_sim::vanilla(folder.path()).unwrap();
    folder
}

/// A simulator with the stock configuration.
pub async fn start(folder: &TempDir, change: impl FnOnce(Builder) -> Builder) -> Sim {
    let builder = change(Sim::builder(folder.path()));
    builder.start_on("127.0.0.1:0").await.unwrap()
}

/// A connection, with what was received and not yet looked at.
pub struct Client {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Client {
    pub async fn connect(address: SocketAddr) -> Self {
        Self {
            stream: TcpStream::connect(address).await.unwrap(),
            received: Vec::new(),
        }
    }

    /// Connects and logs in with the stock password.
    pub async fn log_in(sim: &Sim) -> Self {
        let mut client = Self::connect(sim.address()).await;
        assert_eq!(client.frame().await, "Content-Type: auth/request\n\n");
        let accepted = client.ask("auth ClueCon").await;
        assert!(accepted.contains("+OK accepted"), "{accepted}");
        client
    }

    pub async fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
    }

    /// Sends a command and returns the next frame.
    pub async fn ask(&mut self, command: &str) -> String {
        self.send(&format!("{command}\n\n")).await;
        self.frame().await
    }

    /// An api command's answer.
    pub async fn api(&mut self, command: &str) -> String {
        let frame = self.ask(&format!("api {command}")).await;
        let (head, body) = frame.split_once("\n\n").unwrap();
        assert!(head.starts_with("Content-Type: api/response\n"), "{frame}");
        body.to_owned()
    }

    /// The next whole frame.
    pub async fn frame(&mut self) -> String {
        loop {
            if let Some(length) = length_of_frame(&self.received) {
                let frame = self.received.drain(..length).collect();
                return String::from_utf8(frame).unwrap();
            }
            assert!(self.read().await, "closed after {:?}", self.received);
        }
    }

    /// Everything until the server closes.
    pub async fn rest(&mut self) -> Vec<u8> {
        while self.read().await {}
        std::mem::take(&mut self.received)
    }

    /// False when closed.
    async fn read(&mut self) -> bool {
        let read = self.stream.read_buf(&mut self.received);
        let read = tokio::time::timeout(LIMIT, read).await;
        // A reset is an end, too.
        read.expect("nothing comes").unwrap_or(0) > 0
    }
}

fn length_of_frame(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(2).position(|two| two == b"\n\n")? + 2;
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("Content-Length: "));
    let length = end + length.map_or(0, |length| length.parse().unwrap());
    (bytes.len() >= length).then_some(length)
}
