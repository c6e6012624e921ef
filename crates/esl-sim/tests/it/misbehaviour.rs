//! What it does wrong on demand.

use std::time::Duration;

use esl_sim::{Event, Misbehaviour};
use tokio::net::TcpStream;

use crate::support::{Client, folder, start};

#[tokio::test]
async fn refuses_connections_and_comes_back() {
    let folder = folder();
    let sim = start(&folder, |builder| builder).await;
    let mut old = Client::log_in(&sim).await;
    sim.misbehave(Misbehaviour::RefuseConnections);
    let error = TcpStream::connect(sim.address()).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
    assert_eq!(old.api("hostname").await, "pbx1");
    sim.behave();
    Client::log_in(&sim).await;
}

#[tokio::test]
async fn no_password_is_right() {
    let folder = folder();
    let sim = start(&folder, |builder| builder).await;
    sim.misbehave(Misbehaviour::WrongPasswordAlways);
    let mut client = Client::connect(sim.address()).await;
    client.frame().await;
    assert!(client.ask("auth ClueCon").await.contains("-ERR invalid"));
    client.rest().await;
}

#[tokio::test]
async fn drops_in_the_middle_of_an_answer() {
    let folder = folder();
    let sim = start(&folder, |builder| builder).await;
    let mut client = Client::log_in(&sim).await;
    sim.misbehave(Misbehaviour::DropMidReply { after_bytes: 10 });
    client.send("api status\n\n").await;
    assert_eq!(client.rest().await, b"Content-Ty");
    let commands = sim.commanded(|commands| commands.len() == 2).await;
    assert_eq!(commands, ["auth", "api status"]);
}

#[tokio::test]
async fn hangs_and_then_answers_everything() {
    let folder = folder();
    let sim = start(&folder, |builder| builder).await;
    let mut client = Client::log_in(&sim).await;
    sim.misbehave(Misbehaviour::Silent);
    client.send("api hostname\n\n").await;
    let answer = tokio::time::timeout(Duration::from_millis(200), client.frame()).await;
    assert!(answer.is_err(), "{answer:?}");
    sim.behave();
    assert!(client.frame().await.ends_with("pbx1"));
}

#[tokio::test(start_paused = true)]
async fn trickles() {
    let folder = folder();
    let sim = start(&folder, |builder| builder).await;
    let mut client = Client::log_in(&sim).await;
    sim.misbehave(Misbehaviour::SlowBytes { per_second: 10 });
    let begun = tokio::time::Instant::now();
    assert_eq!(client.api("hostname").await, "pbx1");
    let length = "Content-Type: api/response\nContent-Length: 4\n\npbx1".len();
    let expected = Duration::from_millis(100) * u32::try_from(length).unwrap();
    assert!(begun.elapsed() >= expected, "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn answers_late() {
    let folder = folder();
    let sim = start(&folder, |builder| builder).await;
    let mut client = Client::log_in(&sim).await;
    let by = Duration::from_secs(4);
    sim.misbehave(Misbehaviour::LateReplies { by });
    let begun = tokio::time::Instant::now();
    assert_eq!(client.api("reloadacl").await, "+OK acl reloaded\n");
    assert!(begun.elapsed() >= by);
}

#[tokio::test]
async fn a_restart_forgets_what_only_ran() {
    let folder = folder();
    let sim = start(&folder, |builder| builder).await;
    let mut client = Client::log_in(&sim).await;
    client.ask("event plain SHUTDOWN CUSTOM a::b").await;
    assert_eq!(client.api("global_setvar a=b").await, "+OK");
    let before = sim.core_uuid();
    sim.emit(Event::custom("a::b").header("x", "1 2"));
    assert!(client.frame().await.contains("\nx: 1%202\n"));

    sim.restart().await.unwrap();
    let last = String::from_utf8(client.rest().await).unwrap();
    assert!(
        last.contains("Event-Info: System%20Shutting%20Down\n"),
        "{last}"
    );
    assert!(
        last.ends_with("\n\nThe system is being shut down.\n"),
        "{last}"
    );
    let mut client = Client::log_in(&sim).await;
    assert_eq!(client.api("global_getvar a").await, "-ERR no reply\n");
    assert_ne!(sim.core_uuid(), before);

    sim.shutdown().await;
    let error = TcpStream::connect(sim.address()).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
    sim.restart().await.unwrap();
    Client::log_in(&sim).await;
}
