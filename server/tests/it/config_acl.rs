//! The pages of ACL lists and SIP profiles: plain forms, one change to the draft each.

use backend::Backend;
use backend::config::{self, Content, Line};
use domain::acl::AclLists;
use domain::config::Kind;
use domain::role::Role;
use runtime::Clock;
use sqlx::PgPool;

use crate::support::{Browser, WebConsole};

/// The version of the draft that the page shows.
async fn version(pool: &PgPool, kind: Kind) -> String {
    let backend = Backend::new(pool.clone(), Clock::system());
    let view = config::line(&backend, Line::fleet(kind)).await.unwrap();
    view.draft
        .map(|draft| draft.version.to_string())
        .unwrap_or_default()
}

async fn draft(pool: &PgPool, kind: Kind) -> Option<Content> {
    let backend = Backend::new(pool.clone(), Clock::system());
    let view = config::line(&backend, Line::fleet(kind)).await.unwrap();
    view.draft.map(|draft| draft.content)
}

/// The lists of the draft as `name default: action network comment, …`.
async fn lists(pool: &PgPool) -> Vec<String> {
    let Some(Content::Acl(lists)) = draft(pool, Kind::Acl).await else {
        return Vec::new();
    };
    told(&lists)
}

fn told(lists: &AclLists) -> Vec<String> {
    let entry = |entry: &domain::acl::Entry| {
        format!("{} {} {}", entry.action, entry.network(), entry.comment)
            .trim_end()
            .to_owned()
    };
    let list = |list: &domain::acl::AclList| {
        let entries: Vec<String> = list.entries.iter().map(entry).collect();
        format!("{} {}: {}", list.name, list.default, entries.join(", "))
    };
    lists.iter().map(list).collect()
}

