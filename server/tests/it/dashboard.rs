//! The sentence on top of the dashboard knows of open alerts.

use domain::alert::Fact;
use domain::role::Role;
use serde_json::json;
use sqlx::PgPool;

use crate::support::{Browser, WebConsole};

async fn verdict(browser: &Browser, path: &str) -> String {
    let page = browser.get(path).await.body.replace("<!>", "");
    let (_, verdict) = page.split_once("class=\"verdict ").expect("a verdict");
    verdict.split("</section>").next().unwrap().to_owned()
}

/// Opens an alert.
pub async fn alert(pool: &PgPool, subject: &str, fact: &Fact) {
    sqlx::query(
        "insert into alerts (rule, subject, fact, since, opened_at, believed)
         values ($1, $2, $3, now(), now(), true)",
    )
    .bind(fact.kind().as_str())
    .bind(subject)
    .bind(json!(fact))
    .execute(pool)
    .await
    .unwrap();
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn attacks_lead_to_their_list_in_the_scope(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let browser = console.signed_in(Role::Viewer).await;
    for (path, tile, card) in [
        ("/", "/attacks?window=1h", "/attacks"),
        (
            "/?node=7",
            "/attacks?node=7&amp;window=1h",
            "/attacks?node=7",
        ),
    ] {
        let page = browser.get(path).await.body.replace("<!>", "");
        assert!(
            page.contains(&format!("href=\"{tile}\" class=\"tile\"")),
            "{page}"
        );
        assert!(page.contains(&format!("<h2><a href=\"{card}\">Last attacks</a></h2>")));
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_period_that_was_widened_is_said(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let browser = console.signed_in(Role::Viewer).await;
    let now = console.backend.clock.now();
    let asked = |days: i64| {
        let day = now - time::Duration::days(days);
        let from = day.replace_hour(10).unwrap().replace_minute(10).unwrap();
        let to = from + time::Duration::minutes(40);
        let [from, to] = [from, to].map(|at| {
            let (hour, minute, _) = at.to_hms();
            format!("{}T{hour:02}:{minute:02}", at.date())
        });
        format!("from={from}&to={to}")
    };
    // The lines themselves are of the very minutes.
    for (page, days, widened) in [
        ("/", 100, true),
        ("/", 5, true),
        ("/", 1, false),
        ("/attacks", 100, false),
    ] {
        let body = browser.get(&format!("{page}?{}", asked(days))).await.body;
        let said = "only whole hours or days are counted; shown:";
        assert_eq!(body.contains(said), widened, "{page} {days}: {body}");
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn open_alerts_are_part_of_the_verdict(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    let (one, two) = (
        console.enrolled("fs-1").await.0,
        console.enrolled("fs-2").await.0,
    );
    // Both are heard, and nothing is wrong with them.
    sqlx::query("update nodes set seen_at = now() + interval '1 hour'")
        .execute(&pool)
        .await
        .unwrap();
    let browser = console.signed_in(Role::Viewer).await;
    let quiet = verdict(&browser, "/").await;
    assert!(
        quiet.starts_with("good") && quiet.contains("Quiet"),
        "{quiet}"
    );
    assert!(!quiet.contains("/alerts"), "{quiet}");

    // Attacks are held, alert or not.
    let rate = Fact::AttackRate {
        node: None,
        lines: 900,
        minutes: 5,
    };
    alert(&pool, "all", &rate).await;
    let attack = verdict(&browser, "/").await;
    assert!(
        attack.starts_with("bad") && attack.contains("Under attack, and held"),
        "{attack}"
    );
    for said in ["Open alerts: 1 (Attack rate).", "href=\"/alerts#open\""] {
        assert!(attack.contains(said), "{said}: {attack}");
    }

    let failed = |node: &str| Fact::DeploymentFailed {
        node: node.to_owned(),
        config: domain::config::Kind::Jail,
        deployment: 1,
        revision: 1,
        rolled_back: false,
        reason: "<script>alert(1)</script>".to_owned(),
    };
    alert(&pool, &one.to_string(), &failed("fs-1")).await;
    let told = verdict(&browser, "/").await;
    assert!(
        told.starts_with("attention") && told.contains("Attention: an alert is open"),
        "{told}"
    );
    assert!(
        told.contains("Open alerts: 2 (Deployment failed, Attack rate)."),
        "{told}"
    );
    assert!(!told.contains("<script>alert"), "{told}");
    // Of one node: its own and those of all.
    let other = verdict(&browser, &format!("/?node={two}")).await;
    assert!(
        other.starts_with("bad") && other.contains("Open alerts: 1 (Attack rate)."),
        "{other}"
    );

    sqlx::query("update alerts set over_at = now()")
        .execute(&pool)
        .await
        .unwrap();
    let over = verdict(&browser, "/").await;
    assert!(
        over.starts_with("good") && !over.contains("/alerts"),
        "{over}"
    );
}
