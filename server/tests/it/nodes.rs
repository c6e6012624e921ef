use backend::{Error, Problem, nodes};
use domain::role::Role;
use domain::wire::{Down, Refusal, RefusalKind, Report};
use reqwest::StatusCode;
use sqlx::PgPool;
use time::Duration;

use crate::support::{TestConsole, TestWorker, actor, ban_list, health};

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_code_enrols_once(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let code = nodes::add(&console.backend, &actor(Role::Admin), "fs-1")
        .await
        .unwrap();
    let wrong = TestWorker::enrol(&console, code.node, "guess").await;
    assert_eq!(wrong.err(), Some(StatusCode::FORBIDDEN));
    let worker = TestWorker::enrol(&console, code.node, &code.code)
        .await
        .unwrap();
    assert_eq!(worker.name, "fs-1");
    let again = TestWorker::enrol(&console, code.node, &code.code).await;
    assert_eq!(again.err(), Some(StatusCode::FORBIDDEN));
    // Enrolled is not running.
    let row = nodes::get(&console.backend, "fs-1").await.unwrap().unwrap();
    assert!(row.row.enrolled && !row.row.connected && row.row.seen_at.is_none());
    worker.report(&health(&["192.0.2.1"])).await;
    let row = nodes::get(&console.backend, "fs-1")
        .await
        .unwrap()
        .unwrap()
        .row;
    assert!(row.enrolled && row.connected && !row.revoked);
    assert_eq!(console.audited("enrol node", "fs-1").await, 1);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_code_expires(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let code = nodes::add(&console.backend, &actor(Role::Admin), "fs-1")
        .await
        .unwrap();
    console
        .backend
        .clock
        .advance(Duration::minutes(nodes::CODE_MINUTES));
    let late = TestWorker::enrol(&console, code.node, &code.code).await;
    assert_eq!(late.err(), Some(StatusCode::FORBIDDEN));
    let code = nodes::new_code(&console.backend, &actor(Role::Admin), code.node)
        .await
        .unwrap();
    assert!(
        TestWorker::enrol(&console, code.node, &code.code)
            .await
            .is_ok()
    );
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_new_code_replaces_the_token_when_it_is_used(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let old = console.node("fs-1").await;
    let code = nodes::new_code(&console.backend, &actor(Role::Admin), old.node)
        .await
        .unwrap();
    old.report(&Report::default()).await;
    let new = TestWorker::enrol(&console, old.node, &code.code)
        .await
        .unwrap();
    let refused = old.try_report(&Report::default()).await;
    assert_eq!(refused.err(), Some(StatusCode::UNAUTHORIZED));
    new.report(&Report::default()).await;
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_27_revocation_works_at_once(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let (worker, other) = (console.node("fs-1").await, console.node("fs-2").await);
    worker.report(&ban_list(&["198.51.100.7"])).await;
    let (mut stream, mut others) = (worker.stream().await, other.stream().await);
    nodes::revoke(&console.backend, &actor(Role::Admin), worker.node)
        .await
        .unwrap();
    let refused = worker.try_report(&Report::default()).await;
    assert_eq!(refused.err(), Some(StatusCode::UNAUTHORIZED));
    assert_eq!(
        worker.try_stream().await.err(),
        Some(StatusCode::UNAUTHORIZED)
    );
    let last = stream.end().await;
    assert!(!matches!(last, Some(Down::Fenced)), "{last:?}");
    assert!(
        console.bans().await.rows.is_empty(),
        "what a revoked node holds is not known"
    );
    other.report(&Report::default()).await;
    assert!(others.next().await.is_some());
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn no_token_no_answer(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    for token in ["", "x", &worker.token[1..], &"a".repeat(10_000)] {
        let stranger = TestWorker {
            token: token.to_owned(),
            ..worker.clone()
        };
        let refused = stranger.try_report(&Report::default()).await;
        assert_eq!(refused.err(), Some(StatusCode::UNAUTHORIZED), "{token}");
        assert_eq!(
            stranger.try_stream().await.err(),
            Some(StatusCode::UNAUTHORIZED)
        );
    }
    let url = format!("{}/api/node/v1/reports", console.url);
    let bare = console.http.post(url).body("{}").send().await.unwrap();
    assert_eq!(bare.status(), StatusCode::UNAUTHORIZED);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn only_admins_manage_nodes(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let (backend, node) = (&console.backend, console.node("fs-1").await.node);
    for role in [Role::Viewer, Role::Operator] {
        let who = actor(role);
        let refused = [
            nodes::add(backend, &who, "fs-2").await.err(),
            nodes::new_code(backend, &who, node).await.err(),
            nodes::revoke(backend, &who, node).await.err(),
            nodes::remove(backend, &who, node).await.err(),
            nodes::install_jail(backend, &who, node).await.err(),
        ];
        assert!(
            refused
                .iter()
                .all(|error| matches!(error, Some(Error::Forbidden))),
            "{refused:?}"
        );
    }
    let taken = nodes::add(backend, &actor(Role::Admin), "FS-1").await;
    assert!(matches!(
        taken,
        Err(Error::Invalid {
            problem: Problem::Taken,
            ..
        })
    ));
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_removed_node_takes_its_bans_with_it(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let (one, two) = (console.node("fs-1").await, console.node("fs-2").await);
    one.report(&ban_list(&["198.51.100.7", "198.51.100.8"]))
        .await;
    two.report(&ban_list(&["198.51.100.8"])).await;
    nodes::remove(&console.backend, &actor(Role::Admin), one.node)
        .await
        .unwrap();
    let page = console.bans().await;
    assert_eq!(page.total, 1);
    assert_eq!(page.rows[0].holders.len(), 1);
    assert_eq!(nodes::list(&console.backend).await.unwrap().len(), 1);
    let gone = one.try_report(&Report::default()).await;
    assert_eq!(gone.err(), Some(StatusCode::UNAUTHORIZED));
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_22_the_newer_worker_acts_the_older_is_fenced_off(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let node = console.node("fs-1").await;
    let (old, new) = (node.process("old"), node.process("new"));
    let mut first = old.stream().await;
    let mut second = new.stream().await;
    assert_eq!(first.end().await, Some(Down::Fenced));
    assert_eq!(
        old.try_report(&Report::default()).await.err(),
        Some(StatusCode::CONFLICT)
    );
    assert_eq!(
        old.try_stream().await.err(),
        Some(StatusCode::CONFLICT),
        "no taking turns"
    );
    new.report(&Report::default()).await;
    nodes::install_jail(&console.backend, &actor(Role::Admin), node.node)
        .await
        .unwrap();
    assert_eq!(second.orders().await.len(), 1);
    // The same process may open its stream again.
    let mut third = new.stream().await;
    assert_eq!(second.end().await, Some(Down::Fenced));
    assert_eq!(
        third.orders().await.len(),
        1,
        "what has no answer is sent again"
    );
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_22_a_fenced_worker_comes_back_when_the_other_is_silent(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let node = console.node("fs-1").await;
    let (old, new) = (node.process("old"), node.process("new"));
    let _first = old.stream().await;
    let mut second = new.stream().await;
    console.backend.clock.advance(Duration::seconds(15));
    new.report(&Report::default()).await;
    console.backend.clock.advance(Duration::seconds(15));
    assert_eq!(old.try_stream().await.err(), Some(StatusCode::CONFLICT));
    console.backend.clock.advance(Duration::seconds(6));
    let _third = old.stream().await;
    old.report(&Report::default()).await;
    // One acts: the other is fenced off now, and stays so while this one is heard.
    assert_eq!(second.end().await, Some(Down::Fenced));
    assert_eq!(
        new.try_report(&Report::default()).await.err(),
        Some(StatusCode::CONFLICT)
    );
    assert_eq!(new.try_stream().await.err(), Some(StatusCode::CONFLICT));
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_22_a_stream_on_one_console_ends_by_one_on_another(pool: PgPool) {
    let (one, two) = (
        TestConsole::start(&pool).await,
        TestConsole::start(&pool).await,
    );
    let worker = one.node("fs-1").await;
    let mut first = worker.stream().await;
    let mut second = worker.at(&two).stream().await;
    assert_eq!(first.end().await, Some(Down::Fenced));
    assert!(matches!(second.next().await, Some(Down::Welcome { .. })));
}

/// The worker gives up on nothing else.
#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn only_what_breaks_the_bounds_is_refused_for_ever(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    let kind = async |worker: &TestWorker, body: &'static str| {
        let url = format!("{}/api/node/v1/reports", worker.url);
        let request = worker.http.post(url).bearer_auth(&worker.token).body(body);
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let refusal: Refusal = response.json().await.unwrap();
        (status, refusal.kind)
    };
    let backwards = r#"{"chunks":[{"start":9,"end":{"source":"attacks","generation":1,"offset":5,"mark":0},"lines":0,"broken":0}]}"#;
    assert_eq!(kind(&worker, backwards).await, (422, RefusalKind::Never));
    let newer = r#"{"chunks":[{"start":0,"end":{"source":"a log of tomorrow"}}]}"#;
    for body in [newer, r#"{"chunks":["#, "<html>"] {
        assert_eq!(kind(&worker, body).await, (400, RefusalKind::Later));
    }
    let stranger = TestWorker {
        token: "x".to_owned(),
        ..worker
    };
    assert_eq!(kind(&stranger, "{}").await, (401, RefusalKind::Token));
}
