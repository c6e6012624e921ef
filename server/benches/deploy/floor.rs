//! What the switches alone need: the worker's write and the console's conversation with each of them,
//! over bare sockets, without console, worker and Postgres between.

use std::time::{Duration, Instant};

use domain::acl::{self, AclLists};
use esl::{Command, ConfigName};
use futures::future::join_all;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::node::{Node, PASSWORD};

/// One change to all of these at once; how long each took.
pub async fn round(nodes: &[Node], kept: &mut [Bare], lists: &AclLists) -> Vec<Duration> {
    let begun = Instant::now();
    let each = nodes.iter().zip(kept).map(|(node, bare)| async move {
        let text = std::fs::read_to_string(&node.file).expect("reads");
        let text = acl::file::write(&text, lists).expect("writes");
        std::fs::write(&node.file, text).expect("writes");
        let list = &lists.iter().next().expect("a list").name;
        bare.api(&Command::ReloadAcl).await;
        bare.api(&Command::XmlLocate(ConfigName::Acl)).await;
        for address in ["203.0.113.1", "203.0.113.254"] {
            let address = address.parse().expect("an address");
            let list = list.clone();
            bare.api(&Command::Acl { address, list }).await;
        }
        Bare::open(node).await.api(&Command::Hostname).await;
        begun.elapsed()
    });
    join_all(each).await
}

/// An Event Socket, signed in.
pub struct Bare(BufReader<TcpStream>);

impl Bare {
    pub async fn open(node: &Node) -> Self {
        let stream = TcpStream::connect(node.sim.address()).await;
        let stream = stream.expect("connects");
        stream.set_nodelay(true).expect("a socket");
        let mut bare = Self(BufReader::new(stream));
        bare.frame().await;
        bare.say(&format!("auth {PASSWORD}")).await;
        bare
    }

    async fn api(&mut self, command: &Command) {
        self.say(&format!("api {}", command.text())).await;
    }

    async fn say(&mut self, line: &str) {
        let line = format!("{line}\n\n");
        self.0.write_all(line.as_bytes()).await.expect("writes");
        self.frame().await;
    }

    async fn frame(&mut self) {
        let (mut line, mut length) = (String::new(), 0);
        loop {
            line.clear();
            self.0.read_line(&mut line).await.expect("reads");
            if let Some(value) = line.strip_prefix("Content-Length:") {
                length = value.trim().parse().expect("a length");
            }
            if line.trim_end().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await.expect("reads");
    }
}
