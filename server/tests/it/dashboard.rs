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

async fn alert(pool: &PgPool, subject: &str, fact: &Fact) {
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
