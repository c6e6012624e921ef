//! What a posture audit asks.

use esl_sim::{Call, Registration};

use super::lab::{Lab, replay};
use super::raw::even;
use super::script::{Command, Step, read};
use crate::support::Client;

fn commands(name: &str) -> Vec<Command> {
    read(name)
        .into_iter()
        .filter_map(|step| match step {
            Step::Command(command) => Some(command),
            Step::Note(_) => None,
        })
        .collect()
}

fn phone(profile: &str, user: &str, from: (&str, u16), call_id: &str, agent: &str) -> Registration {
    Registration {
        profile: profile.into(),
        user: user.into(),
        realm: "198.51.100.10".into(),
        call_id: call_id.into(),
        network: (from.0.into(), from.1),
        agent: agent.into(),
        // 10:02:07
        expires: 1_795_341_727,
    }
}

fn phones() -> [Registration; 3] {
    let mut on_external = phone(
        "external",
        "1177",
        ("203.0.113.20", 51_570),
        "731fdfac3d6d84dfb3b2",
        "Lab",
    );
    on_external.expires = 1_795_341_362;
    let good = ("198.51.100.67", 47_295);
    let carrier = ("203.0.113.7", 52_906);
    [
        phone(
            "internal",
            "1178",
            good,
            "710bfd2ebf5167de222b",
            "Good Phone 1.0",
        ),
        phone(
            "internal",
            "gw01",
            carrier,
            "3e2c43695a8c2eaf5985",
            "Carrier GW",
        ),
        on_external,
    ]
}

/// Where it runs and how many calls it had.
fn even_posture(text: &str) -> String {
    const VARYING: [&str; 6] = [
        "conf_dir=",
        "core_uuid=",
        "<calls-in>",
        "<failed-calls-in>",
        "<uptime-usec>",
        "UP ",
    ];
    let lines: Vec<_> = text
        .split('\n')
        .map(|line| {
            let start = line.trim_start();
            let varies = VARYING.iter().any(|name| start.starts_with(name));
            let counts = line.contains(" session(s) ");
            if varies || counts {
                "*".to_owned()
            } else {
                even(line)
            }
        })
        .collect();
    lines.join("\n")
}

/// Left out: lists of everything that FreeSWITCH's modules bring, a user merged with its domain,
/// which log level is set, where files are.
const LEFT_OUT: [&str; 6] = [
    "show modules as json",
    "show api as json",
    "find_user_xml ",
    "in_group ",
    "uptime",
    "eval $${conf_dir}",
];

fn is_left_out(command: &Command) -> bool {
    LEFT_OUT.iter().any(|left| command.text.starts_with(left))
}

#[tokio::test]
async fn the_core() {
    let lab = Lab::start().await;
    for phone in phones() {
        lab.sim.register(phone);
    }
    let mut client = Client::log_in(&lab.sim).await;
    for command in commands("posture-core")
        .iter()
        .filter(|command| !is_left_out(command))
    {
        replay(&mut client, command, even_posture).await;
    }
    let folder = lab.path("").display().to_string();
    assert_eq!(client.api("eval $${conf_dir}").await, folder);
}

#[tokio::test]
async fn profiles_and_registrations() {
    let lab = Lab::start().await;
    for phone in phones() {
        lab.sim.register(phone);
    }
    // `show registrations` lagged behind: it knew one of the three.
    let late = Lab::start().await;
    let [.., on_external] = phones();
    late.sim.register(on_external);
    let mut client = Client::log_in(&lab.sim).await;
    let mut late_client = Client::log_in(&late.sim).await;
    for command in commands("posture-sofia") {
        let client = if command.text.starts_with("show registrations") {
            &mut late_client
        } else {
            &mut client
        };
        replay(client, &command, even_posture).await;
    }
}

#[tokio::test]
async fn configuration_as_it_is_loaded() {
    // Those that begin with what only the recorded machine had, or whose dialplan is longer there.
    const ONLY_THERE: [&str; 2] = ["xml_locate dialplan", "xml_locate root"];
    let lab = Lab::start().await;
    let mut client = Client::log_in(&lab.sim).await;
    for mut command in commands("posture-xml-locate") {
        if ONLY_THERE.contains(&command.text.as_str()) {
            assert!(command.is_cut);
            continue;
        }
        if command.text == "xml_locate configuration" {
            // Up to where the other files begin to differ.
            let (head, _) = command
                .answer
                .split_once("<configuration name=\"alsa.conf\"")
                .unwrap();
            command.answer = head.to_owned();
        }
        replay(&mut client, &command, str::to_owned).await;
    }
}

#[tokio::test]
async fn a_call() {
    let lab = Lab::start().await;
    lab.sim.call(Call {
        uuid: "f1b806fe-ecc0-4ddf-950b-080ffdbbde98".into(),
        direction: "inbound".into(),
        name: "sofia/external/trunk@198.51.100.10".into(),
        caller: "trunk".into(),
        address: "203.0.113.9".into(),
        destination: "0046700000001".into(),
        context: "public".into(),
        created: 1_795_342_362,
        bridged: Some((
            "9e707b74-169d-4b8e-947f-6d2751586c63".into(),
            "sofia/external/0046700000001@203.0.113.20:5060".into(),
        )),
    });
    let mut client = Client::log_in(&lab.sim).await;
    let mut compared = 0;
    for command in commands("live-call") {
        // The same columns in yet another order.
        if command.text != "show detailed_calls as json" {
            replay(&mut client, &command, str::to_owned).await;
            compared += 1;
        }
    }
    assert_eq!(compared, 4);
}
