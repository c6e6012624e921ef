//! The wire itself, in bytes.

use std::time::Duration;

use esl_sim::LogLine;

use super::lab::Lab;
use super::raw::{Step, even, read};
use super::script::text;
use crate::support::Client;

/// Frames, each evened out; the length of what is evened out cannot be compared, that of the rest is.
fn frames(bytes: &[u8]) -> Vec<String> {
    let mut frames = Vec::new();
    let mut rest = std::str::from_utf8(bytes).unwrap();
    while !rest.is_empty() {
        let (head, after) = rest.split_once("\n\n").unwrap();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("Content-Length: "));
        let length = length.map_or(0, |length| length.parse().unwrap());
        let (body, after) = after.split_at(length);
        let evened = even(body);
        let head: Vec<_> = head
            .lines()
            .filter(|line| evened == body || !line.starts_with("Content-Length: "))
            .map(even)
            .collect();
        frames.push(format!("{}\n\n{evened}", head.join("\n")));
        rest = after;
    }
    frames
}

async fn replay(name: &str, lab: &Lab) {
    let mut client = None;
    for step in read(name) {
        let connected = match &mut client {
            Some(client) => client,
            none => none.insert(Client::connect(lab.sim.address()).await),
        };
        match step {
            Step::Sent(bytes) => connected.send(std::str::from_utf8(&bytes).unwrap()).await,
            Step::Received(bytes) => {
                let wanted = frames(&bytes);
                let mut got = Vec::new();
                for _ in &wanted {
                    got.extend(frames(connected.frame().await.as_bytes()));
                }
                assert_eq!(got, wanted, "{name}");
            }
            Step::Closed => {
                assert_eq!(connected.rest().await, b"", "{name}");
                client = None;
            }
        }
    }
}

macro_rules! replays {
    ($($test:ident($name:literal),)*) => {
        $(
            #[tokio::test(start_paused = true)]
            async fn $test() {
                replay($name, &Lab::start().await).await;
            }
        )*
    };
}

replays! {
    logging_in("esl-auth-ok"),
    logging_in_with_crlf("esl-auth-crlf"),
    a_wrong_password("esl-auth-fail"),
    a_command_before_the_password("esl-auth-first-missing"),
    no_password_at_all("esl-auth-timeout"),
    a_restricted_user("esl-userauth"),
    api_commands("esl-api"),
    background_commands("esl-bgapi"),
    events_in_plain("esl-event-plain"),
    events_in_json("esl-event-json"),
    events_in_xml("esl-event-xml"),
    subclasses_after_custom("esl-event-order-trap"),
    filters("esl-events-filter"),
    heartbeats("esl-heartbeat-idle"),
}

#[tokio::test]
async fn an_address_that_no_list_allows() {
    let lab = Lab::start().await;
    lab.sim.set_peer(Some("198.51.100.66".parse().unwrap()));
    replay("esl-acl-rejected", &lab).await;
    lab.sim.set_peer(Some("198.51.100.10".parse().unwrap()));
    Client::log_in(&lab.sim).await;
}

#[tokio::test]
async fn going_down() {
    let lab = Lab::start().await;
    let mut steps = read("esl-shutdown");
    assert!(matches!(steps.pop(), Some(Step::Closed)));
    let Some(Step::Received(last)) = steps.pop() else {
        panic!("the transcript ends with the farewell");
    };
    let mut client = Client::log_in(&lab.sim).await;
    let enabled = client.ask("event plain SHUTDOWN").await;
    assert!(enabled.contains("+OK event listener enabled plain"));
    lab.sim.shutdown().await;
    assert_eq!(frames(&client.rest().await), frames(&last));
}

#[tokio::test]
async fn log_lines() {
    let lab = Lab::start().await;
    let text = text("esl-log-stream");
    let (_, wanted) = text.split_once("<<< raw bytes:\n").unwrap();
    let mut client = Client::log_in(&lab.sim).await;
    let answer = client.ask("log warning").await;
    assert!(
        answer.contains("Reply-Text: +OK log level warning [4]\n"),
        "{answer}"
    );
    let line = |level: u8, number: u32, text: &str| LogLine {
        level,
        source: (
            "sofia_reg.c".into(),
            "sofia_reg_handle_register_token".into(),
            number,
        ),
        text: text.into(),
    };
    lab.sim.log(line(5, 1, "this one is not wanted"));
    let mut got = String::new();
    for (number, text) in wanted.lines().filter_map(|text| {
        let (_, rest) = text.split_once("sofia_reg.c:")?;
        Some((rest.split_once(' ')?.0.parse().ok()?, text))
    }) {
        lab.sim.log(line(4, number, text));
        got.push_str(&client.frame().await);
    }
    assert_eq!(got, wanted);
}

#[tokio::test]
async fn a_client_that_says_nothing_after_its_login_stays() {
    tokio::time::pause();
    let lab = Lab::start().await;
    let mut client = Client::log_in(&lab.sim).await;
    tokio::time::advance(Duration::from_hours(10)).await;
    assert_eq!(client.api("hostname").await, "pbx1");
}
