//! The page of alerts: forms of admins, everything else for everybody, nothing secret, nothing that runs.

use domain::alert::Fact;
use domain::role::Role;
use sqlx::PgPool;

use crate::alerts::SECRET;
use crate::dashboard::alert;
use crate::support::{Browser, Receiver, Reply, WebConsole};

async fn save(browser: &Browser, stood: &str, function: &str, fields: &[(&str, &str)]) -> String {
    let answer = browser.post_from(stood, "en", function, fields).await;
    assert_eq!(answer.status, 302, "{}", answer.body);
    browser.get(answer.location()).await.body
}

fn webhook<'a>(name: &'a str, url: &'a str) -> [(&'a str, &'a str); 5] {
    [
        ("name", name),
        ("language", "en"),
        ("per_hour", "20"),
        ("url", url),
        ("secret", SECRET),
    ]
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn an_admin_sets_channels_and_rules_and_others_read_them(pool: PgPool) {
    let receiver = Receiver::start().await;
    let console = WebConsole::start_with(&pool, |settings| {
        settings.alerts.allow_private = true;
    })
    .await;
    let admin = console.signed_in(Role::Admin).await;
    let viewer = console.signed_in(Role::Viewer).await;
    let page = admin.get("/alerts").await.body;
    assert!(
        page.contains("Rules begin with the first channel."),
        "{page}"
    );
    assert!(!page.contains("name=\"secret\""));
    let form = admin.get("/alerts?add=webhook").await.body;
    assert!(form.contains("name=\"secret\"") && form.contains("type=\"password\""));

    // Refused at its field; nothing typed is lost, and nothing secret comes back.
    let short = [("secret", "short"), ("url", &*receiver.url())];
    let fields: Vec<_> = webhook("night shift", "")
        .into_iter()
        .filter(|(name, _)| !["secret", "url"].contains(name))
        .chain(short)
        .collect();
    let page = save(&admin, "/alerts?add=webhook", "alert_webhook_save", &fields).await;
    assert!(page.contains("At least 16 characters."), "{page}");
    assert!(page.contains("value=\"night shift\"") && !page.contains("secret-path"));

    let url = receiver.url();
    let fields = webhook("night shift", &url);
    let page = save(&admin, "/alerts?add=webhook", "alert_webhook_save", &fields).await;
    assert!(page.contains("Channel night shift is saved."), "{page}");
    assert!(page.contains(&format!("http://127.0.0.1:{}", receiver.port)));
    for (browser, may) in [(&admin, true), (&viewer, false)] {
        let page = browser.get("/alerts?channel=1").await.body;
        assert!(
            !page.contains(SECRET) && !page.contains("secret-path"),
            "{page}"
        );
        assert!(page.contains("night shift"));
        for what in ["alert_channel_test", "name=\"secret\"", "rule=node_silent"] {
            assert_eq!(page.contains(what), may, "{what}");
        }
    }
    // Nothing was typed into what is secret: it stays.
    let fields = [
        ("id", "1"),
        ("name", "day shift"),
        ("language", "zh"),
        ("per_hour", "5"),
        ("url", ""),
        ("secret", ""),
    ];
    save(&admin, "/alerts?channel=1", "alert_webhook_save", &fields).await;
    receiver.reply(Reply::Status(500, "<script>alert(1)</script>".into()));
    let page = save(&admin, "/alerts", "alert_channel_test", &[("id", "1")]).await;
    assert!(
        page.contains("Test of day shift: refused with 500"),
        "{page}"
    );
    assert!(page.contains("The receiver says: &lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(!page.contains("<script>alert(1)"));
    assert_eq!(
        receiver.received()[0].json()["title"],
        "告警通道“day shift”的测试消息"
    );
    assert_eq!(receiver.received()[0].json()["test"], true);
    // What the receiver said is for the admin alone.
    let page = viewer.get("/alerts").await.body;
    assert!(page.contains("refused with 500") && !page.contains("The receiver says"));

    let rule = [
        ("kind", "node_silent"),
        ("minutes", "0"),
        ("cool_down", "60"),
        ("tells", "some"),
        ("channels[]", "1"),
    ];
    let page = save(&admin, "/alerts?rule=node_silent", "alert_rule_save", &rule).await;
    assert!(page.contains("It must be from 1 to 1440."), "{page}");
    let mut rule = rule.to_vec();
    rule[1].1 = "9";
    rule.push(("on", "true"));
    let page = save(&admin, "/alerts?rule=node_silent", "alert_rule_save", &rule).await;
    assert!(page.contains("not heard for 9 min"), "{page}");
    assert!(page.contains("Saved: Node silent."), "{page}");
    let page = save(
        &admin,
        "/alerts?channel=1",
        "alert_channel_remove",
        &[("id", "1")],
    )
    .await;
    assert!(page.contains("Channel day shift is removed"), "{page}");
    // Audited, in the reader's words.
    let audit = admin.get("/audit").await.body;
    for action in [
        "Added alert channel",
        "Changed alert channel",
        "Tested alert channel",
        "Set alert rule",
        "Removed alert channel",
    ] {
        assert!(audit.contains(action), "{action}");
    }
    assert!(!audit.contains(SECRET) && !audit.contains("secret-path"));
    for said in [
        "not heard for 9 min",
        "Language of messages: English → 中文",
    ] {
        assert!(audit.contains(said), "{said}: {audit}");
    }
    assert!(!audit.contains("cool_down") && !audit.contains("\"origin\""));
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn addresses_of_an_alert_lead_to_their_pages(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let browser = console.signed_in(Role::Viewer).await;
    let fact = Fact::BanNotEffective {
        node: "fs-1".into(),
        bans: 3,
        networks: vec!["203.0.113.90".into(), "203.0.113.9".into()],
    };
    alert(&pool, "1", &fact).await;
    let page = browser.get("/alerts").await.body.replace("<!>", "");
    let link = |address| format!("<a href=\"/addresses/{address}\" class=\"mono\">{address}</a>");
    let said = format!("3 ({}, {} …)", link("203.0.113.90"), link("203.0.113.9"));
    assert!(page.contains(&said), "{page}");
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_text_is_shown_and_never_run(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let admin = console.signed_in(Role::Admin).await;
    let name = "<img src=x onerror=alert(1)>";
    let fields = webhook(name, "https://hooks.invalid/x");
    save(&admin, "/alerts?add=webhook", "alert_webhook_save", &fields).await;
    // As the reason of a failed deployment travels into a title.
    let title =
        "node fs-1: ACL lists, revision 7 failed: <script>alert(2)</script>\\x0d\\x0aBcc: x";
    sqlx::query(
        "insert into alert_deliveries
             (message_id, channel_id, title, body, state, created_at, next_try_at, finished_at)
         select 'm1', id, $1, '', 'given_up', now(), now(), now() from alert_channels",
    )
    .bind(title)
    .execute(&pool)
    .await
    .unwrap();
    for path in [
        "/alerts",
        "/alerts?channel=1",
        "/alerts?rule=node_silent",
        "/audit",
    ] {
        let page = admin.get(path).await.body;
        assert!(page.contains("&lt;img src=x"), "{path} {page}");
        assert!(
            !page.contains("<img src=x") && !page.contains("<script>alert"),
            "{path}"
        );
    }
    let page = admin.get("/alerts").await.body;
    assert!(
        page.contains("&lt;script&gt;alert(2)&lt;/script&gt;\\x0d\\x0aBcc"),
        "{page}"
    );
    // What breaks a header is refused at its field.
    let crlf = webhook("a\r\nBcc: x@example.org", "https://hooks.invalid/x");
    let page = save(&admin, "/alerts?add=webhook", "alert_webhook_save", &crlf).await;
    assert!(page.contains("characters that are not allowed"), "{page}");
}
