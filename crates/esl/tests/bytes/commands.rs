//! Commands and their exact answers.

use std::time::Duration;

use esl::{Command, CommandError, ConfigName, DownReason, Link, Module, Options, Step};

use crate::peer::*;

/// What the link makes of this answer to this command.
async fn answered(
    link: &Link,
    conn: &mut Conn,
    command: Command,
    bytes: &str,
) -> Result<String, CommandError> {
    let wire = format!("api {}\n\n", command.text());
    let (answer, ()) = tokio::join!(link.run(command), async {
        conn.expect(&wire).await;
        conn.send(bytes).await;
    });
    answer.map(|answer| answer.text)
}

#[tokio::test]
async fn only_the_exact_words_are_success() {
    let peer = Peer::listen().await;
    let (link, mut conn) = peer.up(options()).await;
    let rescan = Command::SofiaRescan("external".parse().unwrap());
    let reload = Command::ReloadModule(Module::Cti);
    let acl = Command::Acl {
        address: "::ffff:203.0.113.20".parse().unwrap(),
        list: "inbound".parse().unwrap(),
    };
    assert_eq!(acl.text(), "acl 203.0.113.20 inbound");
    for (command, body, success) in [
        (Command::ReloadAcl, "+OK acl reloaded\n", true),
        (Command::ReloadAcl, "+OK acl reloaded", false),
        (
            Command::ReloadAcl,
            "-ERR [[error near line 413]: unexpected closing tag </network-lists>]\n",
            false,
        ),
        (Command::ReloadXml, "+OK [Success]\n", true),
        (Command::ReloadXml, "Reload XML [Success]\n", true),
        (
            Command::ReloadXml,
            "+OK [[error near line 12]: unclosed tag <list>]\n",
            false,
        ),
        (
            rescan.clone(),
            "Reload XML [Success]\n+OK scan complete\n",
            true,
        ),
        (
            rescan.clone(),
            "Reload XML [[error near line 12]: unclosed tag]\n+OK scan complete\n",
            false,
        ),
        (rescan, "Invalid Profile [external]\n", false),
        (
            reload.clone(),
            "+OK Reloading XML\n-ERR unloading module [No such module!]\n+OK module loaded\n",
            true,
        ),
        (
            reload,
            "+OK Reloading XML\n+OK module unloaded\n-ERR loading module [module load file routine returned an error]\n",
            false,
        ),
        (Command::ModuleExists(Module::Cti), "false", true),
        (Command::ModuleExists(Module::Cti), "-ERR no reply\n", false),
        (acl.clone(), "true", true),
        (acl, "", false),
        (
            Command::XmlLocate(ConfigName::Acl),
            "can't find anything\n",
            true,
        ),
        (
            Command::XmlLocate(ConfigName::Acl),
            "<configuration name=\"acl.conf\"></configuration>\n",
            true,
        ),
        (
            Command::XmlLocate(ConfigName::Acl),
            "-ERR bad args\n",
            false,
        ),
        (Command::Uptime, "1377\n", true),
        (Command::Version, "-ERR version Command not found!\n", false),
    ] {
        match answered(&link, &mut conn, command.clone(), &api(body)).await {
            Ok(text) => assert!(success && text == body, "{command:?} {body}"),
            Err(CommandError::Failed { text }) => {
                let shown = body.trim_end().replace('\n', "\\x0a");
                assert!(!success && text == shown, "{command:?} {body}");
            }
            other => panic!("{command:?} {other:?}"),
        }
    }
    let denied = answered(&link, &mut conn, Command::ReloadAcl, DENIED).await;
    let command = "reloadacl".to_owned();
    assert_eq!(denied, Err(CommandError::Denied { command }));
}

#[tokio::test]
async fn what_a_switch_says_is_shown_harmless_and_short() {
    let peer = Peer::listen().await;
    let (link, mut conn) = peer.up(options()).await;
    let evil = format!("-ERR \x1b[31m<script>\u{202e}%0a{}", "x".repeat(5_000));
    let Err(CommandError::Failed { text }) =
        answered(&link, &mut conn, Command::ReloadXml, &api(&evil)).await
    else {
        panic!();
    };
    assert!(
        text.starts_with("-ERR \\x1b[31m<script>\\u{202e}%0axxx"),
        "{text}"
    );
    assert!(text.len() < 1_100 && domain::inert::is_inert(&text));
    // In a header, too: not decoded.
    let header = "Content-Type: command/reply\nReply-Text: -ERR %41%0a\n\n";
    let failed = answered(&link, &mut conn, Command::ReloadXml, header).await;
    let text = "-ERR %41%0a".to_owned();
    assert_eq!(failed, Err(CommandError::Failed { text }));
}

