//! Coming in, being refused, and coming again.

use std::time::Duration;

use esl::{Auth, Command, CommandError, DownReason, Link, Options, Secret, Step, Target, run_once};

use crate::peer::*;

const GOODBYE: &str = "Content-Type: text/disconnect-notice\nContent-Length: 67\n\n\
    Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n";

/// What a link says of a peer that sends this and then does what `then` says.
async fn refused(bytes: &[&str], options: Options) -> DownReason {
    let peer = Peer::listen().await;
    let (link, _) = Link::start(peer.target(), options);
    let mut conn = peer.accept().await;
    for bytes in bytes {
        conn.send(bytes).await;
    }
    down(&link).await
}

#[tokio::test]
async fn every_refusal_has_its_reason() {
    let rude = "Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n";
    let invalid = "Content-Type: command/reply\nReply-Text: -ERR invalid\n\n";
    let down = "Content-Type: text/disconnect-notice\nContent-Length: 31\n\nThe system is being shut down.\n";
    for (bytes, why) in [
        (&[rude, GOODBYE][..], DownReason::AccessDenied),
        (&[CHALLENGE, invalid, GOODBYE], DownReason::WrongPassword),
        (&[CHALLENGE, GOODBYE], DownReason::Closed),
        (&[CHALLENGE, ACCEPTED, down], DownReason::ShuttingDown),
        (&[CHALLENGE, ACCEPTED, GOODBYE], DownReason::Closed),
        (
            &[CHALLENGE, ACCEPTED, DENIED, DENIED, DENIED],
            DownReason::PermissionDenied,
        ),
    ] {
        // Replies that come before they were asked for are another test's.
        let came = if why == DownReason::PermissionDenied {
            denied_everything().await
        } else {
            refused(bytes, options()).await
        };
        assert_eq!(came, why, "{bytes:?}");
    }
}

async fn denied_everything() -> DownReason {
    let peer = Peer::listen().await;
    let (link, _) = Link::start(peer.target(), options());
    let mut conn = peer.accept().await;
    conn.send(CHALLENGE).await;
    conn.expect("auth s3cret of ours\n\n").await;
    conn.send(ACCEPTED).await;
    for asked in [
        "event json HEARTBEAT\n\n",
        "api global_getvar core_uuid\n\n",
        "api version short\n\n",
    ] {
        conn.expect(asked).await;
        conn.send(DENIED).await;
    }
    down(&link).await
}

#[tokio::test]
async fn no_way_there_is_told_apart() {
    let peer = Peer::listen().await;
    let mut target = peer.target();
    drop(peer);
    let (link, _) = Link::start(target.clone(), options());
    assert_eq!(down(&link).await, DownReason::Refused);
    target.host = "nowhere.invalid".parse().unwrap();
    let (link, _) = Link::start(target, options());
    assert_eq!(down(&link).await, DownReason::UnknownName);

    let short = Options {
        sign_in_within: Duration::from_millis(50),
        ..options()
    };
    assert_eq!(
        refused(&[], short.clone()).await,
        DownReason::TimedOut(Step::SignIn)
    );
    assert_eq!(
        refused(&[CHALLENGE], short).await,
        DownReason::TimedOut(Step::SignIn)
    );
}

#[tokio::test]
async fn a_restricted_user_comes_in_without_events() {
    let peer = Peer::listen().await;
    let target = Target {
        auth: Auth::User {
            user: "eslro".parse().unwrap(),
            domain: "198.51.100.10".parse().unwrap(),
            password: Secret::new("ro-secret").unwrap(),
        },
        ..peer.target()
    };
    let (link, _) = Link::start(target, options());
    let mut conn = peer.accept().await;
    conn.send(CHALLENGE).await;
    conn.expect("userauth eslro@198.51.100.10:ro-secret\n\n")
        .await;
    conn.send("Content-Type: command/reply\nReply-Text: +OK accepted\nAllowed-Events: CUSTOM sofia::register_failure sofia::register_attempt\nAllowed-API: acl status show version\nAllowed-LOG: false\n\n").await;
    conn.expect("event json HEARTBEAT\n\n").await;
    conn.send(DENIED).await;
    conn.expect("api global_getvar core_uuid\n\n").await;
    conn.send(DENIED).await;
    conn.expect("api version short\n\n").await;
    conn.answer("1.11.3-dev\n").await;
    let up = up(&link).await;
    assert!(!up.events && up.core_uuid.is_none());
    assert_eq!(up.version.as_deref(), Some("1.11.3-dev"));
}

#[tokio::test]
async fn it_comes_again_and_tells_a_restart_from_a_cut() {
    let peer = Peer::listen().await;
    let (link, conn) = peer.up(options()).await;
    assert_eq!(up(&link).await.connection, 1);
    conn.0.set_zero_linger().unwrap();
    drop(conn);
    assert!(matches!(
        down(&link).await,
        DownReason::Closed | DownReason::Broke
    ));

    let mut conn = peer.accept().await;
    conn.let_in(CORE_UUID).await;
    let again = until(&link, |state| {
        state.up().is_some_and(|up| up.connection == 2)
    })
    .await;
    assert_eq!(again.up().unwrap().restarts, 0);
    drop(conn);

    let mut conn = peer.accept().await;
    conn.let_in("447dd4e4-f448-4d02-93eb-0f92227292a4").await;
    let again = until(&link, |state| {
        state.up().is_some_and(|up| up.connection == 3)
    })
    .await;
    assert_eq!(again.up().unwrap().restarts, 1);
    assert_eq!(link.facts().borrow().lost_connections, 2);
}

#[tokio::test]
async fn stopping_says_goodbye_and_refuses_from_then_on() {
    let peer = Peer::listen().await;
    let (link, mut conn) = peer.up(options()).await;
    let stopped = link.clone();
    let stopping = tokio::spawn(async move { stopped.stop().await });
    conn.expect("exit\n\n").await;
    conn.send("Content-Type: command/reply\nReply-Text: +OK bye\n\n")
        .await;
    conn.send(GOODBYE).await;
    stopping.await.unwrap();
    conn.closed().await;
    let answer = link.run(Command::Status).await;
    assert_eq!(answer, Err(CommandError::NotUp(DownReason::Stopped)));
}

#[tokio::test]
async fn a_new_connection_is_opened_for_one_command() {
    let peer = Peer::listen().await;
    let target = peer.target();
    let asked = tokio::spawn(async move { run_once(&target, Command::Hostname, &options()).await });
    let mut conn = peer.accept().await;
    conn.send(CHALLENGE).await;
    conn.expect("auth s3cret of ours\n\n").await;
    conn.send(ACCEPTED).await;
    conn.expect("api hostname\n\n").await;
    conn.answer("pbx1").await;
    conn.expect("exit\n\n").await;
    drop(conn);
    assert_eq!(asked.await.unwrap().unwrap().text, "pbx1");

    let target = peer.target();
    let asked = tokio::spawn(async move { run_once(&target, Command::Hostname, &options()).await });
    let mut conn = peer.accept().await;
    conn.send("Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n")
        .await;
    let refused = CommandError::NotUp(DownReason::AccessDenied);
    assert_eq!(asked.await.unwrap(), Err(refused));
}
