//! What else was tried over the socket.

use super::access;
use super::lab::{Lab, exactly, replay};
use super::script::{Command, Step, read};
use crate::support::Client;

/// The simulator runs no programs and keeps no tables.
const LEFT_OUT: [&str; 7] = [
    "system ",
    "bg_system ",
    "spawn_stream ",
    "file_exists ",
    "hash ",
    "hash_dump ",
    "db ",
];

fn is_left_out(command: &Command) -> bool {
    LEFT_OUT.iter().any(|left| command.text.starts_with(left))
}

#[tokio::test]
async fn configuration_by_variables() {
    let lab = Lab::start().await;
    access::pad_as_recorded(&lab);
    let by_shell = "<include>\n  <list name=\"fromesl\" default=\"deny\">\
         <node type=\"allow\" cidr=\"192.0.2.5/32\"/></list>\n</include>\n";
    lab.write("acl.d/zz_lab.xml", by_shell);
    let mut client = Client::log_in(&lab.sim).await;
    let mut content: Option<(&str, String)> = None;
    for step in read("deliver-over-esl") {
        match step {
            Step::Note(note) if note.starts_with("acl.d/zz_lab.xml (static") => {
                content = Some(("acl.d/zz_lab.xml", String::new()));
            }
            Step::Note(note) if note.starts_with("--- the same for the dial rules") => {
                content = Some(("dialplan/public/000_guard.xml", String::new()));
            }
            Step::Note(note) if note.contains(" CIDRs in the variable ") => {
                many(&mut client, &note).await;
            }
            Step::Note(note) => {
                if let Some((_, content)) = &mut content {
                    *content += &(note + "\n");
                }
            }
            Step::Command(command) => {
                if let Some((path, content)) = content.take() {
                    lab.write(path, &content);
                }
                if is_left_out(&command) {
                    let (name, _) = command.text.split_once(' ').unwrap();
                    let refused = format!("-ERR {name} Command not found!\n");
                    assert_eq!(client.api(&command.text).await, refused);
                } else {
                    replay(&mut client, &command, exactly).await;
                }
            }
        }
    }
}

/// `50 CIDRs in the variable (639 bytes): +OK acl reloaded (14 ms), stored 639 bytes, matching
/// entries 32 (last 31)`
async fn many(client: &mut Client, note: &str) {
    let (count, rest) = note.split_once(" CIDRs").unwrap();
    let (_, rest) = rest.split_once("): ").unwrap();
    let (outcome, rest) = rest.split_once(" (").unwrap();
    let (_, rest) = rest.split_once("stored ").unwrap();
    let (stored, _) = rest.split_once(" bytes").unwrap();
    let count: u32 = count.parse().unwrap();
    let cidr = |number: u32| format!("10.0.{}.{}/32", number / 250, number % 250);
    let cidrs: Vec<_> = (0..count).map(cidr).collect();
    let set = client
        .api(&format!(
            "global_setvar console_inbound={}",
            cidrs.join(",")
        ))
        .await;
    assert_eq!(set, "+OK");
    assert_eq!(
        client.api("reloadacl").await,
        format!("{outcome}\n"),
        "{note}"
    );
    let variable = client.api("global_getvar console_inbound").await;
    assert_eq!(variable.len().to_string(), stored, "{note}");
    assert_eq!(client.api("acl 10.0.0.31 vlist").await, "true", "{note}");
    assert_eq!(client.api("acl 10.0.0.32 vlist").await, "false", "{note}");
}

#[tokio::test]
async fn big_answers_in_one_frame() {
    let lab = Lab::start().await;
    let mut client = Client::log_in(&lab.sim).await;
    let mut compared = 0;
    for step in read("esl-huge-reply") {
        let Step::Command(command) = step else {
            continue;
        };
        if command.text.starts_with("xml_locate configuration") {
            replay(&mut client, &command, exactly).await;
            assert_eq!(client.api(&command.text).await.len(), command.length);
            compared += 1;
        }
        // What the other three list is longer there: more modules, more files.
    }
    assert_eq!(compared, 1);
    let nodes = "<node type=\"allow\" cidr=\"192.0.2.0/24\"/>\n".repeat(20_000);
    let list = format!("<list name=\"big\" default=\"deny\">\n{nodes}</list>\n");
    lab.write("acl.d/big.xml", &list);
    assert_eq!(client.api("reloadacl").await, "+OK acl reloaded\n");
    let whole = client.api("xml_locate root").await;
    assert!(whole.len() > 478_458, "{}", whole.len());
}

/// The module itself posts nothing here. What is left are its own replies, and that every server
/// that does not answer well leaves the local file in force.
#[tokio::test]
async fn without_an_answer_from_xml_curl_the_files_count() {
    const ANSWERED: [&str; 3] = [
        "server answers with an acl.conf document",
        "200 with a configuration without network-lists",
        "server answers well again",
    ];
    let lab = Lab::start_as(|builder| builder.unloaded_module("mod_xml_curl")).await;
    let mut client = Client::log_in(&lab.sim).await;
    let mut title = String::new();
    let mut content = String::new();
    let mut compared = 0;
    for step in read("xml-curl") {
        match step {
            Step::Note(note) => {
                if let Some(new) = note.strip_prefix("--- ") {
                    new.clone_into(&mut title);
                } else if title.is_empty() && !note.starts_with("xml_curl.conf.xml") {
                    content += &(note + "\n");
                }
            }
            Step::Command(command) => {
                lab.write("autoload_configs/xml_curl.conf.xml", &content);
                if command.text == "reload mod_xml_curl" && !title.is_empty() {
                    let stock = content.replace("gateway-url", "no-url");
                    lab.write("autoload_configs/xml_curl.conf.xml", &stock);
                }
                let is_answered = ANSWERED
                    .iter()
                    .take(3)
                    .any(|known| title.starts_with(known));
                if command.text.starts_with("acl ") && is_answered {
                    continue;
                }
                replay(&mut client, &command, exactly).await;
                compared += 1;
            }
        }
    }
    assert!(compared > 30, "{compared}");
}

#[tokio::test]
async fn loading_and_unloading_xml_curl() {
    let lab = Lab::start_as(|builder| builder.unloaded_module("mod_xml_curl")).await;
    let binding = "<configuration name=\"xml_curl.conf\"><bindings><binding>\
         <param name=\"gateway-url\" value=\"http://127.0.0.1:8090/fs\"/></binding></bindings>\
         </configuration>\n";
    lab.write("autoload_configs/xml_curl.conf.xml", binding);
    let mut client = Client::log_in(&lab.sim).await;
    for step in read("xml-curl-blocking") {
        if let Step::Command(command) = step {
            replay(&mut client, &command, exactly).await;
        }
    }
}