#[tokio::test]
async fn frames_arrive_torn_and_glued() {
    let peer = Peer::listen().await;
    let (link, mut conn) = peer.up(options()).await;
    let heartbeat = r#"{"Event-Name":"HEARTBEAT","Uptime-msec":"19527","Session-Count":"3","Max-Sessions":"1000","Idle-CPU":"43.333333"}"#;
    let bytes = format!("{}{}{}", event(heartbeat), api("pbx1"), event(heartbeat));
    for split in 1..bytes.len() {
        let (answer, ()) = tokio::join!(link.run(Command::Hostname), async {
            conn.expect("api hostname\n\n").await;
            conn.send(&bytes[..split]).await;
            tokio::task::yield_now().await;
            conn.send(&bytes[split..]).await;
        });
        assert_eq!(answer.unwrap().text, "pbx1", "torn at {split}");
    }
    let heartbeat = link.facts().borrow().heartbeat.clone().unwrap();
    assert_eq!((heartbeat.sessions, heartbeat.max_sessions), (3, 1000));
    assert_eq!(heartbeat.up, Duration::from_millis(19_527));
    assert!((heartbeat.idle_cpu - 43.33).abs() < 0.01);
    assert!(link.facts().borrow().round_trip.is_some());
    assert_eq!(up(&link).await.connection, 1);
}

#[tokio::test]
async fn a_megabyte_is_an_answer_and_too_much_is_an_error_not_the_end() {
    let peer = Peer::listen().await;
    let (link, mut conn) = peer.up(options()).await;
    let locate = Command::XmlLocate(ConfigName::Sofia);
    let large = format!("<configuration>{}</configuration>", " \n".repeat(700_000));
    let answer = answered(&link, &mut conn, locate.clone(), &api(&large)).await;
    assert_eq!(answer.unwrap().len(), large.len());
    let most = "<configuration>".repeat((8 << 20) / 15);
    let answer = answered(&link, &mut conn, locate.clone(), &api(&most)).await;
    assert_eq!(answer.unwrap().len(), most.len());
    let huge = "<configuration>".repeat(600_000);
    let answer = answered(&link, &mut conn, locate, &api(&huge)).await;
    let text = "-ERR an answer of 9000000 bytes is too long".to_owned();
    assert_eq!(answer, Err(CommandError::Failed { text }));
    let answer = answered(&link, &mut conn, Command::Hostname, &api("pbx1")).await;
    assert_eq!(answer.unwrap(), "pbx1");
}

#[tokio::test]
async fn a_command_without_answer_ends_the_connection() {
    let peer = Peer::listen().await;
    let options = Options {
        commands_within: Some(Duration::from_millis(100)),
        ..options()
    };
    let (link, mut conn) = peer.up(options).await;
    let (answer, ()) = tokio::join!(
        link.run(Command::ReloadAcl),
        conn.expect("api reloadacl\n\n")
    );
    assert_eq!(answer, Err(CommandError::TimedOut));
    assert_eq!(down(&link).await, DownReason::TimedOut(Step::Command));
    conn.closed().await;
}

#[tokio::test]
async fn commands_that_wait_are_bounded_and_end_with_the_connection() {
    let peer = Peer::listen().await;
    let (link, mut conn) = peer.up(options()).await;
    let asks: Vec<_> = (0..100)
        .map(|_| {
            let link = link.clone();
            tokio::spawn(async move { link.run(Command::Hostname).await })
        })
        .collect();
    conn.expect("api hostname\n\n").await;
    // All the others have been asked when the last one was refused.
    let mut busy = 0;
    let mut waiting = Vec::new();
    for ask in asks {
        tokio::task::yield_now().await;
        if ask.is_finished() {
            assert_eq!(ask.await.unwrap(), Err(CommandError::Busy));
            busy += 1;
        } else {
            waiting.push(ask);
        }
    }
    assert!(busy >= 100 - 64 - 1, "{busy}");
    drop(conn);
    for ask in waiting {
        assert!(matches!(
            ask.await.unwrap(),
            Err(CommandError::NotUp(_) | CommandError::Busy)
        ));
    }
}
