//! What the rules see, and when they say so.

use std::collections::BTreeSet;

use backend::alerts::{self, ChannelForm, RuleForm, Settings, To, WebhookForm};
use backend::config::{self, Line};
use backend::whitelist::Scope;
use backend::{Actor, Backend, Error, Problem};
use domain::alert::Kind;
use domain::config::{Answer, KindReport, Outcome};
use domain::ids::{ChannelId, NodeId};
use domain::role::Role;
use domain::wire::{AttackEvent, ConfigReport, Report};
use runtime::Clock;
use serde_json::Value;
use sqlx::PgPool;
use time::Duration;

use crate::config_drafts::{jail, revision};
use crate::support::{
    NOW, Receiver, TestConsole, TestWorker, actor, attack, chunk, held, key, until, whole_list,
};

/// Signs webhooks.
pub const SECRET: &str = "a secret that nobody else has";

/// A console without jobs: a test looks and sends by itself, at times that it makes.
pub fn quiet(pool: &PgPool) -> Backend {
    reaching(Backend::new(pool.clone(), Clock::fixed(NOW)).with_sealer(key()))
}

/// Receivers of tests are on this machine.
pub fn reaching(backend: Backend) -> Backend {
    backend.with_alerts(Settings {
        allow_private: true,
        console: Some("https://console.example.org/alerts".to_owned()),
    })
}

pub fn admin() -> Actor {
    actor(Role::Admin)
}

pub fn webhook(name: &str, url: &str) -> ChannelForm {
    ChannelForm {
        name: name.to_owned(),
        language: "en".to_owned(),
        per_hour: "20".to_owned(),
        to: To::Webhook(WebhookForm {
            url: url.to_owned(),
            secret: SECRET.to_owned(),
        }),
    }
}

/// A channel to the receiver.
pub async fn channel(backend: &Backend, receiver: &Receiver) -> ChannelId {
    let form = webhook("hook", &receiver.url());
    alerts::add(backend, &admin(), &form).await.unwrap()
}

/// Nodes that are enrolled and were heard now.
pub async fn nodes(backend: &Backend, count: i64) {
    sqlx::query(
        "insert into nodes (name, created_at, token_hash, enrolled_at, seen_at)
         select 'fs-' || n, $2, decode(lpad(n::text, 64, '0'), 'hex'), $2, $2
         from generate_series(1, $1) n",
    )
    .bind(count)
    .bind(backend.clock.now())
    .execute(&backend.pool)
    .await
    .unwrap();
}

/// The node is heard now.
pub async fn hear(backend: &Backend, name: &str) {
    sqlx::query("update nodes set seen_at = $2 where name = $1")
        .bind(name)
        .bind(backend.clock.now())
        .execute(&backend.pool)
        .await
        .unwrap();
}

/// Looks each minute, and sends what is due.
pub async fn pass(backend: &Backend, minutes: u32) {
    for _ in 0..minutes {
        backend.clock.advance(Duration::MINUTE);
        alerts::look(backend).await.unwrap();
        while alerts::deliver_due(backend).await.unwrap() > 0 {}
    }
}

fn messages(receiver: &Receiver) -> Vec<Value> {
    receiver
        .received()
        .iter()
        .map(crate::support::Request::json)
        .collect()
}

pub fn titles(receiver: &Receiver) -> Vec<String> {
    let title = |json: &Value| json["title"].as_str().unwrap().to_owned();
    messages(receiver).iter().map(title).collect()
}

