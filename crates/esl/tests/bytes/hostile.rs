//! Peers that mean harm, or have gone mad.

use std::time::Duration;

use esl::{Command, ConfigName, DownReason, FrameFault, Link, Module, Options, Step};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::peer::*;

#[tokio::test]
async fn hostile_25_broken_frames_end_the_connection_and_it_comes_again() {
    let ok = "+OK acl reloaded\n";
    let with =
        |length: &str| format!("Content-Type: api/response\nContent-Length: {length}\n\n{ok}");
    let endless = "X-Header: y\n".repeat(2_000);
    let long = format!("X-Header: {}", "y".repeat(1 << 20));
    let faults = [
        (with("-1"), FrameFault::BadLength),
        (with("9223372036854775808"), FrameFault::BadLength),
        (with("18446744073709551617"), FrameFault::BadLength),
        (with("17 "), FrameFault::Unasked),
        (with("+17"), FrameFault::BadLength),
        (with("0x11"), FrameFault::BadLength),
        (with(""), FrameFault::BadLength),
        (with("17\nContent-Length: 4"), FrameFault::BadHeader),
        (endless, FrameFault::EndlessHeaders),
        (long, FrameFault::EndlessHeaders),
        ("no header at all\n\n".into(), FrameFault::BadHeader),
        ("Content-Length: 3\n\nabc".into(), FrameFault::UnknownKind),
        (
            "Content-Type: text/html\n\n".into(),
            FrameFault::UnknownKind,
        ),
        ("\n\n".into(), FrameFault::UnknownKind),
        (CHALLENGE.into(), FrameFault::UnknownKind),
        // Replies out of order: one that nobody asked for.
        (api(ok), FrameFault::Unasked),
        (ACCEPTED.into(), FrameFault::Unasked),
    ];
    let peer = Peer::listen().await;
    let (link, mut conn) = peer.up(options()).await;
    for (number, (bytes, fault)) in (2..).zip(&faults) {
        conn.send(bytes).await;
        let came = down(&link).await;
        assert_eq!(came, DownReason::Broken(*fault), "{bytes:.60}");
        conn.closed().await;
        conn = peer.accept().await;
        conn.let_in(CORE_UUID).await;
        until(&link, |state| {
            state.up().is_some_and(|up| up.connection == number)
        })
        .await;
        conn.expect("api hostname\n\n").await;
        conn.answer("pbx1").await;
    }
    conn.send(b"Content-Type: \xff\xfe\n\n").await;
    assert_eq!(down(&link).await, DownReason::Broken(FrameFault::BadHeader));
}

#[tokio::test]
async fn hostile_25_two_answers_for_one_are_not_the_next_ones_answer() {
    let peer = Peer::listen().await;
    let (link, mut conn) = peer.up(options()).await;
    let (answer, ()) = tokio::join!(link.run(Command::ReloadAcl), async {
        conn.expect("api reloadacl\n\n").await;
        conn.send(format!("{0}{0}", api("+OK acl reloaded\n")))
            .await;
    });
    // The first one was its answer; which of the two ends was noticed first does not matter.
    assert!(matches!(answer, Ok(_) | Err(esl::CommandError::NotUp(_))));
    assert_eq!(down(&link).await, DownReason::Broken(FrameFault::Unasked));
}

#[tokio::test]
async fn hostile_25_silence_and_one_byte_at_a_time_end_in_time() {
    let peer = Peer::listen().await;
    let options = Options {
        quiet: Duration::from_millis(50),
        sign_of_life_within: Duration::from_millis(50),
        ..options()
    };
    let (link, mut conn) = peer.up(options.clone()).await;
    conn.expect("api hostname\n\n").await;
    assert_eq!(down(&link).await, DownReason::TimedOut(Step::Silence));

    // Bytes are no sign of life, only whole frames are.
    let mut conn = peer.accept().await;
    conn.let_in(CORE_UUID).await;
    conn.expect("api hostname\n\n").await;
    conn.answer("pbx1").await;
    let (link, reached) = (link.clone(), tokio::sync::Notify::new());
    let dripping = async {
        for byte in event(&" ".repeat(60_000)).into_bytes() {
            conn.send([byte]).await;
            tokio::task::yield_now().await;
        }
        reached.notified().await;
    };
    let why = async {
        until(&link, |state| {
            state.up().is_some_and(|up| up.connection == 2)
        })
        .await;
        down(&link).await
    };
    tokio::select! {
        why = why => assert_eq!(why, DownReason::TimedOut(Step::Silence)),
        () = dripping => panic!("never ended"),
    }
}

