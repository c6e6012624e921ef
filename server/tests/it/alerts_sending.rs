//! From the outbox to receivers: signed, tried again, never twice under two names, never astray.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Instant;

use backend::alerts::{
    self, ChannelForm, DeliveryState, EmailForm, Outcome, Settings, To, WebhookForm,
};
use backend::{Backend, Error, Problem};
use domain::role::Role;
use runtime::Clock;
use sqlx::PgPool;
use time::Duration;

use crate::alerts::{SECRET, admin, channel, hear, nodes, pass, quiet, webhook};
use crate::support::{MailServer, NOW, Receiver, Reply, TestConsole, actor, key, until};

/// One message in the outbox: a node is silent.
async fn alarm(backend: &Backend) {
    nodes(backend, 1).await;
    for _ in 0..7 {
        backend.clock.advance(Duration::MINUTE);
        alerts::look(backend).await.unwrap();
    }
    assert_eq!(alerts::deliveries(backend).await.unwrap().len(), 1);
}

async fn only(backend: &Backend) -> alerts::DeliveryRow {
    let mut rows = alerts::deliveries(backend).await.unwrap();
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

/// The example of `docs/operating.md`, as it stands there.
fn example() -> String {
    let text = include_str!("../../../docs/operating.md");
    let (_, rest) = text.split_once("```python\n").unwrap();
    let (code, _) = rest.split_once("```").unwrap();
    code.to_owned()
}

/// Does the example take it, `age` seconds after it was sent?
fn genuine(headers: (&str, &str), body: &str, secret: &str, age: i64) -> bool {
    let program = format!(
        "{}\nimport sys\n\
         stamp, signature, secret, age = sys.argv[1:]\n\
         time.time = lambda: int(stamp if stamp.isdigit() else 0) + int(age)\n\
         headers = {{'Callwarden-Timestamp': stamp, 'Callwarden-Signature': signature}}\n\
         print(genuine(headers, sys.stdin.buffer.read(), secret))",
        example()
    );
    let age = age.to_string();
    let mut python = Command::new("python3")
        .args(["-c", &program, headers.0, headers.1, secret, &age])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = python.stdin.take().unwrap();
    input.write_all(body.as_bytes()).unwrap();
    drop(input);
    let output = python.wait_with_output().unwrap();
    match std::str::from_utf8(&output.stdout).unwrap().trim() {
        "True" => true,
        "False" => false,
        other => panic!("{other}"),
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn the_documented_example_tells_our_requests_from_others(pool: PgPool) {
    let (backend, receiver) = (quiet(&pool), Receiver::start().await);
    channel(&backend, &receiver).await;
    alarm(&backend).await;
    assert_eq!(alerts::deliver_due(&backend).await.unwrap(), 1);
    let request = receiver.received().remove(0);
    assert_eq!(request.line, "POST /hook/secret-path HTTP/1.1");
    assert_eq!(request.headers["content-type"], "application/json");
    assert_eq!(request.headers["callwarden-id"], request.json()["id"]);
    let stamp = request.headers["callwarden-timestamp"].as_str();
    assert_eq!(stamp, backend.clock.unix().to_string());
    let signature = request.headers["callwarden-signature"].as_str();
    let signed = (stamp, signature);
    assert!(genuine(signed, &request.body, SECRET, 0));
    assert!(!genuine(signed, &request.body, SECRET, 400), "a replay");
    assert!(!genuine(signed, &request.body, "another secret of ours", 0));
    let altered = request.body.replace("fs-1", "fs-2");
    assert!(altered != request.body && !genuine(signed, &altered, SECRET, 0));
    let later = (backend.clock.unix() + 1).to_string();
    assert!(!genuine((&later, signature), &request.body, SECRET, 0));
    assert_eq!(only(&backend).await.state, DeliveryState::Sent);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn what_is_refused_is_tried_again_under_the_same_id_for_a_day(pool: PgPool) {
    let (backend, receiver) = (quiet(&pool), Receiver::start().await);
    channel(&backend, &receiver).await;
    receiver.reply(Reply::Status(503, "not now".into()));
    alarm(&backend).await;
    alerts::deliver_due(&backend).await.unwrap();
    let row = only(&backend).await;
    assert_eq!(
        (row.state, row.tries, row.outcome),
        (DeliveryState::Waiting, 1, Some(Outcome::Refused(503)))
    );
    let pause = row.next_try_at - backend.clock.now();
    assert!((7..=13).contains(&pause.whole_seconds()), "{pause}");
    // Not before its time.
    assert_eq!(alerts::deliver_due(&backend).await.unwrap(), 0);
    backend.clock.advance(Duration::seconds(13));
    assert_eq!(alerts::deliver_due(&backend).await.unwrap(), 1);
    receiver.reply(Reply::Status(204, String::new()));
    backend.clock.advance(Duration::seconds(26));
    assert_eq!(alerts::deliver_due(&backend).await.unwrap(), 1);
    let row = only(&backend).await;
    assert_eq!(
        (row.state, row.tries, row.outcome),
        (DeliveryState::Sent, 3, Some(Outcome::Accepted(204)))
    );
    let sent = receiver.received();
    assert_eq!(sent.len(), 3);
    assert!(sent.iter().all(|again| again.body == sent[0].body));

    // The next one is never taken.
    receiver.reply(Reply::Status(500, String::new()));
    hear(&backend, "fs-1").await;
    alerts::look(&backend).await.unwrap();
    let mut tries = 0;
    for _ in 0..26 * 60 {
        backend.clock.advance(Duration::MINUTE);
        tries += alerts::deliver_due(&backend).await.unwrap();
    }
    let row = alerts::deliveries(&backend).await.unwrap().remove(0);
    assert_eq!(
        (row.state, row.outcome),
        (DeliveryState::GivenUp, Some(Outcome::Refused(500)))
    );
    assert_eq!(usize::try_from(row.tries), Ok(tries));
    assert!((25..45).contains(&tries), "{tries}");
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn what_answers_oddly_is_survived_and_named(pool: PgPool) {
    let (backend, receiver) = (quiet(&pool), Receiver::start().await);
    let elsewhere = Receiver::start().await;
    let hook = channel(&backend, &receiver).await;
    let test = async || alerts::test(&backend, &admin(), hook).await.unwrap();
    receiver.reply(Reply::Redirect(elsewhere.url()));
    assert_eq!(test().await.outcome, Outcome::Redirected(302));
    assert_eq!(elsewhere.received().len(), 0);
    receiver.reply(Reply::Garbage);
    assert_eq!(test().await.outcome, Outcome::Broken);
    receiver.reply(Reply::Endless);
    let endless = test().await;
    assert_eq!(endless.outcome, Outcome::Accepted(200));
    assert_eq!(endless.excerpt.map(|text| text.len()), Some(200));
    receiver.reply(Reply::Status(400, "bad \x1b[2J\r\n<script>".into()));
    let refused = test().await;
    assert_eq!(refused.outcome, Outcome::Refused(400));
    let excerpt = refused.excerpt.unwrap();
    assert_eq!(excerpt, "bad \\x1b[2J\\x0d\\x0a<script>");
    // A receiver that repeats the address tells it to nobody.
    receiver.reply(Reply::Status(404, "no such path: /hook/secret-path".into()));
    assert_eq!(test().await.excerpt, None);
    drop(receiver);
    assert_eq!(test().await.outcome, Outcome::Unreachable);
    // A port that speaks something else than TLS.
    let mail = MailServer::start().await;
    let form = webhook("tls", &format!("https://127.0.0.1:{}/hook", mail.port));
    let tls = alerts::add(&backend, &admin(), &form).await.unwrap();
    let tested = alerts::test(&backend, &admin(), tls).await.unwrap();
    assert_eq!(tested.outcome, Outcome::Tls);
    let nowhere = webhook("nowhere", "https://nowhere.invalid/x");
    let nowhere = alerts::add(&backend, &admin(), &nowhere).await.unwrap();
    let tested = alerts::test(&backend, &admin(), nowhere).await.unwrap();
    assert_eq!(tested.outcome, Outcome::UnknownName);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_receiver_that_hangs_holds_nobody_else_up(pool: PgPool) {
    let (slow, fast) = (Receiver::start().await, Receiver::start().await);
    slow.reply(Reply::Hang);
    let console = TestConsole::with(&pool, crate::alerts::reaching).await;
    let backend = &console.backend;
    for (name, receiver) in [("slow", &slow), ("fast", &fast)] {
        let form = webhook(name, &receiver.url());
        alerts::add(backend, &admin(), &form).await.unwrap();
    }
    nodes(backend, 1).await;
    for _ in 0..7 {
        backend.clock.advance(Duration::MINUTE);
        alerts::look(backend).await.unwrap();
    }
    let started = Instant::now();
    // By the console's own jobs.
    until("the fast one", async || fast.received().pop()).await;
    until("the slow one", async || slow.received().pop()).await;
    let rows = alerts::deliveries(backend).await.unwrap();
    let hanging = rows.iter().find(|row| row.channel == "slow").unwrap();
    assert_eq!(hanging.state, DeliveryState::Waiting);
    until("its time-out", async || {
        let rows = alerts::deliveries(backend).await.unwrap();
        let slow = rows.into_iter().find(|row| row.channel == "slow")?;
        (slow.outcome == Some(Outcome::TimedOut)).then_some(())
    })
    .await;
    assert!(started.elapsed() < std::time::Duration::from_secs(40));
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn killed_between_commit_and_send_or_while_sending(pool: PgPool) {
    let receiver = Receiver::start().await;
    let first = quiet(&pool);
    channel(&first, &receiver).await;
    alarm(&first).await;
    let clock = first.clock.clone();
    // It is gone with nothing but its commit; the next one begins to send, and is gone in the middle.
    drop(first);
    let second = crate::alerts::reaching(Backend::new(pool.clone(), clock).with_sealer(key()));
    receiver.reply(Reply::Hang);
    let sending = tokio::spawn({
        let second = second.clone();
        async move { alerts::deliver_due(&second).await }
    });
    let sent = until("the request", async || receiver.received().pop()).await;
    sending.abort();
    assert!(sending.await.unwrap_err().is_cancelled());
    // Whoever is there waits until it is sure that nobody is at it.
    receiver.reply(Reply::Status(200, String::new()));
    assert_eq!(alerts::deliver_due(&second).await.unwrap(), 0);
    second.clock.advance(Duration::seconds(61));
    assert_eq!(alerts::deliver_due(&second).await.unwrap(), 1);
    let again = receiver.received().pop().unwrap();
    assert_eq!(receiver.received().len(), 2);
    assert_eq!(
        again.headers["callwarden-id"],
        sent.headers["callwarden-id"]
    );
    assert_eq!(again.body, sent.body);
    let row = only(&second).await;
    assert_eq!((row.state, row.tries), (DeliveryState::Sent, 2));
    pass(&second, 3).await;
    assert_eq!(receiver.received().len(), 2);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn this_machine_and_metadata_services_are_out_of_reach(pool: PgPool) {
    let receiver = Receiver::start().await;
    let backend = Backend::new(pool.clone(), Clock::fixed(NOW)).with_sealer(key());
    let refused = async |form: &ChannelForm| match alerts::add(&backend, &admin(), form).await {
        Err(Error::Invalid { field, problem }) => (field, problem),
        other => panic!("{other:?}"),
    };
    let literal = webhook("hook", &receiver.url());
    assert_eq!(refused(&literal).await, ("url", Problem::PrivateAddress));
    let metadata = webhook("hook", "http://169.254.169.254/latest/");
    assert_eq!(refused(&metadata).await, ("url", Problem::NoReceiver));
    let mail = ChannelForm {
        to: To::Email(EmailForm {
            host: "127.0.0.1".into(),
            port: "25".into(),
            security: "none".into(),
            from: "a@example.org".into(),
            recipients: "b@example.org".into(),
            ..EmailForm::default()
        }),
        ..webhook("mail", "")
    };
    assert_eq!(refused(&mail).await, ("host", Problem::PrivateAddress));
    // A name is looked up when something is sent, and what it leads to is not connected to.
    let named = format!("http://localhost:{}/hook", receiver.port);
    let hook = alerts::add(&backend, &admin(), &webhook("hook", &named)).await;
    let tested = alerts::test(&backend, &admin(), hook.unwrap())
        .await
        .unwrap();
    assert_eq!(tested.outcome, Outcome::AddressRefused);
    assert_eq!(receiver.received().len(), 0);
    // The same where the settings allow it.
    let settings = Settings {
        allow_private: true,
        console: None,
    };
    let allowed = backend.clone().with_alerts(settings);
    let channel = alerts::channels(&allowed).await.unwrap().remove(0).id;
    let tested = alerts::test(&allowed, &admin(), channel).await.unwrap();
    assert_eq!(tested.outcome, Outcome::Accepted(200));
    assert_eq!(tested.excerpt.as_deref(), Some("thanks"));
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn secrets_are_sealed_and_stay_where_they_are(pool: PgPool) {
    let (backend, receiver) = (quiet(&pool), Receiver::start().await);
    let hook = channel(&backend, &receiver).await;
    let other = Receiver::start().await;
    // Nothing typed: address and secret stay.
    let empty = ChannelForm {
        name: "renamed".into(),
        to: To::Webhook(WebhookForm::default()),
        ..webhook("", "")
    };
    alerts::change(&backend, &admin(), hook, &empty)
        .await
        .unwrap();
    let tested = alerts::test(&backend, &admin(), hook).await.unwrap();
    assert_eq!(
        (tested.outcome, tested.channel.as_str()),
        (Outcome::Accepted(200), "renamed")
    );
    let moved = ChannelForm {
        to: To::Webhook(WebhookForm {
            url: other.url(),
            secret: String::new(),
        }),
        ..empty
    };
    alerts::change(&backend, &admin(), hook, &moved)
        .await
        .unwrap();
    alerts::test(&backend, &admin(), hook).await.unwrap();
    assert_eq!((receiver.received().len(), other.received().len()), (1, 1));
    for role in [Role::Viewer, Role::Operator] {
        let actor = actor(role);
        let change = alerts::change(&backend, &actor, hook, &moved).await;
        let test = alerts::test(&backend, &actor, hook).await;
        let remove = alerts::remove(&backend, &actor, hook).await;
        assert!(matches!(change, Err(Error::Forbidden)));
        assert!(matches!(test, Err(Error::Forbidden)));
        assert!(matches!(remove, Err(Error::Forbidden)));
    }
    let taken = alerts::add(&backend, &admin(), &webhook("renamed", &other.url())).await;
    assert!(matches!(
        taken,
        Err(Error::Invalid {
            field: "name",
            problem: Problem::Taken
        })
    ));

    // Whatever is in the database, as text and as bytes.
    for table in ["audit", "alert_channels", "alert_deliveries", "changes"] {
        let sql = format!("select coalesce(string_agg(t::text, ' '), '') from {table} t");
        let text: String = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_one(&pool)
            .await
            .unwrap();
        for secret in [SECRET, "secret-path"] {
            assert!(!text.contains(secret), "{table} holds {secret}");
        }
    }
    let sealed: Vec<u8> = sqlx::query_scalar("select secrets from alert_channels")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert!(!sealed.windows(6).any(|bytes| bytes == b"secret"));
    let shown = format!("{:?}", alerts::channels(&backend).await.unwrap());
    assert!(!shown.contains("secret"), "{shown}");

    // Another key opens nothing, and says so.
    let stranger = quiet(&pool).with_sealer(backend::seal::Sealer::of_this_process());
    let tested = alerts::test(&stranger, &admin(), hook).await.unwrap();
    assert_eq!(tested.outcome, Outcome::Sealed);
    assert_eq!(
        alerts::remove(&backend, &admin(), hook).await.unwrap(),
        "renamed"
    );
    let rows = backend::audit::list(&backend, None, 100).await.unwrap();
    let actions: Vec<&str> = rows.iter().rev().map(|row| row.action.as_str()).collect();
    let said = [
        "add alert channel",
        "change alert channel",
        "test alert channel",
        "change alert channel",
        "test alert channel",
        "test alert channel",
        "remove alert channel",
    ];
    assert_eq!(actions, said);
}
