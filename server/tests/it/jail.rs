//! The jail page, as a browser without JavaScript uses it.

use backend::config::{self, Line};
use domain::config::Kind;
use domain::role::Role;
use sqlx::PgPool;

use crate::support::{Answer, Browser, WebConsole};

const FIELDS: [(&str, &str); 5] = [
    ("bantime", "26h"),
    ("findtime", "3m"),
    ("maxretry", "4"),
    ("ignore", "127.0.0.0/8\n::1"),
    ("version", ""),
];

async fn post(browser: &Browser, function: &str, fields: &[(&str, &str)]) -> Answer {
    browser.post_from("/jail", "en", function, fields).await
}

async fn save(browser: &Browser, change: &[(&str, &str)]) -> String {
    let mut fields = FIELDS.to_vec();
    fields.retain(|(name, _)| !change.iter().any(|(changed, _)| changed == name));
    fields.extend_from_slice(change);
    post(browser, "jail_save", &fields).await;
    browser.get("/jail").await.body
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_draft_becomes_one_revision_however_often_it_is_sent(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let (node, _) = console.enrolled("fs-1").await;
    let admin = console.signed_in(Role::Admin).await;
    let body = save(&admin, &[]).await;
    assert!(
        body.contains("26 h") && body.contains("Unsaved draft"),
        "{body}"
    );

    let line = Line::fleet(Kind::Jail);
    let version = config::line(&console.backend, line).await.unwrap();
    let version = version.draft.unwrap().version.to_string();
    let publish = [
        ("kind", "jail"),
        ("version", version.as_str()),
        ("message", "a longer ban"),
        ("scope", "nodes"),
        ("then", "deploy"),
    ];
    // No node was chosen: nothing is saved, and the message comes back.
    post(&admin, "draft_publish", &publish).await;
    let body = admin.get("/jail").await.body;
    assert!(body.contains("Choose at least one node") && body.contains("a longer ban"));
    let revisions = || async {
        let revisions = config::revisions(&console.backend, line, None).await;
        revisions.unwrap().len()
    };
    assert_eq!(revisions().await, 0);

    let node = node.to_string();
    let chosen = [&publish[..], &[("nodes[]", node.as_str())]].concat();
    for _ in 0..2 {
        post(&admin, "draft_publish", &chosen).await;
    }
    assert_eq!(revisions().await, 1);
    let rows = config::all_deployments(&console.backend, None)
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    let page = format!("/deployments/{}", rows[0].id);
    let body = admin.get(&page).await.body;
    assert!(
        body.contains("fs-1") && body.contains("a longer ban"),
        "{body}"
    );
    // The list leads there, and so does the node's own page.
    for from in ["/deployments", "/nodes/fs-1"] {
        assert!(admin.get(from).await.body.contains(&page), "{from}");
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn only_admins_get_the_forms_and_everybody_sees_the_settings(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let admin = console.signed_in(Role::Admin).await;
    assert!(save(&admin, &[]).await.contains("jail_save"));
    for role in [Role::Viewer, Role::Operator] {
        let browser = console.signed_in(role).await;
        let body = browser.get("/jail").await.body;
        assert!(
            body.contains("Failures before a ban: 4 within 3 min"),
            "{role:?}: {body}"
        );
        for form in ["jail_save", "draft_publish", "draft_discard"] {
            assert!(!body.contains(form), "{form} for {role:?}");
        }
        let answer = post(&browser, "jail_save", &FIELDS).await;
        assert_eq!(answer.status, 403, "{role:?}");
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn what_is_typed_comes_back_harmless(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let admin = console.signed_in(Role::Admin).await;
    let script = "</textarea><script>alert(1)</script>";
    let body = save(&admin, &[("ignore", script), ("bantime", "\"><b>")]).await;
    assert!(!body.contains("<script>alert") && !body.contains("\"><b>"));
    assert!(body.contains("&lt;script>alert"), "it is still there");
    assert!(body.contains("bantime-problem"));
    // Nothing of it was stored.
    let line = config::line(&console.backend, Line::fleet(Kind::Jail)).await;
    assert!(line.unwrap().draft.is_none());
}
