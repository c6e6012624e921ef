//! The page of settings: admins choose how much is kept and agree to what that deletes, everybody reads.

use std::num::NonZeroU32;

use backend::retention;
use domain::role::Role;
use sqlx::PgPool;
use time::Duration;

use crate::support::{Browser, WebConsole};

/// A page without the marks between its texts.
async fn read(browser: &Browser, path: &str) -> String {
    browser.get(path).await.body.replace("<!>", "")
}

async fn save(browser: &Browser, days: &str, rows: &str, agreed: Option<&str>) -> String {
    let mut fields = vec![
        ("days", days),
        ("attack_rows", rows),
        ("ban_event_rows", "500,000"),
    ];
    fields.extend(agreed.map(|agreed| ("agreed", agreed)));
    let answer = browser
        .post_from("/settings", "en", "retention_save", &fields)
        .await;
    assert_eq!(answer.status, 302, "{}", answer.body);
    read(browser, answer.location()).await
}

/// Weeks as folding leaves them: 500 lines three weeks ago, 2,000 today.
async fn fill(console: &WebConsole) {
    let now = console.backend.clock.now();
    for (ago, rows) in [(21, 500), (0, 2_000)] {
        sqlx::query(
            "with monday as (select date_trunc('week', $1 at time zone 'UTC')::date as monday),
                  made as (select make_week('attacks', monday) from monday)
             insert into log_weeks (log, week, rows) select 'attacks', monday, $2 from monday, made",
        )
        .bind(now - Duration::days(ago))
        .bind(rows)
        .execute(&console.backend.pool)
        .await
        .unwrap();
    }
    let now = console.backend.clock.now();
    for day in 0..40 {
        sqlx::query(
            "insert into facet_buckets (level, facet, start, node_id, keys)
             select 2, 1, date_trunc('day', $1, 'UTC'), 0, 7",
        )
        .bind(now - Duration::days(day))
        .execute(&console.backend.pool)
        .await
        .unwrap();
    }
}