/// As the page shows the default, every channel told.
fn form(kind: Kind) -> RuleForm {
    RuleForm {
        on: true,
        cool_down: "60".into(),
        lines: "100".into(),
        minutes: "5".into(),
        days: if kind == Kind::NewCountry { "30" } else { "" }.into(),
        all_channels: true,
        ..RuleForm::default()
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_silent_node_is_told_once_reminded_and_told_when_it_is_back(pool: PgPool) {
    let (backend, receiver) = (quiet(&pool), Receiver::start().await);
    nodes(&backend, 1).await;
    // Without a channel nothing is looked at.
    pass(&backend, 10).await;
    assert!(alerts::open(&backend).await.unwrap().is_empty());
    channel(&backend, &receiver).await;
    hear(&backend, "fs-1").await;
    pass(&backend, 5).await;
    assert_eq!(titles(&receiver), [""; 0]);
    pass(&backend, 1).await;
    let told = titles(&receiver);
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("node fs-1 is silent"), "{told:?}");
    assert_eq!(alerts::open(&backend).await.unwrap().len(), 1);
    // The default's cool-down: four hours.
    pass(&backend, 238).await;
    assert_eq!(titles(&receiver).len(), 1);
    pass(&backend, 3).await;
    let told = titles(&receiver);
    assert_eq!(told.len(), 2);
    assert!(told[1].starts_with("Still: node fs-1"), "{told:?}");
    hear(&backend, "fs-1").await;
    pass(&backend, 2).await;
    let told = titles(&receiver);
    assert_eq!(told.len(), 3);
    assert!(told[2].starts_with("Over: node fs-1"), "{told:?}");
    let over = &messages(&receiver)[2]["over"][0];
    assert_eq!(over["rule"], "node_silent");
    assert!(alerts::open(&backend).await.unwrap().is_empty());
    // Each message has an id of its own.
    let ids = messages(&receiver);
    let ids: BTreeSet<&str> = ids
        .iter()
        .map(|json| json["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 3);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn five_hundred_silent_nodes_are_one_message(pool: PgPool) {
    let (backend, receiver) = (quiet(&pool), Receiver::start().await);
    nodes(&backend, 500).await;
    channel(&backend, &receiver).await;
    pass(&backend, 8).await;
    let told = messages(&receiver);
    assert_eq!(titles(&receiver), ["500 nodes are silent"]);
    assert_eq!(told[0]["counts"]["opened"], 500);
    assert!(receiver.received()[0].body.len() < 40_000);
    // Half of them come back, one after the other: gathered by the minute.
    for number in 1..=60 {
        hear(&backend, &format!("fs-{number}")).await;
        backend.clock.advance(Duration::seconds(5));
        alerts::look(&backend).await.unwrap();
    }
    while alerts::deliver_due(&backend).await.unwrap() > 0 {}
    let over = messages(&receiver).len() - 1;
    assert!((4..=6).contains(&over), "{over} messages in five minutes");
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_console_that_was_away_itself_blames_no_node(pool: PgPool) {
    let (backend, receiver) = (quiet(&pool), Receiver::start().await);
    nodes(&backend, 3).await;
    channel(&backend, &receiver).await;
    pass(&backend, 2).await;
    // Nobody looked, and nobody could be heard.
    backend.clock.advance(Duration::hours(3));
    pass(&backend, 3).await;
    assert_eq!(titles(&receiver), [""; 0]);
    for node in ["fs-1", "fs-2"] {
        hear(&backend, node).await;
    }
    pass(&backend, 4).await;
    let told = titles(&receiver);
    assert!(
        told.len() == 1 && told[0].starts_with("node fs-3"),
        "{told:?}"
    );
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn two_replicas_tell_it_once(pool: PgPool) {
    let receiver = Receiver::start().await;
    let one = quiet(&pool);
    let other = {
        let backend = Backend::new(pool.clone(), one.clock.clone()).with_sealer(key());
        reaching(backend)
    };
    nodes(&one, 1).await;
    channel(&one, &receiver).await;
    for _ in 0..8 {
        one.clock.advance(Duration::MINUTE);
        let looks = [&one, &other, &one, &other].map(alerts::look);
        for look in futures::future::join_all(looks).await {
            look.unwrap();
        }
        let sent = [&one, &other, &one, &other].map(alerts::deliver_due);
        futures::future::join_all(sent).await;
    }
    assert_eq!(titles(&receiver).len(), 1);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_channel_gets_no_more_than_it_may_and_hears_of_the_rest(pool: PgPool) {
    let (backend, receiver) = (quiet(&pool), Receiver::start().await);
    nodes(&backend, 4).await;
    let form = ChannelForm {
        per_hour: "2".into(),
        ..webhook("hook", &receiver.url())
    };
    alerts::add(&backend, &admin(), &form).await.unwrap();
    // One after the other falls silent, two minutes apart.
    for minute in 0..12 {
        for number in 1..=4 {
            if minute < number * 2 {
                hear(&backend, &format!("fs-{number}")).await;
            }
        }
        pass(&backend, 1).await;
    }
    assert_eq!(titles(&receiver).len(), 2);
    let row = alerts::channels(&backend).await.unwrap().remove(0);
    assert_eq!(row.suppressed, 2);
    pass(&backend, 55).await;
    let told = messages(&receiver);
    assert_eq!(told.len(), 3, "{told:#?}");
    assert_eq!(told[2]["suppressed"], 2);
    assert_eq!(told[2]["counts"]["still_open"], 4);
    assert!(
        told[2]["text"]
            .as_str()
            .unwrap()
            .contains("2 more suppressed")
    );
    let row = alerts::channels(&backend).await.unwrap().remove(0);
    assert_eq!(row.suppressed, 0);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_ban_that_no_firewall_has_is_told_after_its_minutes(pool: PgPool) {
    let receiver = Receiver::start().await;
    let console = TestConsole::with(&pool, reaching).await;
    let (backend, worker) = (&console.backend, console.node("fs-1").await);
    channel(backend, &receiver).await;
    let without = |address: &str| domain::ban::HeldBan {
        in_firewall: Some(false),
        ..held(address)
    };
    let bans = (1..=7).map(|n| without(&format!("203.0.113.{n}")));
    worker.report(&whole_list(bans.collect())).await;
    // As old as the rule asks for; and then for as long without a break.
    pass(backend, 5).await;
    worker.report(&whole_list(vec![held("203.0.113.1")])).await;
    pass(backend, 1).await;
    assert_eq!(titles(&receiver), [""; 0]);
    worker
        .report(&whole_list(vec![
            without("203.0.113.1"),
            without("203.0.113.9"),
        ]))
        .await;
    for _ in 0..6 {
        hear(backend, "fs-1").await;
        pass(backend, 1).await;
    }
    let told = until("the message", async || receiver.received().pop()).await;
    let fact = &told.json()["opened"][0]["fact"];
    assert_eq!(
        *fact,
        serde_json::json!({
            "kind": "ban_not_effective", "node": "fs-1", "bans": 2,
            "networks": ["203.0.113.1", "203.0.113.9"],
        })
    );
    worker.report(&whole_list(vec![held("203.0.113.1")])).await;
    pass(backend, 2).await;
    until("its end", async || {
        let told = titles(&receiver);
        told.iter()
            .any(|title| title.starts_with("Over: "))
            .then_some(())
    })
    .await;
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_failed_deployment_is_told_and_hostile_text_in_it_is_harmless(pool: PgPool) {
    let receiver = Receiver::start().await;
    let console = TestConsole::with(&pool, reaching).await;
    let (backend, worker) = (&console.backend, console.node("fs-1").await);
    channel(backend, &receiver).await;
    let line = Line {
        kind: domain::config::Kind::Jail,
        node: None,
    };
    let mut stream = worker.stream().await;
    let mut told = Vec::new();
    for bantime in [600, 700] {
        let revision = revision(&console, &admin(), line, &jail(bantime)).await;
        config::deploy(backend, &admin(), revision, &Scope::All)
            .await
            .unwrap();
        let deploy = stream
            .config(|desired| {
                let jail = desired.jail.as_ref();
                jail.is_some_and(|jail| jail.content.bantime.get() == bantime)
            })
            .await
            .jail
            .unwrap();
        let outcome = Outcome::Failed {
            reason:
                "<script>alert(1)</script>\r\nBcc: x@example.org\r\n\u{202e}ip[198.51.100.7] \"}"
                    .into(),
        };
        let answer = Answer {
            deployment: deploy.deployment,
            attempt: deploy.attempt,
            outcome,
        };
        let report = ConfigReport {
            jail: Some(KindReport {
                answer: Some(answer),
                found: None,
            }),
            ..ConfigReport::default()
        };
        worker.tell(report).await;
        // Another deployment that fails is told within the cool-down, too.
        pass(backend, 2).await;
        told.push(
            until("a message", async || {
                receiver.received().get(told.len()).cloned()
            })
            .await,
        );
    }
    for (told, revision) in told.iter().zip([1, 2]) {
        let json = told.json();
        let fact = &json["opened"][0]["fact"];
        assert_eq!(
            (&fact["revision"], &fact["config"]),
            (&revision.into(), &"jail".into())
        );
        let reason = fact["reason"].as_str().unwrap();
        assert!(
            reason.starts_with("<script>alert(1)</script>\\x0d\\x0aBcc:"),
            "{reason}"
        );
        for text in [json["title"].as_str(), json["text"].as_str()] {
            let lines = text.unwrap().lines().next().unwrap();
            assert!(
                lines.contains("jail settings") && domain::inert::is_inert(lines),
                "{lines}"
            );
        }
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn rules_are_set_by_admins_within_bounds_and_audited(pool: PgPool) {
    let (backend, receiver) = (quiet(&pool), Receiver::start().await);
    nodes(&backend, 2).await;
    let hook = channel(&backend, &receiver).await;
    let set = async |kind, form: &RuleForm| alerts::set_rule(&backend, &admin(), kind, form).await;
    let wrong = async |kind, change: fn(&mut RuleForm)| {
        let mut form = form(kind);
        change(&mut form);
        match set(kind, &form).await {
            Err(Error::Invalid { field, problem }) => (field, problem),
            other => panic!("{other:?}"),
        }
    };
    let range = |least, most| Problem::Range { least, most };
    assert_eq!(
        wrong(Kind::AttackRate, |form| form.lines = "0".into()).await,
        ("lines", range(1, 1_000_000))
    );
    assert_eq!(
        wrong(Kind::NodeSilent, |form| form.minutes = "1e3".into()).await,
        ("minutes", range(1, 1_440))
    );
    assert_eq!(
        wrong(Kind::NewCountry, |form| form.days = "366".into()).await,
        ("days", range(1, 365))
    );
    assert_eq!(
        wrong(Kind::NodeSilent, |form| form.cool_down = "4".into()).await,
        ("cool_down", range(5, 10_080))
    );
    assert_eq!(
        wrong(Kind::NodeSilent, |form| form.scope = Some(NodeId(99))).await,
        ("scope", Problem::Gone)
    );
    let gone = |form: &mut RuleForm| {
        form.all_channels = false;
        form.channels = vec![ChannelId(99)];
    };
    assert_eq!(
        wrong(Kind::NodeSilent, gone).await,
        ("channels", Problem::Gone)
    );
    for role in [Role::Viewer, Role::Operator] {
        let (actor, form) = (actor(role), form(Kind::NodeSilent));
        let refused = alerts::set_rule(&backend, &actor, Kind::NodeSilent, &form).await;
        assert!(matches!(refused, Err(Error::Forbidden)));
    }
    // One node only, in the first message after two minutes.
    let node: i64 = sqlx::query_scalar("select id from nodes where name = 'fs-2'")
        .fetch_one(&pool)
        .await
        .unwrap();
    let only = RuleForm {
        scope: Some(NodeId(node)),
        minutes: "2".into(),
        all_channels: false,
        channels: vec![hook, hook],
        ..form(Kind::NodeSilent)
    };
    set(Kind::NodeSilent, &only).await.unwrap();
    set(Kind::NodeSilent, &only).await.unwrap();
    pass(&backend, 5).await;
    let told = titles(&receiver);
    assert!(
        told.len() == 1 && told[0].starts_with("node fs-2"),
        "{told:?}"
    );
    // Off: what is open is forgotten without a word.
    let off = RuleForm {
        on: false,
        ..only.clone()
    };
    set(Kind::NodeSilent, &off).await.unwrap();
    hear(&backend, "fs-2").await;
    pass(&backend, 3).await;
    assert_eq!(titles(&receiver).len(), 1);
    assert!(alerts::open(&backend).await.unwrap().is_empty());
    let rows = backend::audit::list(&backend, None, 100).await.unwrap();
    let set: Vec<_> = rows
        .iter()
        .filter(|row| row.action == "set alert rule")
        .collect();
    // The same form twice is one change.
    assert_eq!(set.len(), 2);
    assert_eq!(set[0].object, "node_silent");
    assert_eq!(set[0].before.as_ref().unwrap()["rule"]["on"], true);
    assert_eq!(set[0].after.as_ref().unwrap()["rule"]["on"], false);
}

/// A console that hears of attacks from a worker.
struct Attacked {
    console: TestConsole,
    worker: TestWorker,
    receiver: Receiver,
    lines: i64,
}

impl Attacked {
    async fn start(pool: &PgPool) -> Self {
        let console = TestConsole::with(pool, reaching).await;
        let worker = console.node("fs-1").await;
        let receiver = Receiver::start().await;
        Self {
            console,
            worker,
            receiver,
            lines: 0,
        }
    }

    /// So many lines from there, dated a second ago, and counted.
    async fn attack(&mut self, source: &str, count: i64) {
        let backend = &self.console.backend;
        let at = (backend.clock.unix() - 1) * 1_000_000;
        let line = |n| AttackEvent {
            at: Some(at),
            ..attack((self.lines + n) * 10, source)
        };
        let (start, end) = (self.lines * 10, (self.lines + count) * 10);
        let chunk = chunk(1, start, end, (0..count).map(line).collect());
        let report = Report {
            chunks: vec![chunk],
            ..Report::default()
        };
        self.worker.report(&report).await;
        self.lines += count;
        until("the counts", async || {
            let pending = self.console.count("pending_counts").await;
            (pending == 0).then_some(())
        })
        .await;
    }

    /// A minute later, with the node heard.
    async fn minute(&self) {
        hear(&self.console.backend, "fs-1").await;
        pass(&self.console.backend, 1).await;
    }

    /// What was told of attack lines so far, once `count` messages have come.
    async fn told(&self, count: usize) -> Vec<String> {
        let of = |title: &String| title.contains("attack lines in");
        until("the messages", async || {
            let told: Vec<String> = titles(&self.receiver).into_iter().filter(of).collect();
            (told.len() >= count).then_some(told)
        })
        .await
    }
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn many_attacks_in_few_minutes_are_told_with_their_number(pool: PgPool) {
    let mut attacked = Attacked::start(&pool).await;
    let backend = attacked.console.backend.clone();
    alerts::set_rule(
        &backend,
        &admin(),
        Kind::AttackRate,
        &form(Kind::AttackRate),
    )
    .await
    .unwrap();
    channel(&backend, &attacked.receiver).await;
    attacked.attack("192.0.2.1", 99).await;
    attacked.minute().await;
    attacked.attack("192.0.2.2", 1).await;
    attacked.minute().await;
    let told = attacked.told(1).await;
    assert_eq!(told, ["100 attack lines in 5 min on all nodes"]);
    for _ in 0..7 {
        attacked.minute().await;
    }
    let told = attacked.told(2).await;
    assert_eq!(told[1], "Over: 100 attack lines in 5 min on all nodes");
    // Of one node, which is another one.
    let other = attacked.console.node("fs-2").await;
    let only = RuleForm {
        scope: Some(other.node),
        lines: "1".into(),
        ..form(Kind::AttackRate)
    };
    alerts::set_rule(&backend, &admin(), Kind::AttackRate, &only)
        .await
        .unwrap();
    attacked.attack("192.0.2.2", 5).await;
    attacked.minute().await;
    attacked.minute().await;
    let none = alerts::open(&backend).await.unwrap();
    assert!(
        none.iter().all(|open| open.fact.kind() != Kind::AttackRate),
        "{none:?}"
    );
}

/// An attack from there is counted today.
pub async fn attack_from(backend: &Backend, country: &str) {
    let today = backend.clock.now().replace_time(time::Time::MIDNIGHT);
    sqlx::query(
        "insert into facet_counts (level, facet, node_id, key, start, events)
         values (2, 3, 0, $1, $2, 1)
         on conflict (level, facet, node_id, key, start)
         do update set events = facet_counts.events + 1",
    )
    .bind(country)
    .bind(today)
    .execute(&backend.pool)
    .await
    .unwrap();
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn the_first_attack_from_a_country_is_told_once(pool: PgPool) {
    let (backend, receiver) = (quiet(&pool), Receiver::start().await);
    // Known before anybody is told of anything.
    attack_from(&backend, "XA").await;
    channel(&backend, &receiver).await;
    pass(&backend, 1).await;
    attack_from(&backend, "XA").await;
    pass(&backend, 1).await;
    attack_from(&backend, "XB").await;
    pass(&backend, 1).await;
    let first = ["first attack from country XB"];
    assert_eq!(titles(&receiver), first);
    for _ in 0..3 {
        attack_from(&backend, "XB").await;
        pass(&backend, 1).await;
    }
    assert_eq!(alerts::open(&backend).await.unwrap().len(), 1);
    // A day later it is no news any more; attacks go on, and nothing is said of them.
    for _ in 0..25 {
        attack_from(&backend, "XB").await;
        backend.clock.advance(Duration::minutes(59));
        pass(&backend, 1).await;
    }
    assert!(alerts::open(&backend).await.unwrap().is_empty());
    assert_eq!(titles(&receiver), first);
    // After more than thirty days without any it is new again; after thirty it is not.
    backend.clock.advance(Duration::days(30));
    for country in ["XA", "XB"] {
        attack_from(&backend, country).await;
    }
    pass(&backend, 1).await;
    assert_eq!(titles(&receiver)[1..], ["first attack from country XA"]);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_hundred_new_countries_are_one_message(pool: PgPool) {
    let (backend, receiver) = (quiet(&pool), Receiver::start().await);
    channel(&backend, &receiver).await;
    pass(&backend, 1).await;
    for number in 0..100_u8 {
        let letters = [b'A' + number / 26, b'A' + number % 26];
        attack_from(&backend, std::str::from_utf8(&letters).unwrap()).await;
    }
    pass(&backend, 3).await;
    assert_eq!(titles(&receiver), ["first attacks from 100 countries"]);
}