/// Sends a form with the version that is shown; the page that follows.
pub async fn send(
    pool: &PgPool,
    browser: &Browser,
    endpoint: &str,
    fields: &[(&str, &str)],
) -> String {
    let page = if endpoint.starts_with("profile") {
        "/acl/profiles"
    } else {
        "/acl"
    };
    let kind = if page == "/acl" {
        Kind::Acl
    } else {
        Kind::Profiles
    };
    let version = version(pool, kind).await;
    let fields = [fields, &[("version", &*version)]].concat();
    let answer = browser.post_from(page, "en", endpoint, &fields).await;
    assert_eq!(answer.status, 302, "{endpoint}");
    browser.get(answer.location()).await.body
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn lists_are_edited_form_by_form(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let admin = console.signed_in(Role::Admin).await;
    let new = [("name", "inbound"), ("default", "deny")];
    assert!(
        send(&pool, &admin, "acl_list_save", &new)
            .await
            .contains("inbound")
    );
    let entry = |network, comment| {
        [
            ("list", "inbound"),
            ("action", "allow"),
            ("network", network),
            ("comment", comment),
        ]
    };
    send(
        &pool,
        &admin,
        "acl_entry_save",
        &entry("203.0.113.20", "Carrier <A> & \"B\""),
    )
    .await;
    send(&pool, &admin, "acl_entry_save", &entry("2001:DB8::/64", "")).await;
    assert_eq!(
        lists(&pool).await,
        ["inbound deny: allow 203.0.113.20 Carrier <A> & \"B\", allow 2001:db8::/64"]
    );
    let change = [
        ("list", "inbound"),
        ("entry", "0 203.0.113.20"),
        ("action", "deny"),
        ("network", "203.0.113.0/24"),
        ("comment", ""),
    ];
    send(&pool, &admin, "acl_entry_save", &change).await;
    let again = send(&pool, &admin, "acl_entry_save", &change).await;
    assert!(
        again.contains("This entry was changed meanwhile"),
        "{again}"
    );
    send(
        &pool,
        &admin,
        "acl_entry_remove",
        &[("list", "inbound"), ("entry", "1 2001:db8::/64")],
    )
    .await;
    let lines = "203.0.113.7 Carrier B\nallow,198.51.100.0/24,\"Carrier, C\"\n";
    let many = [
        ("list", "inbound"),
        ("lines", lines),
        ("paste_action", "allow"),
    ];
    send(&pool, &admin, "acl_paste", &many).await;
    let renamed = [
        ("list", "inbound"),
        ("name", "carriers"),
        ("default", "deny"),
        ("adopted", "on"),
    ];
    send(&pool, &admin, "acl_list_save", &renamed).await;
    assert_eq!(
        lists(&pool).await,
        [
            "carriers deny: deny 203.0.113.0/24, allow 203.0.113.7 Carrier B, allow 198.51.100.0/24 Carrier, C"
        ]
    );
    let tested = admin
        .get("/acl?list=carriers&address=203.0.113.7")
        .await
        .body;
    assert!(
        tested.contains("Allowed · decided by entry 2: allow 203.0.113.7 (Carrier B)"),
        "{tested}"
    );
    let preview = "&lt;node type=&quot;deny&quot; cidr=&quot;203.0.113.0/24&quot;/&gt;";
    let plain = "&lt;node type=\"deny\" cidr=\"203.0.113.0/24\"/&gt;";
    assert!(
        tested.contains(preview) || tested.contains(plain),
        "{tested}"
    );
    send(&pool, &admin, "acl_list_remove", &[("list", "carriers")]).await;
    assert_eq!(lists(&pool).await, [] as [&str; 0]);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_26_what_is_wrong_is_refused_at_its_field(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let admin = console.signed_in(Role::Admin).await;
    for name in [
        "a,b",
        "loopback.auto",
        "none",
        "a b",
        "x\r\nreloadxml",
        "${system(id)}",
        "<!ENTITY",
        "]]>",
        "",
        "x-pre-process",
    ] {
        let page = send(
            &pool,
            &admin,
            "acl_list_save",
            &[("name", name), ("default", "deny")],
        )
        .await;
        assert!(page.contains("name-problem"), "{name}");
    }
    assert_eq!(lists(&pool).await, [] as [&str; 0]);
    send(
        &pool,
        &admin,
        "acl_list_save",
        &[("name", "inbound"), ("default", "deny")],
    )
    .await;
    for (network, comment, field) in [
        ("203.0.113.7/24", "", "network"),
        ("example.com", "", "network"),
        ("0.0.0.0", "", "network"),
        ("$${domain}", "", "network"),
        ("203.0.113.7", "two\nlines", "comment"),
        ("203.0.113.7", "\u{202e}", "comment"),
    ] {
        let entry = [
            ("list", "inbound"),
            ("action", "allow"),
            ("network", network),
            ("comment", comment),
        ];
        let page = send(&pool, &admin, "acl_entry_save", &entry).await;
        assert!(
            page.contains(&format!("{field}-problem")),
            "{network} {comment:?}"
        );
    }
    let page = send(
        &pool,
        &admin,
        "acl_list_save",
        &[("name", "inbound"), ("default", "allow")],
    )
    .await;
    assert!(
        page.contains("There is a list of this name already"),
        "{page}"
    );
    let lines = [
        ("list", "inbound"),
        ("lines", "203.0.113.7\nexample.com\n"),
        ("paste_action", "allow"),
    ];
    let page = send(&pool, &admin, "acl_paste", &lines).await;
    assert!(page.contains("Line 2: example.com"), "{page}");
    assert_eq!(
        lists(&pool).await,
        ["inbound deny:"].map(|text| format!("{text} "))
    );
    // Somebody else was faster.
    let stale = [
        ("list", "inbound"),
        ("action", "allow"),
        ("network", "203.0.113.7"),
        ("version", "0"),
    ];
    let answer = admin
        .post_from("/acl", "en", "acl_entry_save", &stale)
        .await;
    let page = admin.get(answer.location()).await.body;
    assert!(
        page.contains("saved this draft while you were editing"),
        "{page}"
    );
    // A whole table is longer than other forms may be.
    let many: Vec<String> = (0..5_000)
        .map(|index| format!("10.0.{}.{},x", index / 250, index % 250))
        .collect();
    let many = many.join("\n");
    send(
        &pool,
        &admin,
        "acl_paste",
        &[
            ("list", "inbound"),
            ("lines", &many),
            ("paste_action", "allow"),
        ],
    )
    .await;
    assert!(lists(&pool).await[0].len() > 100_000);
    let page = admin.get("/acl").await.body;
    assert!(page.len() < 400_000, "{}", page.len());
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn lists_are_brought_in_and_named_by_profiles(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let admin = console.signed_in(Role::Admin).await;
    let file = "<configuration name=\"acl.conf\">\n<network-lists>\n<list name=\"lan\" default=\"allow\">\n\
        <node type=\"deny\" cidr=\"192.168.42.0/24\"/>\n</list>\n<list name=\"domains\" default=\"deny\">\n\
        <node type=\"allow\" domain=\"$${domain}\"/>\n</list>\n</network-lists>\n</configuration>\n";
    let page = send(&pool, &admin, "acl_import", &[("file", file)]).await;
    assert!(
        page.contains("Brought into the draft: lan.") && page.contains("the users of domain"),
        "{page}"
    );
    // What is not ours to know keeps its meaning in the file only.
    assert_eq!(lists(&pool).await, ["lan allow: deny 192.168.42.0/24"]);
    let named = [("file", file), ("only", "domains")];
    let page = send(&pool, &admin, "acl_import", &named).await;
    assert!(page.contains("Line 7: the users of domain"), "{page}");
    assert_eq!(
        lists(&pool).await,
        ["lan allow: deny 192.168.42.0/24", "domains deny: "]
    );
    let page = send(&pool, &admin, "acl_import", &[("file", &file[..60])]).await;
    assert!(
        page.contains("file-problem") && page.contains("line 3, column 13"),
        "{page}"
    );

    let set = |lists| {
        [
            ("profile", "external"),
            ("acl_mode", "lists"),
            ("lists", lists),
            ("auth_calls", "off"),
        ]
    };
    let page = send(&pool, &admin, "profile_save", &set("lan")).await;
    assert!(
        page.contains("There is no list lan"),
        "a draft is on no node: {page}"
    );
    let seen = version(&pool, Kind::Acl).await;
    let publish = [
        ("kind", "acl"),
        ("version", &*seen),
        ("message", "x"),
        ("then", "save"),
    ];
    admin
        .post_from("/acl", "en", "draft_publish", &publish)
        .await;
    send(
        &pool,
        &admin,
        "profile_save",
        &set("lan, nat.auto 10.0.0.0/8"),
    )
    .await;
    let Some(Content::Profiles(profiles)) = draft(&pool, Kind::Profiles).await else {
        panic!("no draft");
    };
    assert_eq!(
        serde_json::to_value(&profiles).unwrap(),
        serde_json::json!([{"profile": "external", "inbound_acl": ["lan", "nat.auto", "10.0.0.0/8"], "auth_calls": false}])
    );
    for wrong in ["lann", "a:b", "mine.auto", "10.0.0.1/8", ""] {
        let page = send(&pool, &admin, "profile_save", &set(wrong)).await;
        assert!(page.contains("lists-problem"), "{wrong}: {page}");
    }
    send(&pool, &admin, "profile_remove", &[("profile", "external")]).await;
    let page = admin.get("/acl/profiles").await.body;
    assert!(page.contains("No profile is set yet"), "{page}");
}
