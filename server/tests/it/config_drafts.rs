use backend::config::{self, Content, Line};
use backend::whitelist::Scope;
use backend::{Actor, Error, Problem};
use domain::config::Kind;
use domain::ids::RevisionId;
use domain::jail::{BanTime, JailConfig};
use domain::role::Role;
use sqlx::PgPool;

use crate::support::{TestConsole, actor};

pub fn jail(bantime: i64) -> Content {
    Content::Jail(JailConfig {
        bantime: BanTime::try_from(bantime).unwrap(),
        ..JailConfig::default()
    })
}

/// Saves and commits.
pub async fn revision(
    console: &TestConsole,
    admin: &Actor,
    line: Line,
    content: &Content,
) -> RevisionId {
    let backend = &console.backend;
    let seen = config::line(backend, line).await.unwrap();
    let seen = seen.draft.map(|draft| draft.version);
    let version = config::save_draft(backend, admin, line, content, seen)
        .await
        .unwrap();
    config::commit(backend, admin, line, version, "because")
        .await
        .unwrap()
}

fn problem<T: std::fmt::Debug>(result: Result<T, Error>, field: &str) -> Problem {
    match result {
        Err(Error::Invalid { field: at, problem }) if at == field => problem,
        other => panic!("{other:?}"),
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_draft_becomes_a_revision_and_the_slower_editor_loses_nothing(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let (backend, line) = (&console.backend, Line::fleet(Kind::Jail));
    let (one, mut other) = (actor(Role::Admin), actor(Role::Admin));
    other.name = "other".to_owned();

    let first = config::save_draft(backend, &one, line, &jail(600), None)
        .await
        .unwrap();
    // The same form twice is one effect.
    let again = config::save_draft(backend, &one, line, &jail(600), None).await;
    assert_eq!(again.unwrap(), first);
    assert_eq!(console.audited("save draft", "jail").await, 1);
    let slow = config::save_draft(backend, &other, line, &jail(700), None).await;
    let by = one.name.clone();
    assert_eq!(problem(slow, "draft"), Problem::Edited { by: by.clone() });
    let second = config::save_draft(backend, &other, line, &jail(700), Some(first))
        .await
        .unwrap();
    let stale = config::commit(backend, &one, line, first, "m").await;
    let by_other = Problem::Edited { by: "other".into() };
    assert_eq!(problem(stale, "draft"), by_other);
    let stale = config::discard_draft(backend, &one, line, first).await;
    assert_eq!(problem(stale, "draft"), by_other);

    let empty = config::commit(backend, &one, line, second, " ").await;
    assert_eq!(problem(empty, "message"), Problem::Missing);
    let hostile = config::commit(backend, &one, line, second, "a\u{202e}b").await;
    assert_eq!(problem(hostile, "message"), Problem::BadCharacters);
    let revision = config::commit(backend, &one, line, second, "longer").await;
    let revision = revision.unwrap();
    let twice = config::commit(backend, &one, line, second, "longer").await;
    assert_eq!(twice.unwrap(), revision);
    assert_eq!(console.audited("commit revision", "jail").await, 1);
    let nothing = config::commit(backend, &other, line, second, "longer").await;
    assert_eq!(problem(nothing, "draft"), Problem::Missing);

    let view = config::line(backend, line).await.unwrap();
    assert!(view.draft.is_none() && view.deployed.is_none());
    assert_eq!(view.content(), Some(&jail(700)));
    assert_eq!(view.newest.unwrap().row.number, 1);
    let same = config::save_draft(backend, &one, line, &jail(700), None).await;
    let same = config::commit(backend, &one, line, same.unwrap(), "m").await;
    assert_eq!(problem(same, "draft"), Problem::Unchanged);
    let version = config::line(backend, line).await.unwrap().draft.unwrap();
    assert_eq!(version.based_on, Some(revision));
    config::discard_draft(backend, &one, line, version.version)
        .await
        .unwrap();
    let next = revision_of_next(&console, &one, line).await;
    let rows = config::revisions(backend, line, None).await.unwrap();
    let numbers: Vec<_> = rows.iter().map(|row| (row.id, row.number)).collect();
    assert_eq!(numbers, [(next, 2), (revision, 1)]);
    let change = sqlx::query("update revisions set message = 'x'")
        .execute(&backend.pool)
        .await;
    assert!(change.unwrap_err().to_string().contains("never changed"));
}

async fn revision_of_next(console: &TestConsole, admin: &Actor, line: Line) -> RevisionId {
    revision(console, admin, line, &jail(800)).await
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn only_an_admin_configures(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let (backend, line) = (&console.backend, Line::fleet(Kind::Jail));
    let node = console.node("fs-1").await.node;
    let rev = revision(&console, &actor(Role::Admin), line, &jail(600)).await;
    let before = console.count("audit").await;
    for role in [Role::Viewer, Role::Operator] {
        let who = actor(role);
        let refused = [
            config::save_draft(backend, &who, line, &jail(900), None)
                .await
                .err(),
            config::discard_draft(backend, &who, line, 1).await.err(),
            config::commit(backend, &who, line, 1, "m").await.err(),
            config::deploy(backend, &who, rev, &Scope::All).await.err(),
            config::roll_back(backend, &who, rev).await.err(),
            config::retry(backend, &who, 1.into(), node).await.err(),
            config::drop_own_line(backend, &who, node, Kind::Jail)
                .await
                .err(),
            config::take_nodes_version(backend, &who, node, Kind::Jail)
                .await
                .err(),
            config::put_ours_back(backend, &who, node, Kind::Jail)
                .await
                .err(),
        ];
        for error in refused {
            assert!(matches!(error, Some(Error::Forbidden)), "{error:?}");
        }
    }
    assert_eq!(console.count("audit").await, before);
    assert_eq!(console.count("deployments").await, 0);
}
