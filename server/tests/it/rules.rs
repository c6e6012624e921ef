//! Call rules: what the page says before anything is saved.

use backend::config::{self, Content, Line};
use domain::attack::Kind as AttackKind;
use domain::config::Kind;
use domain::cti::{CallRules, FormText};
use domain::role::Role;
use domain::wire::{AttackEvent, Report};
use sqlx::PgPool;
use time::Duration;

use crate::support::{TestConsole, WebConsole, attack, chunk};

const LINE: Line = Line {
    kind: Kind::CallRules,
    node: None,
};

fn rules(max_len: &str, deny: &str) -> CallRules {
    let form = FormText {
        max_len: max_len.into(),
        deny: deny.into(),
        ..FormText::from(&CallRules::default())
    };
    form.parse().unwrap()
}

fn call(offset: i64, number: &str) -> AttackEvent {
    AttackEvent {
        kind: AttackKind::NumberRefused,
        number: Some(number.to_owned()),
        ..attack(offset, "198.51.100.7")
    }
}

fn lines(calls: &[&str]) -> Report {
    let events = (0..).zip(calls).map(|(at, number)| call(at * 10, number));
    let end = i64::try_from(calls.len()).unwrap() * 10;
    Report {
        chunks: vec![chunk(1, 0, end, events.collect())],
        ..Report::default()
    }
}

fn numbers(changed: &[config::ChangedNumber]) -> Vec<(&str, i64)> {
    let pairs = changed
        .iter()
        .map(|changed| (&*changed.number, changed.lines));
    pairs.collect()
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn numbers_whose_verdict_changes_are_counted(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let backend = &console.backend;
    let (one, two) = (console.node("fs-1").await, console.node("fs-2").await);
    one.report(&lines(&[
        "0044",
        "0044",
        "1900",
        "86",
        "'; drop table attacks --",
    ]))
    .await;
    two.report(&lines(&["1900555"])).await;

    let before = rules("12", "00");
    let after = rules("6", "1900");
    let impact = config::impact(backend, None, Some(&before), &after)
        .await
        .unwrap();
    assert_eq!((impact.numbers, impact.more), (5, false));
    assert_eq!(numbers(&impact.refused), [("1900", 1), ("1900555", 1)]);
    assert_eq!(numbers(&impact.allowed), [("0044", 2)]);
    let own = config::impact(backend, Some(two.node), Some(&before), &after)
        .await
        .unwrap();
    assert_eq!(
        (own.numbers, numbers(&own.refused)),
        (1, vec![("1900555", 1)])
    );
    // Nothing deployed: everything was allowed.
    let first = config::impact(backend, None, None, &before).await.unwrap();
    assert_eq!(
        numbers(&first.refused),
        [("0044", 2), ("'; drop table attacks --", 1)]
    );

    backend.clock.advance(Duration::days(8));
    let old = config::impact(backend, None, Some(&before), &after)
        .await
        .unwrap();
    assert_eq!(old.numbers, 0);
}

/// A flood of different numbers: the most frequent ones are judged, the rest is said to be left out.
#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_flood_of_numbers_is_bounded(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let worker = console.node("fs-1").await;
    worker.report(&lines(&["0044", "0044"])).await;
    sqlx::query(
        r#"insert into attacks (node_id, generation, "offset", at, kind, number, raw)
           select $1, 2, n, $2, 'number_refused', '001' || n, '' from generate_series(1, 6000) n"#,
    )
    .bind(worker.node.0)
    .bind(console.backend.clock.now())
    .execute(&pool)
    .await
    .unwrap();
    let impact = config::impact(&console.backend, None, None, &CallRules::default())
        .await
        .unwrap();
    assert!(impact.more);
    assert_eq!((impact.numbers, impact.refused.len()), (5_000, 5_000));
    assert_eq!(numbers(&impact.refused[..1]), [("0044", 2)]);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn typed_rules_are_checked_and_saved_by_admins(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let admin = console.signed_in(Role::Admin).await;
    let fields = [
        ("filename", "cti.log"),
        ("max_len", "8"),
        ("deny", "00, 1900"),
        ("allow", "19001\n86"),
        ("version", ""),
    ];
    let query: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let query = query.join("&").replace('\n', "%0A").replace(' ', "+");
    let page = admin
        .get(&format!("/rules?{query}&number=0044&try=1"))
        .await
        .body;
    assert!(
        page.contains("begins with the denied prefix 00"),
        "the verdict"
    );
    assert!(
        page.contains("allowed prefix 19001 does nothing: 1900 is denied"),
        "the warning"
    );
    assert!(page.contains("is not saved yet"));
    let draft = || async { config::line(&console.backend, LINE).await.unwrap().draft };
    assert!(draft().await.is_none(), "looking saves nothing");
    // A viewer sees the verdict, and no editor.
    let viewer = console.signed_in(Role::Viewer).await;
    let page = viewer.get("/rules?number=0044&try=1").await.body;
    assert!(page.contains("begins with the denied prefix 00") && !page.contains("rules_save"));

    let wrong = [
        &fields[..2],
        &[("deny", "00,,1"), ("allow", "\u{1b}[31m<script>")],
        &fields[4..],
    ]
    .concat();
    let answer = admin.post("/api/ui/rules_save", &wrong).await;
    assert_eq!((answer.status, answer.location()), (302, "/rules"));
    let page = admin.get("/rules").await.body;
    assert!(
        page.contains("id=\"deny-problem\""),
        "the field that is wrong"
    );
    assert!(page.contains("00,,1"), "nothing typed is lost");
    assert!(
        page.contains("[31m&lt;script&gt;") && !page.contains("[31m<script>"),
        "nothing of it runs"
    );
    assert!(draft().await.is_none());

    admin.post("/api/ui/rules_save", &fields).await;
    let saved = draft().await.unwrap();
    let expected = FormText {
        filename: "cti.log".into(),
        max_len: "8".into(),
        deny: "00\n1900".into(),
        allow: "19001\n86".into(),
    };
    assert_eq!(saved.content, Content::CallRules(expected.parse().unwrap()));
    // Somebody who began before that is refused, and keeps what was typed.
    let late = [&fields[..1], &[("max_len", "7")], &fields[2..]].concat();
    admin.post("/api/ui/rules_save", &late).await;
    let page = admin.get("/rules").await.body;
    assert!(page.contains("saved this draft while you were editing"));
    assert_eq!(draft().await.unwrap(), saved);
}
