//! Alerts when something is wrong with what is stored, or with who is told: everything else goes on.

use backend::Backend;
use backend::alerts::{self, DeliveryState, Outcome, RuleForm};
use domain::alert::{Kind, Rule};
use domain::role::Role;
use sqlx::PgPool;
use time::Duration;

use crate::alerts::{
    admin, attack_from, channel, hear, nodes, pass, quiet, reaching, titles, webhook,
};
use crate::support::{Receiver, Reply, WebConsole, key, until};

/// One row of each table holds what this version does not know: of channels the one that is named
/// "broken", and a message to each.
async fn damage(pool: &PgPool) {
    for sql in [
        r#"update alert_channels set settings = '{"kind": "pigeon"}' where name = 'broken'"#,
        r#"insert into alert_rules (kind, settings, updated_at)
           values ('attack_rate', '{"on": 7}', now())"#,
        r#"insert into alerts (rule, subject, fact, since, opened_at, believed)
           values ('node_silent', '77', '{"kind": "node_silent", "node": "x", "heard": 1e400}',
                   now(), now(), true),
                  ('new_country', 'XX', '[]', now(), now(), true)"#,
        "insert into alert_deliveries
             (message_id, channel_id, title, body, created_at, next_try_at)
         select 'damaged ' || name, id, 'damaged', 'no JSON', created_at, created_at
         from alert_channels",
    ] {
        sqlx::query(sql).execute(pool).await.unwrap();
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_damaged_row_costs_only_itself(pool: PgPool) {
    let (backend, receiver) = (quiet(&pool), Receiver::start().await);
    channel(&backend, &receiver).await;
    let broken = webhook("broken", &receiver.url());
    alerts::add(&backend, &admin(), &broken).await.unwrap();
    nodes(&backend, 1).await;
    damage(&pool).await;
    pass(&backend, 7).await;
    let told = titles(&receiver);
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("node fs-1 is silent"), "{told:?}");

    let channels = alerts::channels(&backend).await.unwrap();
    let names: Vec<&str> = channels.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["hook"]);
    assert_eq!(alerts::open(&backend).await.unwrap().len(), 1);
    let rules = alerts::rules(&backend).await.unwrap();
    assert_eq!(rules.len(), Kind::ALL.len());
    assert_eq!(rules[0].rule, Rule::default_of(Kind::AttackRate));
    // Set aside after one look, and the list says why.
    let rows = alerts::deliveries(&backend).await.unwrap();
    assert_eq!(rows.len(), 3);
    for row in rows.iter().filter(|row| row.title == "damaged") {
        let how = (row.state, row.tries, row.outcome);
        let given_up = (DeliveryState::GivenUp, 1, Some(Outcome::Unreadable));
        assert_eq!(how, given_up, "{}", row.channel);
    }
    // What the page shows instead is written when it is saved.
    let shown = RuleForm {
        on: true,
        lines: "1000".into(),
        minutes: "5".into(),
        cool_down: "60".into(),
        all_channels: true,
        ..RuleForm::default()
    };
    alerts::set_rule(&backend, &admin(), Kind::AttackRate, &shown)
        .await
        .unwrap();
    let on: bool = sqlx::query_scalar("select settings -> 'on' = 'true' from alert_rules")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert!(on);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn pages_answer_where_rows_are_damaged(pool: PgPool) {
    let console = WebConsole::start(&pool).await;
    for name in ["hook", "broken"] {
        let form = webhook(name, "https://hooks.invalid/x");
        alerts::add(&console.backend, &admin(), &form)
            .await
            .unwrap();
    }
    damage(&pool).await;
    let browser = console.signed_in(Role::Admin).await;
    for path in ["/", "/alerts", "/alerts?rule=attack_rate", "/audit"] {
        assert_eq!(browser.get(path).await.status, 200, "{path}");
    }
    // By the console's own jobs.
    until("both to be set aside", async || {
        let page = browser.get("/alerts").await.body;
        (page.matches("its channel cannot be read").count() == 2).then_some(())
    })
    .await;
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn the_end_of_an_alert_waits_for_its_beginning(pool: PgPool) {
    let (backend, receiver) = (quiet(&pool), Receiver::start().await);
    let replica = Backend::new(pool.clone(), backend.clock.clone()).with_sealer(key());
    let replicas = [backend.clone(), reaching(replica)];
    channel(&backend, &receiver).await;
    nodes(&backend, 1).await;
    receiver.reply(Reply::Status(500, String::new()));
    pass(&backend, 6).await;
    assert_eq!(receiver.received().len(), 1);
    // It rests, and meanwhile the node is back, and there is something else to be told.
    sqlx::query("update alert_deliveries set next_try_at = next_try_at + interval '10 minutes'")
        .execute(&pool)
        .await
        .unwrap();
    receiver.reply(Reply::Status(200, String::new()));
    backend.clock.advance(Duration::MINUTE);
    hear(&backend, "fs-1").await;
    pass(&backend, 1).await;
    assert_eq!(receiver.received().len(), 1);
    assert_eq!(alerts::deliveries(&backend).await.unwrap().len(), 2);
    attack_from(&backend, "XB").await;
    pass(&backend, 1).await;
    backend.clock.advance(Duration::minutes(10));
    loop {
        let sent = replicas.each_ref().map(alerts::deliver_due);
        let sent = futures::future::join_all(sent).await;
        if sent.into_iter().all(|sent| sent.unwrap() == 0) {
            break;
        }
    }
    let told = titles(&receiver);
    let begun = [
        "node fs-1 is silent",
        "first attack from country XB",
        "node fs-1 is silent",
        "Over: node fs-1",
    ];
    assert_eq!(told.len(), begun.len(), "{told:?}");
    for (told, begun) in told.iter().zip(begun) {
        assert!(told.starts_with(begun), "{told}, not {begun}");
    }
}
