//! The real binary under kill -9.

use std::process::{Child, Command, Stdio};

use crate::console::{Console, Trouble};
use crate::worker::Node;

fn start(node: &Node) -> Child {
    Command::new(env!("CARGO_BIN_EXE_callwarden-worker"))
        .args(["run", "--config"])
        .arg(&node.config)
        .env("RUST_LOG", "warn")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_08_kill_9_of_the_worker() {
    let console = Console::start().await;
    let mut node = Node::enrolled(&console).await;
    node.write(100);
    let mut child = start(&node);
    // Its first sign of life is no line: rotated away before it has looked, the log is nobody's.
    node.all_stored(&console).await;
    for round in 0..15 {
        node.write(400);
        if round % 4 == 2 {
            node.rotate(round);
        }
        // Some answers are lost after the commit.
        console.with(|stored| stored.trouble = [Trouble::Lost].into());
        node.write(400);
        // Dies in the middle of its work: as soon as anything new has arrived.
        let before = console.with(|stored| stored.reports);
        console
            .until("a sign of life", |stored| {
                stored.reports > before + round % 3
            })
            .await;
        node.write(100);
        child.kill().unwrap();
        child.wait().unwrap();
        child = start(&node);
    }
    node.all_stored(&console).await;
    child.kill().unwrap();
    child.wait().unwrap();
}