#[tokio::test]
async fn hostile_25_slow_frames_do_not_sign_in() {
    let peer = Peer::listen().await;
    let options = Options {
        sign_in_within: Duration::from_millis(100),
        ..options()
    };
    let (link, _) = Link::start(peer.target(), options);
    let mut conn = peer.accept().await;
    let drip = async {
        loop {
            conn.send("X").await;
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        why = down(&link) => assert!(
            matches!(why, DownReason::TimedOut(Step::SignIn) | DownReason::Broken(_)),
            "{why}"
        ),
        () = drip => {}
    }
}

#[tokio::test]
async fn hostile_25_a_flood_of_events_costs_nothing_and_holds_up_no_command() {
    let peer = Peer::listen().await;
    let (link, mut conn) = peer.up(options()).await;
    let before = resident();
    // Nobody takes any; each is as long as an event may be, and some are longer.
    let long = event(&format!(
        r#"{{"Event-Name":"CUSTOM","x":"{}"}}"#,
        "y".repeat(60_000)
    ));
    let too_long = event(&format!(r#"{{"x":"{}"}}"#, "y".repeat(5 << 20)));
    let broken = event("{\"Event-Name\":\"\u{fffd}");
    for _ in 0..4 {
        for _ in 0..500 {
            conn.send(&long).await;
        }
        conn.send(&too_long).await;
        conn.send(&broken).await;
        let (answer, ()) = tokio::join!(link.run(Command::Hostname), async {
            conn.expect("api hostname\n\n").await;
            conn.answer("pbx1").await;
        });
        assert_eq!(answer.unwrap().text, "pbx1");
    }
    let lost = link.facts().borrow().lost_events;
    assert!(lost >= 8, "{lost}");
    let grown = resident().saturating_sub(before);
    assert!(grown < 64 << 20, "{grown} bytes more than before");
    assert_eq!(up(&link).await.connection, 1);
}

/// Resident bytes of this process.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    let kilobytes: usize = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes << 10
}

/// Texts that somebody could type who wants a second command out of a field.
fn hostile_text(rng: &mut StdRng) -> String {
    const PIECES: [&str; 24] = [
        "\n",
        "\r\n",
        "\r",
        "\n\n",
        "\0",
        "api system id\n\n",
        ";",
        "${system(id)}",
        "$${x}",
        ",",
        "]]>",
        "<!ENTITY x \"y\">",
        "&amp;",
        " ",
        "\t",
        "\u{2028}",
        "\u{85}",
        "%0a",
        "'",
        "\"",
        "inbound",
        "a",
        "-",
        "/",
    ];
    let pieces = rng.random_range(0..6);
    (0..pieces)
        .map(|_| {
            if rng.random_bool(0.8) {
                PIECES[rng.random_range(0..PIECES.len())].to_owned()
            } else {
                rng.random::<char>().to_string()
            }
        })
        .collect()
}

/// Every command with a parameter that this text can get into.
fn commands(text: &str) -> Vec<Command> {
    let mut commands = Vec::new();
    if let Ok(list) = text.parse() {
        let address = text.parse().unwrap_or("2001:db8::1".parse().unwrap());
        commands.push(Command::Acl { address, list });
    }
    if let Ok(address) = text.parse() {
        let list = "inbound".parse().unwrap();
        commands.push(Command::Acl { address, list });
    }
    if let Ok(profile) = text.parse() {
        commands.push(Command::SofiaRescan(profile));
    }
    commands
}

#[test]
fn hostile_26_a_million_texts_never_make_a_second_command() {
    let mut rng = StdRng::seed_from_u64(26);
    let mut taken = 0_u32;
    for _ in 0..1_000_000 {
        let text = hostile_text(&mut rng);
        for command in commands(&text) {
            taken += 1;
            one_line(&command);
        }
    }
    assert!(
        taken > 10_000,
        "{taken}: too few came through to show anything"
    );
    for command in [
        Command::ReloadAcl,
        Command::ReloadXml,
        Command::ModuleExists(Module::XmlCurl),
        Command::ReloadModule(Module::Cti),
        Command::XmlLocate(ConfigName::Sofia),
        Command::ShowRegistrations,
        Command::SofiaGateways,
        Command::SofiaStatus,
        Command::Status,
        Command::Version,
        Command::Global(esl::Global::ConfDir),
    ] {
        one_line(&command);
    }
}

/// As many words as the command has, of characters that mean nothing to the switch.
fn one_line(command: &Command) {
    let text = command.text();
    assert!(
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b" ._:-".contains(&byte)),
        "{text:?}"
    );
    assert!(
        !text.starts_with("system") && !text.contains("fsctl"),
        "{text:?}"
    );
    let words = text.split(' ').count();
    let expected = match command {
        Command::Acl { .. } | Command::SofiaGateways => 3,
        Command::SofiaRescan(_) | Command::ShowRegistrations => 4,
        Command::XmlLocate(_) => 5,
        Command::ModuleExists(_)
        | Command::ReloadModule(_)
        | Command::Global(_)
        | Command::SofiaStatus => 2,
        _ => 1,
    };
    assert_eq!(words, expected, "{text:?}");
}

#[tokio::test]
async fn hostile_26_on_the_wire_each_is_one_frame() {
    let peer = Peer::listen().await;
    let (link, mut conn) = peer.up(options()).await;
    let mut rng = StdRng::seed_from_u64(26);
    let mut sent = 0;
    while sent < 2_000 {
        for command in commands(&hostile_text(&mut rng)) {
            let wire = format!("api {}\n\n", command.text());
            let (answer, ()) = tokio::join!(link.run(command), async {
                // A second command in it would be met where the next one is expected.
                conn.expect(&wire).await;
                conn.answer("-ERR no reply\n").await;
            });
            assert!(answer.is_err());
            sent += 1;
        }
    }
    assert_eq!(up(&link).await.connection, 1);
}
