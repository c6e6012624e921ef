//! A webhook's receiver, written by hand: it takes, refuses, hangs, redirects or never stops talking.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How it answers.
#[derive(Clone, Debug)]
pub enum Reply {
    /// With a status and a text.
    Status(u16, String),
    /// With another address.
    Redirect(String),
    /// Never.
    Hang,
    /// With a body that does not end.
    Endless,
    /// With nothing that is HTTP.
    Garbage,
}

/// What came.
#[derive(Clone, Debug)]
pub struct Request {
    pub line: String,
    /// Names in small letters.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Request {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// Ends when dropped.
pub struct Receiver {
    pub port: u16,
    reply: Arc<Mutex<Reply>>,
    received: Arc<Mutex<Vec<Request>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let reply = Arc::new(Mutex::new(Reply::Status(200, "thanks".to_owned())));
        let received = Arc::new(Mutex::new(Vec::new()));
        let (replies, requests) = (reply.clone(), received.clone());
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, replies.clone(), requests.clone()));
            }
        });
        Self {
            port,
            reply,
            received,
            task,
        }
    }

    /// `http://127.0.0.1:port/hook/secret-path`
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook/secret-path", self.port)
    }

    pub fn reply(&self, reply: Reply) {
        *self.reply.lock().unwrap() = reply;
    }

    /// What came so far.
    pub fn received(&self) -> Vec<Request> {
        self.received.lock().unwrap().clone()
    }
}

async fn serve(
    mut stream: TcpStream,
    reply: Arc<Mutex<Reply>>,
    received: Arc<Mutex<Vec<Request>>>,
) -> Option<()> {
    let mut read = Vec::new();
    let head = loop {
        if let Some(end) = read.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            break end;
        }
        stream.read_buf(&mut read).await.ok().filter(|n| *n > 0)?;
    };
    let text = String::from_utf8(read[..head].to_vec()).unwrap();
    let mut lines = text.split("\r\n");
    let line = lines.next().unwrap().to_owned();
    let headers: BTreeMap<String, String> = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length: usize = headers["content-length"].parse().unwrap();
    while read.len() < head + 4 + length {
        stream.read_buf(&mut read).await.ok().filter(|n| *n > 0)?;
    }
    let body = String::from_utf8(read[head + 4..].to_vec()).unwrap();
    received.lock().unwrap().push(Request {
        line,
        headers,
        body,
    });
    let reply = reply.lock().unwrap().clone();
    let answer = match &reply {
        Reply::Status(status, text) => {
            let length = text.len();
            format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n\r\n{text}")
        }
        Reply::Redirect(to) => {
            format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")
        }
        Reply::Endless => "HTTP/1.1 200 OK\r\n\r\n".to_owned(),
        Reply::Garbage => "SSH-2.0-OpenSSH_9.6\r\n".to_owned(),
        Reply::Hang => String::new(),
    };
    stream.write_all(answer.as_bytes()).await.ok()?;
    match reply {
        Reply::Hang => std::future::pending().await,
        Reply::Endless => loop {
            stream.write_all(&[b'x'; 8 * 1024]).await.ok()?;
        },
        _ => Some(()),
    }
}
