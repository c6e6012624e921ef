//! SIP profiles: what a rescan and a restart take over.

use std::time::Duration;

use super::lab::{INBOUND, Lab, exactly, replay};
use super::raw::even;
use super::script::{Step, read, text};
use crate::support::Client;

const FILE: &str = "sip_profiles/external.xml";
const PORT: &str = "<param name=\"sip-port\" value=\"$${external_sip_port}\"/>";
const CONTEXT: &str = "<param name=\"context\" value=\"public\"/>";
const AUTH: &str = "<param name=\"auth-calls\" value=\"false\"/>";

fn params(lists: &[&str]) -> String {
    let lines: Vec<_> = lists
        .iter()
        .map(|list| format!("<param name=\"apply-inbound-acl\" value=\"{list}\"/>\n    "))
        .collect();
    lines.concat() + PORT
}

/// Does to the files what the note says was done.
fn act(lab: &Lab, stock: &str, note: &str) {
    let restore = || lab.write(FILE, stock);
    let lists = |lists: &[&str]| {
        restore();
        lab.edit(FILE, PORT, &params(lists));
    };
    match note {
        note if note.starts_with("external.xml gets <param name=\"apply-inbound-acl\"") => {
            lists(&["inbound"]);
        }
        note if note.starts_with("the list changes (198.51.100.66 added)") => {
            let more = "  <node type=\"allow\" cidr=\"198.51.100.66/32\"/>\n  </list>";
            lab.edit("acl.d/inbound.xml", "  </list>", more);
        }
        "apply-inbound-acl names a list that does not exist" => lists(&["nosuch"]),
        "apply-inbound-acl with a CIDR instead of a list name" => lists(&["203.0.113.0/24"]),
        note if note.starts_with("two apply-inbound-acl params") => {
            lists(&["inbound", "198.51.100.0/24"]);
        }
        "the param is removed again: rescan" => restore(),
        note if note.starts_with("apply-inbound-acl=inbound again, and the context changed") => {
            lists(&["inbound"]);
            lab.edit(FILE, CONTEXT, "<param name=\"context\" value=\"default\"/>");
            lab.edit(FILE, AUTH, "<param name=\"auth-calls\" value=\"true\"/>");
            lab.edit(FILE, PORT, "<param name=\"sip-port\" value=\"5090\"/>");
        }
        _ => {}
    }
}

/// A note about a call tells what the profile must do with it now.
fn check(lab: &Lab, note: &str) -> bool {
    let Some((_, call)) = note.split_once("INVITE to external 5080 from ") else {
        return false;
    };
    let (caller, outcome) = call.split_once(" -> ").unwrap();
    let asks = lab.sim.running_profile("external").unwrap().auth_calls();
    let got = match (asks, lab.lets_in("external", caller)) {
        (true, false) => "407",
        (false, false) => "403",
        (_, true) => "480",
    };
    assert!(outcome.contains(got), "{note}: {got}");
    true
}

#[tokio::test(start_paused = true)]
async fn rescan_and_restart() {
    let lab = Lab::start().await;
    let stock = std::fs::read_to_string(lab.path(FILE)).unwrap();
    let mut client = Client::log_in(&lab.sim).await;
    // It was up for long.
    tokio::time::advance(Duration::from_mins(10)).await;
    let mut calls = 0;
    let mut list_changed = false;
    for step in read("acl-profile") {
        match step {
            Step::Note(note) => {
                act(&lab, &stock, &note);
                calls += usize::from(check(&lab, &note));
                list_changed |= note.starts_with("the list changes");
                if note == "back to the first files" {
                    lab.write(FILE, &stock);
                    // Two seconds until it is back, and eight of the ten that it must be up.
                    tokio::time::sleep(Duration::from_millis(10_100)).await;
                }
            }
            Step::Command(command) => {
                replay(&mut client, &command, exactly).await;
                if command.text == "reloadacl" && std::mem::take(&mut list_changed) {
                    // The second reload is told to have it removed again.
                    assert!(lab.lets_in("external", "198.51.100.66"));
                    lab.write("acl.d/inbound.xml", INBOUND);
                }
            }
        }
    }
    assert_eq!(calls, 16);
}

#[tokio::test(start_paused = true)]
async fn the_events_of_a_restart() {
    let lab = Lab::start().await;
    let mut client = Client::log_in(&lab.sim).await;
    client.ask("event plain ALL").await;
    client.ask("nixevent API").await;
    tokio::time::advance(Duration::from_secs(11)).await;
    let text = text("profile-restart");
    let answer = client.api("sofia profile external restart").await;
    assert_eq!(answer, "Reload XML [Success]\nrestarting: external");

    let (events, _) = text.split_once("### log lines").unwrap();
    let (_, events) = events.split_once("socket):\n").unwrap();
    let mut last = String::new();
    for line in events.lines() {
        let words: Vec<_> = line.split_whitespace().collect();
        let [.., length, "bytes"] = words[..] else {
            panic!("{line}");
        };
        let frame = client.frame().await;
        let (head, body) = frame.split_once("\n\n").unwrap();
        // The recorded numbers and micro-seconds had as many digits as ours, but for the sequence.
        let sequence = |text: &str| {
            let (_, rest) = text.split_once("Event-Sequence: ").unwrap();
            rest.split_once('\n').unwrap().0.len()
        };
        let recorded: usize = length.parse().unwrap();
        let wanted = recorded - 4 + sequence(body);
        assert!(
            head.starts_with(&format!("Content-Length: {wanted}\n")),
            "{line}\n{frame}"
        );
        let name = words[words.len() - 3];
        let name = name.replace(':', "%3A");
        assert!(body.contains(&format!(": {name}\n")), "{line}\n{body}");
        if name.ends_with("profile_start") {
            body.clone_into(&mut last);
        }
    }
    let (_, recorded) = text.split_once("text/event-plain\n").unwrap();
    assert_eq!(even(last.trim_end()), even(recorded.trim_end()));
}
