//! What needs no switch: the jail's settings, from the worker's side.

use backend::config::{self, Content, DeploymentView, Line};
use backend::whitelist::Scope;
use backend::{Error, Problem};
use domain::config::{Answer, Deploy, Found, Kind, KindReport, Outcome, Step};
use domain::ids::DeploymentId;
use domain::jail::{BanTime, JailConfig};
use domain::role::Role;
use domain::wire::{ConfigReport, DesiredConfig};
use sqlx::PgPool;

use crate::config_drafts::{jail, revision};
use crate::support::{TestConsole, TestWorker, actor};

const LINE: Line = Line {
    kind: Kind::Jail,
    node: None,
};

fn of(bantime: i64) -> impl Fn(&DesiredConfig) -> bool {
    move |desired| {
        let jail = desired.jail.as_ref();
        jail.is_some_and(|jail| jail.content.bantime.get() == bantime)
    }
}

fn found(bantime: i64) -> Found<JailConfig> {
    let Content::Jail(content) = jail(bantime) else {
        unreachable!()
    };
    Found {
        content: Some(content),
        running: None,
        problem: None,
        files: Vec::new(),
    }
}

fn told(answer: Option<(&Deploy<JailConfig>, Outcome)>, bantime: Option<i64>) -> ConfigReport {
    let answer = answer.map(|(deploy, outcome)| Answer {
        deployment: deploy.deployment,
        attempt: deploy.attempt,
        outcome,
    });
    ConfigReport {
        jail: Some(KindReport {
            answer,
            found: bantime.map(found),
        }),
        ..ConfigReport::default()
    }
}

async fn verify(worker: &TestWorker, deploy: &Deploy<JailConfig>) {
    let bantime = deploy.content.bantime.get();
    worker
        .tell(told(Some((deploy, Outcome::Verified)), Some(bantime)))
        .await;
}

async fn view(console: &TestConsole, id: DeploymentId) -> DeploymentView {
    let view = config::deployment(&console.backend, id).await.unwrap();
    view.expect("it is there")
}

