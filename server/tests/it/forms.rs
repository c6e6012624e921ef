//! What a form says that came too late, and where the search box leads.

use backend::bans::Scope;
use backend::nodes;
use backend::whitelist::{self, Expiry, NewEntry};
use domain::role::Role;
use domain::wire::{AttackEvent, Report};
use sqlx::PgPool;

use crate::support::{WebConsole, admin, attack, chunk};

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn what_is_gone_meanwhile_is_said(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let browser = console.signed_in(Role::Admin).await;
    let code = nodes::add(&console.backend, &admin(), "fs-1")
        .await
        .unwrap();
    let entry = NewEntry {
        network: "198.51.100.7".into(),
        note: String::new(),
        expiry: Expiry::Never,
        scope: Scope::All,
    };
    let entry = whitelist::add(&console.backend, &admin(), entry)
        .await
        .unwrap();
    // Both pages are open when somebody else removes what they show.
    whitelist::remove(&console.backend, &admin(), entry)
        .await
        .unwrap();
    nodes::remove(&console.backend, &admin(), code.node)
        .await
        .unwrap();

    let (node, entry) = (code.node.0.to_string(), entry.0.to_string());
    for (form, fields, stood, leads) in [
        (
            "whitelist_remove",
            vec![("id", entry.as_str())],
            "/whitelist",
            "/whitelist",
        ),
        ("node_code", vec![("id", &node)], "/nodes/fs-1", "/nodes"),
        (
            "node_revoke",
            vec![("id", &node), ("name", "fs-1")],
            "/nodes/fs-1",
            "/nodes",
        ),
        (
            "node_remove",
            vec![("id", &node), ("name", "fs-1")],
            "/nodes/fs-1",
            "/nodes",
        ),
        (
            "node_install_jail",
            vec![("id", &node)],
            "/nodes/fs-1",
            "/nodes",
        ),
    ] {
        for (language, said) in [("en", "no longer exists"), ("zh-CN", "已不存在")] {
            let answer = browser.post_from(stood, language, form, &fields).await;
            assert_eq!((answer.status, answer.location()), (302, leads), "{form}");
            let page = browser.get(leads).await;
            assert_eq!(page.status, 200, "{form}");
            assert!(page.body.contains(said), "{form} {language}: {}", page.body);
            assert!(
                !browser.get(leads).await.body.contains(said),
                "{form}: said once"
            );
        }
    }
    // A form with a node that is gone keeps what was typed.
    nodes::add(&console.backend, &admin(), "fs-2")
        .await
        .unwrap();
    let fields = [
        ("network", "203.0.113.77"),
        ("reason", "typed by hand"),
        ("scope", "nodes"),
        ("nodes[]", node.as_str()),
    ];
    browser.post_from("/bans", "en", "ban", &fields).await;
    let page = browser.get("/bans").await.body;
    for text in ["no longer exists", "203.0.113.77", "typed by hand"] {
        assert!(page.contains(text), "{text}: {page}");
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn search_finds_a_node_by_its_name(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let browser = console.signed_in(Role::Viewer).await;
    nodes::add(&console.backend, &admin(), "fs-1")
        .await
        .unwrap();
    for (text, leads) in [
        ("fs-1", "/nodes/fs-1"),
        ("%20fs-1%20", "/nodes/fs-1"),
        // A part of the only name that has it is enough.
        ("S-", "/nodes/fs-1"),
        // What is not found is said in place.
        ("fs-10", ""),
        ("%25", ""),
        ("%00", ""),
        ("198.51.100.7", "/addresses/198.51.100.7"),
        ("%202001:DB8::8", "/addresses/2001:db8::8"),
        ("198.51.100.7/24", "/addresses/198.51.100.0/24"),
        ("1001", "/attacks?search=1001"),
        ("%2B44123", "/attacks?search=%2B44123"),
        ("", "/bans"),
    ] {
        let answer = browser.get(&format!("/search?q={text}")).await;
        assert_eq!(answer.location(), leads, "{text:?}");
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn search_finds_extensions_that_were_attacked_also_beside_nodes(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let browser = console.signed_in(Role::Viewer).await;
    let node = console.enrolled("sip100").await.0;
    assert_eq!(browser.get("/search?q=alice").await.location(), "");
    let now = console.backend.clock.now().unix_timestamp() * 1_000_000;
    let line = AttackEvent {
        user: Some("alice".into()),
        at: Some(now),
        ..attack(0, "198.51.100.7")
    };
    let report = Report {
        chunks: vec![chunk(1, 0, 100, vec![line])],
        ..Report::default()
    };
    let peer = "192.0.2.10".parse().unwrap();
    backend::ingest::accept(&console.backend, node, peer, report)
        .await
        .unwrap();
    let answer = browser.get("/search?q=alice").await;
    assert_eq!(answer.location(), "/attacks?search=alice");
    // What may be either is a choice, the extension first.
    let answer = browser.get("/search?q=100").await;
    assert_eq!(answer.location(), "");
    let attacks = answer.body.find("href=\"/attacks?search=100\"").unwrap();
    let node = answer.body.find("href=\"/nodes/sip100\">sip100").unwrap();
    assert!(attacks < node, "{}", answer.body);
    let answer = browser.get("/search?q=sip100").await;
    assert_eq!(answer.location(), "/nodes/sip100");
}
