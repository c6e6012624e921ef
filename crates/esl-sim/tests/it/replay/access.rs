//! Access lists.

use super::lab::{INBOUND, Lab, exactly, replay};
use super::script::{Command, Step, read};
use crate::support::Client;

#[tokio::test]
async fn what_lists_answer() {
    let lab = Lab::start().await;
    let mut client = Client::log_in(&lab.sim).await;
    for step in read("acl-basic") {
        if let Step::Command(command) = step {
            replay(&mut client, &command, exactly).await;
        }
    }
}

#[tokio::test]
async fn what_a_reload_takes_over() {
    let lab = Lab::start().await;
    let mut client = Client::log_in(&lab.sim).await;
    for step in read("acl-reload") {
        match step {
            Step::Note(note) if note.starts_with("file changed on disk") => {
                let more = "  <node type=\"allow\" cidr=\"198.51.100.66/32\"/>\n  </list>";
                lab.edit("acl.d/inbound.xml", "  </list>", more);
            }
            Step::Note(note) if note.starts_with("file changed again") => {
                lab.write("acl.d/inbound.xml", INBOUND);
            }
            Step::Note(_) => {}
            Step::Command(command) => replay(&mut client, &command, exactly).await,
        }
    }
}

/// One experiment: what the file held, and what was asked then.
struct Experiment {
    title: String,
    content: Vec<String>,
    commands: Vec<Command>,
}

fn experiments(name: &str) -> Vec<Experiment> {
    let mut experiments: Vec<Experiment> = Vec::new();
    for step in read(name) {
        match step {
            Step::Note(note) if note.starts_with("--- ") => experiments.push(Experiment {
                title: note[4..].to_owned(),
                content: Vec::new(),
                commands: Vec::new(),
            }),
            Step::Note(note) => experiments.last_mut().unwrap().content.push(note),
            Step::Command(command) => {
                if let Some(experiment) = experiments.last_mut() {
                    experiment.commands.push(command);
                }
            }
        }
    }
    experiments
}

/// Adds the lines that stand before the first mistake in the recorded tree, but not in ours: its
/// `vars.xml` has longer comments. From then on every mistake must have its recorded line.
pub fn pad_as_recorded(lab: &Lab) {
    let first = &experiments("acl-invalid-xml")[0];
    let line = |answer: &str| -> usize {
        let (_, rest) = answer.split_once("near line ").unwrap();
        rest.split_once(']').unwrap().0.parse().unwrap()
    };
    lab.write("acl.d/inbound.xml", &first.content[1..].join("\n"));
    let missing = line(&first.commands[0].answer) - line(&lab.sim.api("reloadacl", ""));
    let lines = "\n".repeat(missing);
    lab.edit("vars.xml", "</include>", &format!("{lines}</include>"));
    lab.write("acl.d/inbound.xml", INBOUND);
    assert_eq!(lab.sim.api("reloadacl", ""), "+OK acl reloaded\n");
}

#[tokio::test]
async fn broken_files() {
    let lab = Lab::start().await;
    let mut client = Client::log_in(&lab.sim).await;
    let experiments = experiments("acl-invalid-xml");
    assert_eq!(experiments.len(), 11);
    pad_as_recorded(&lab);
    for experiment in &experiments {
        println!("{}", experiment.title);
        match experiment.content.split_first() {
            Some((name, lines)) => {
                assert_eq!(name, "acl.d/inbound.xml:");
                lab.write("acl.d/inbound.xml", &lines.join("\n"));
            }
            None => std::fs::remove_file(lab.path("acl.d/inbound.xml")).unwrap(),
        }
        let mut reloads = 0;
        for command in &experiment.commands {
            reloads += usize::from(command.text == "reloadacl");
            if reloads == 2 {
                lab.write("acl.d/inbound.xml", INBOUND);
            }
            replay(&mut client, command, exactly).await;
        }
        lab.write("acl.d/inbound.xml", INBOUND);
    }
}

#[tokio::test]
async fn every_kind_of_node() {
    let lab = Lab::start().await;
    let mut client = Client::log_in(&lab.sim).await;
    let experiments = experiments("acl-nodes");
    assert_eq!(experiments.len(), 30);
    for experiment in &experiments {
        println!("{}", experiment.title);
        let content = match experiment.title.as_str() {
            "5,000 nodes: time of reloadacl" => many_nodes(),
            "back to the first file" => INBOUND.to_owned(),
            _ => experiment.content.join("\n") + "\n",
        };
        lab.write("acl.d/inbound.xml", &content);
        for command in &experiment.commands {
            replay(&mut client, command, exactly).await;
        }
    }
}

fn many_nodes() -> String {
    let nodes: String = (0..5_000)
        .map(|number| {
            let (high, low) = (number / 250, number % 250);
            format!("<node type=\"allow\" cidr=\"10.{high}.{low}.0/24\"/>\n")
        })
        .collect::<Vec<_>>()
        .concat();
    format!("<include>\n<list name=\"inbound\" default=\"deny\">\n{nodes}</list>\n</include>\n")
}