async fn kept(console: &WebConsole) -> (u16, u32) {
    let limits = retention::settings(&console.backend).await.unwrap();
    (limits.days.get(), limits.attack_rows.get())
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn an_admin_chooses_how_much_is_kept_and_agrees_to_what_goes(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    fill(&console).await;
    let admin = console.signed_in(Role::Admin).await;
    let page = read(&admin, "/settings").await;
    for shown in [
        "the console&#39;s settings file",
        "value=\"90\"",
        "value=\"2000000\"",
        "2,500 of at most 2,000,000",
        "Unknown: no folder is named",
    ] {
        let shown = shown.replace("&#39;", "'");
        assert!(page.contains(&shown), "{shown} {page}");
    }

    // Wrong at its field, nothing typed is lost.
    for (days, rows, said) in [
        ("401", "2000000", "It must be from 1 to 400."),
        ("0", "2000000", "It must be from 1 to 400."),
        ("a week", "2000000", "It must be from 1 to 400."),
        ("", "2000000", "Fill this in."),
        ("77", "999", "It must be from 1000 to 1000000000."),
        ("77", "2.5", "It must be from 1000 to 1000000000."),
    ] {
        let page = save(&admin, days, rows, Some(&format!("{days} {rows} 500000"))).await;
        let field = if rows == "2000000" {
            "days"
        } else {
            "attack_rows"
        };
        let problem = format!("id=\"{field}-problem\" role=\"alert\" class=\"problem\">{said}");
        assert!(page.contains(&problem), "{days} {rows} {page}");
        assert!(page.contains(&format!("value=\"{days}\"")), "{page}");
    }
    assert_eq!(kept(&console).await, (90, 2_000_000));

    // What deletes nothing is saved at once.
    let page = save(&admin, "50", "3,000,000", None).await;
    assert!(page.contains("The limits are saved."), "{page}");
    assert!(!page.contains("settings file.") && page.contains("2,500 of at most 3,000,000"));
    assert_eq!(kept(&console).await, (50, 3_000_000));

    // What deletes is named and asked, each time for these limits alone.
    let page = save(&admin, "10", "1500", None).await;
    for said in [
        "deletes what is stored now, for good",
        "<p>– the oldest 1,000 attack lines</p>",
        "name=\"agreed\" value=\"10 1500 500000\"",
    ] {
        assert!(page.contains(said), "{said} {page}");
    }
    let days = retention::loss(
        &console.backend,
        retention::Limits {
            days: 10.try_into().unwrap(),
            attack_rows: NonZeroU32::new(1_500).unwrap(),
            ..retention::Limits::default()
        },
    )
    .await
    .unwrap();
    assert_eq!((days.attacks, days.ban_events, days.days), (1_000, 0, 30));
    assert!(
        page.contains("<p>– the top lists of the oldest 30 days</p>"),
        "{page}"
    );
    let page = save(&admin, "10", "1400", Some("10 1500 500000")).await;
    assert!(
        page.contains("<p>– the oldest 1,100 attack lines</p>"),
        "{page}"
    );
    assert_eq!(
        kept(&console).await,
        (50, 3_000_000),
        "nothing is saved yet"
    );
    let page = save(&admin, "10", "1400", Some("10 1400 500000")).await;
    assert!(page.contains("The limits are saved."), "{page}");
    assert_eq!(kept(&console).await, (10, 1_400));
    retention::sweep(&console.backend).await.unwrap();

    // Audited, in words.
    let audit = read(&admin, "/audit").await;
    assert!(audit.contains("Set how much is kept"), "{audit}");
    assert!(audit.contains("Days: 50 → 10"), "{audit}");
    let set = console.audit().await;
    let set = set.iter().filter(|action| *action == "set retention");
    assert_eq!(set.count(), 2);

    // Others read.
    for role in [Role::Viewer, Role::Operator] {
        let browser = console.signed_in(role).await;
        let page = read(&browser, "/settings").await;
        assert!(page.contains("10 days") && page.contains("1,400"), "{page}");
        assert!(!page.contains("retention_save"));
        let fields = [
            ("days", "9"),
            ("attack_rows", "5000"),
            ("ban_event_rows", "5000"),
        ];
        let answer = browser.post("/api/ui/retention_save", &fields).await;
        assert_eq!(answer.status, 403);
    }
    assert_eq!(kept(&console).await, (10, 1_400));
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn it_says_where_countries_and_networks_are_known_from(pool: PgPool) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let console = WebConsole::start_with(&pool, |settings| {
        settings.geo.folder = Some(path.clone());
    })
    .await;
    let viewer = console.signed_in(Role::Viewer).await;
    let page = read(&viewer, "/settings").await;
    assert!(page.contains("Unknown: nothing could be read"), "{page}");
    assert!(page.contains("none of the files is there"));

    let file = folder.path().join("asn-country-ipv4.csv");
    std::fs::write(
        &file,
        "192.0.2.0,192.0.2.255,XA\n198.51.100.0,198.51.100.255,XB\n",
    )
    .unwrap();
    console.backend.geo().look(&console.backend.clock).await;
    let page = read(&viewer, "/settings").await;
    assert!(
        page.contains("asn-country-ipv4.csv") && page.contains("CC0-1.0"),
        "{page}"
    );
    assert_eq!(page.matches("in use").count(), 1, "{page}");
    assert_eq!(page.matches("missing").count(), 3);
    let row = page.split("asn-country-ipv4.csv</td>").nth(1).unwrap();
    assert!(
        row.split("</tr>").next().unwrap().contains(">2</td>"),
        "{row}"
    );

    let long_ago = console.backend.clock.now() - Duration::days(100);
    let opened = std::fs::File::options().append(true).open(&file).unwrap();
    opened.set_modified(long_ago.into()).unwrap();
    console.backend.geo().look(&console.backend.clock).await;
    let page = read(&viewer, "/settings").await;
    assert!(page.contains("older than 3 months"), "{page}");
    std::fs::write(&file, "<b>no</b>\n").unwrap();
    console.backend.geo().look(&console.backend.clock).await;
    let page = read(&viewer, "/settings").await;
    assert!(
        page.contains("is not in use") && page.contains("line 1: expected 3 fields"),
        "{page}"
    );
}