async fn step(console: &TestConsole, id: DeploymentId, worker: &TestWorker) -> Step {
    let view = view(console, id).await;
    let node = view.nodes.iter().find(|node| node.node == worker.node);
    node.expect("the node is in it").step
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn a_revision_reaches_every_node_once(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let (backend, admin) = (&console.backend, actor(Role::Admin));
    let (one, two) = (console.node("fs-1").await, console.node("fs-2").await);
    let mut streams = [one.stream().await, two.stream().await];
    let nothing = DesiredConfig::default();
    for stream in &mut streams {
        stream.config(|desired| *desired == nothing).await;
    }
    let rev = revision(&console, &admin, LINE, &jail(600)).await;
    let deployment = config::deploy(backend, &admin, rev, &Scope::All)
        .await
        .unwrap();
    // Twice the same form: one effect.
    let again = config::deploy(backend, &admin, rev, &Scope::All).await;
    assert_eq!(again.unwrap(), deployment);
    assert_eq!(console.audited("deploy revision", "jail").await, 1);

    let [first, second] = &mut streams;
    let wanted = first.config(of(600)).await.jail.unwrap();
    assert_eq!((wanted.attempt, wanted.confirm_seconds), (1, None));
    assert_eq!(second.config(of(600)).await.jail.as_ref(), Some(&wanted));
    verify(&one, &wanted).await;
    verify(&one, &wanted).await;
    assert_eq!(step(&console, deployment, &one).await, Step::Verified);
    assert_eq!(step(&console, deployment, &two).await, Step::Pending);
    let row = view(&console, deployment).await.row;
    assert_eq!((row.nodes, row.verified, row.under_way), (2, 1, 1));
    let under_way = config::under_way(backend, None).await.unwrap();
    assert_eq!(under_way, [row]);

    let failed = Outcome::Failed {
        reason: "disk \0full\u{202e}".into(),
    };
    two.tell(told(Some((&wanted, failed)), None)).await;
    let node = view(&console, deployment).await.nodes.remove(1);
    assert_eq!(
        (node.step, node.reason, node.can_retry),
        (Step::Failed, Some("disk \\x00full\\u{202e}".into()), true)
    );
    assert!(config::under_way(backend, None).await.unwrap().is_empty());
    config::retry(backend, &admin, deployment, two.node)
        .await
        .unwrap();
    config::retry(backend, &admin, deployment, two.node)
        .await
        .unwrap();
    let retried = second.config(of(600)).await.jail.unwrap();
    assert_eq!((retried.deployment, retried.attempt), (deployment, 2));
    // Late words about the first try say nothing of the second.
    verify(&two, &wanted).await;
    assert_eq!(step(&console, deployment, &two).await, Step::Pending);
    verify(&two, &retried).await;
    assert_eq!(step(&console, deployment, &two).await, Step::Verified);
    let done = config::retry(backend, &admin, deployment, two.node).await;
    assert!(matches!(
        done,
        Err(Error::Invalid {
            problem: Problem::Gone,
            ..
        })
    ));
    let line = config::line(backend, LINE).await.unwrap();
    assert!(line.nodes.iter().all(|node| {
        node.verified.is_some_and(|held| held.number == 1) && node.drift_since.is_none()
    }));
    assert_eq!(line.deployed.unwrap().row.nodes, 2);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_18_a_node_that_was_away_gets_the_last_of_twenty_once(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let (backend, admin) = (&console.backend, actor(Role::Admin));
    let (here, away) = (console.node("fs-1").await, console.node("fs-2").await);
    let mut stream = here.stream().await;
    let mut last = DeploymentId(0);
    for number in 1..=20 {
        let rev = revision(&console, &admin, LINE, &jail(600 + number)).await;
        last = config::deploy(backend, &admin, rev, &Scope::All)
            .await
            .unwrap();
        let wanted = stream.config(of(600 + number)).await.jail.unwrap();
        verify(&here, &wanted).await;
        assert_eq!(step(&console, last, &here).await, Step::Verified);
    }
    let first = config::deployments(backend, LINE, None).await.unwrap();
    assert_eq!(first.len(), 20);
    let oldest = view(&console, first[19].id).await;
    assert_eq!(oldest.nodes[1].step, Step::Superseded);

    let mut stream = away.stream().await;
    let sent = stream.config(|_| true).await.jail.unwrap();
    assert_eq!((sent.deployment, sent.content.bantime.get()), (last, 620));
    verify(&away, &sent).await;
    assert_eq!(step(&console, last, &away).await, Step::Verified);
    // What was verified is not sent again, until the node asks anew.
    let rev = revision(&console, &admin, LINE, &jail(700)).await;
    config::deploy(backend, &admin, rev, &Scope::All)
        .await
        .unwrap();
    let next = stream.config(|_| true).await.jail.unwrap();
    assert_eq!(next.content.bantime.get(), 700);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn rolling_back_deploys_the_earlier_revision_and_keeps_the_history(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let (backend, admin) = (&console.backend, actor(Role::Admin));
    let worker = console.node("fs-1").await;
    let mut stream = worker.stream().await;
    let mut revisions = Vec::new();
    for bantime in [600, 700] {
        let rev = revision(&console, &admin, LINE, &jail(bantime)).await;
        config::deploy(backend, &admin, rev, &Scope::All)
            .await
            .unwrap();
        let wanted = stream.config(of(bantime)).await.jail.unwrap();
        verify(&worker, &wanted).await;
        revisions.push(rev);
    }
    let back = config::roll_back(backend, &admin, revisions[0])
        .await
        .unwrap();
    let twice = config::roll_back(backend, &admin, revisions[0]).await;
    assert_eq!(twice.unwrap(), back);
    assert_eq!(console.audited("roll back", "jail").await, 1);
    let wanted = stream.config(of(600)).await.jail.unwrap();
    assert_eq!(wanted.deployment, back);
    verify(&worker, &wanted).await;
    let row = view(&console, back).await.row;
    assert_eq!((row.revision.number, row.back_from), (1, Some(2)));
    let line = config::line(backend, LINE).await.unwrap();
    assert_eq!(line.newest.as_ref().unwrap().row.number, 2);
    assert_eq!(line.deployed.as_ref().unwrap().row.number, 1);
    assert_eq!(line.content(), Some(&jail(600)));
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn hostile_23_a_hand_edit_is_drift_and_both_choices_work(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let (backend, admin) = (&console.backend, actor(Role::Admin));
    let (one, two) = (console.node("fs-1").await, console.node("fs-2").await);
    let mut streams = [one.stream().await, two.stream().await];
    let rev = revision(&console, &admin, LINE, &jail(600)).await;
    config::deploy(backend, &admin, rev, &Scope::All)
        .await
        .unwrap();
    for (worker, stream) in [&one, &two].into_iter().zip(&mut streams) {
        let wanted = stream.config(of(600)).await.jail.unwrap();
        verify(worker, &wanted).await;
    }
    assert!(config::drifts(backend).await.unwrap().is_empty());

    one.tell(told(None, Some(999))).await;
    let drift = config::drifts(backend).await.unwrap().remove(0);
    assert_eq!((drift.name.as_str(), drift.kind), ("fs-1", Kind::Jail));
    assert_eq!(
        (&drift.ours.content, &drift.theirs),
        (&jail(600), &Some(jail(999)))
    );
    // Put ours back.
    let back = config::put_ours_back(backend, &admin, one.node, Kind::Jail)
        .await
        .unwrap();
    let twice = config::put_ours_back(backend, &admin, one.node, Kind::Jail).await;
    assert_eq!(twice.unwrap(), back);
    assert_eq!(console.audited("put ours back", "jail fs-1").await, 1);
    let wanted = streams[0].config(|_| true).await.jail.unwrap();
    assert_eq!((wanted.deployment, wanted.revision), (back, rev));
    verify(&one, &wanted).await;
    assert!(config::drifts(backend).await.unwrap().is_empty());

    // Take the node's: it has its own from now on, and the fleet passes it over.
    one.tell(told(None, Some(999))).await;
    let taken = config::take_nodes_version(backend, &admin, one.node, Kind::Jail)
        .await
        .unwrap();
    let twice = config::take_nodes_version(backend, &admin, one.node, Kind::Jail).await;
    assert_eq!(twice.unwrap(), taken);
    let audited = console.audited("take node's version", "jail fs-1").await;
    assert_eq!(audited, 1);
    let wanted = streams[0].config(of(999)).await.jail.unwrap();
    verify(&one, &wanted).await;
    assert!(config::drifts(backend).await.unwrap().is_empty());
    let own = Line::of(Kind::Jail, one.node);
    let view = config::line(backend, own).await.unwrap();
    assert_eq!(view.newest.unwrap().content, jail(999));
    let fleet = config::line(backend, LINE).await.unwrap();
    assert_eq!(fleet.own, [(one.node, "fs-1".to_owned())]);
    let next = revision(&console, &admin, LINE, &jail(700)).await;
    let chosen = Scope::Nodes(vec![one.node]);
    let refused = config::deploy(backend, &admin, next, &chosen).await;
    assert!(matches!(
        refused,
        Err(Error::Invalid {
            problem: Problem::OwnLine,
            ..
        })
    ));
    let deployment = config::deploy(backend, &admin, next, &Scope::All).await;
    let deployment = config::deployment(backend, deployment.unwrap()).await;
    let nodes: Vec<_> = deployment.unwrap().unwrap().nodes;
    assert_eq!(nodes.len(), 1);
    assert_eq!(nodes[0].node, two.node);

    // … until it is dropped: it follows the fleet again.
    let dropped = config::drop_own_line(backend, &admin, one.node, Kind::Jail)
        .await
        .unwrap();
    let wanted = streams[0].config(of(700)).await.jail.unwrap();
    assert_eq!(Some(wanted.deployment), dropped);
    let twice = config::drop_own_line(backend, &admin, one.node, Kind::Jail).await;
    assert_eq!(twice.unwrap(), None);
    let state = config::node_state(backend, one.node).await.unwrap();
    assert!(!state[0].own && state[0].step.as_ref().unwrap().step == Step::Pending);
}

#[sqlx::test(migrator = "backend::MIGRATOR")]
async fn what_is_in_force_and_not_in_the_file_is_drift_too(pool: PgPool) {
    let console = TestConsole::start(&pool).await;
    let (backend, admin) = (&console.backend, actor(Role::Admin));
    let worker = console.node("fs-1").await;
    let mut stream = worker.stream().await;
    let rev = revision(&console, &admin, LINE, &jail(600)).await;
    config::deploy(backend, &admin, rev, &Scope::All)
        .await
        .unwrap();
    let wanted = stream.config(of(600)).await.jail.unwrap();
    verify(&worker, &wanted).await;
    let mut report = told(None, Some(600));
    let running = JailConfig {
        bantime: BanTime::FOR_EVER,
        ..JailConfig::default()
    };
    let told = report.jail.as_mut().unwrap().found.as_mut().unwrap();
    told.running = Some(running.clone());
    worker.tell(report).await;
    let drift = config::drifts(backend).await.unwrap().remove(0);
    assert_eq!(drift.running, Some(Content::Jail(running.clone())));
    // The only node that follows the fleet's line: what it has becomes the fleet's.
    let taken = config::take_nodes_version(backend, &admin, worker.node, Kind::Jail).await;
    let row = view(&console, taken.unwrap()).await.row.revision;
    assert_eq!((row.line, row.number), (LINE, 2));
    assert_eq!(
        config::revision(backend, row.id)
            .await
            .unwrap()
            .unwrap()
            .content,
        Content::Jail(running)
    );
}
