//! Hostile 19 and 20: SIGKILL for console and Postgres while configuration is written and on its way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use backend::config::{self, Content, Line};
use backend::whitelist::Scope;
use backend::{Actor, Backend};
use domain::config::Kind;
use domain::ids::{DeploymentId, RevisionId};
use esl_sim::Misbehaviour;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sqlx::types::Json;

use crate::site::{KINDS, Site, content, of_json, seen};
use crate::stage::until;

/// Makes the console's part of a deployment last about a second.
const LATE: Misbehaviour = Misbehaviour::LateReplies {
    by: Duration::from_millis(120),
};

fn random() -> StdRng {
    let seed = std::env::var("CHAOS_SEED").map_or_else(|_| rand::random(), |s| s.parse().unwrap());
    println!("CHAOS_SEED={seed}");
    StdRng::seed_from_u64(seed)
}

/// A revision on its way to all nodes.
async fn publish(backend: &Backend, content: &Content) -> Result<Sent, backend::Error> {
    let (line, admin) = (Line::fleet(content.kind()), Actor::console());
    let version = seen(backend, line).await?;
    let version = config::save_draft(backend, &admin, line, content, version).await?;
    let (revision, deployment) = config::publish(
        backend,
        &admin,
        line,
        version,
        "a change",
        Some(&Scope::All),
    )
    .await?;
    Ok(Sent {
        revision,
        deployment: deployment.unwrap(),
        content: content.clone(),
    })
}

struct Sent {
    revision: RevisionId,
    deployment: DeploymentId,
    content: Content,
}

const ORDER: [&str; 4] = ["pending", "delivered", "reloaded", "verified"];

/// What is under way, and how far, when the console is killed.
const MOMENTS: [(Kind, &str); 9] = [
    (Kind::Acl, "reloaded"),
    (Kind::Acl, "pending"),
    (Kind::Profiles, "delivered"),
    (Kind::CallRules, "pending"),
    (Kind::Acl, "delivered"),
    (Kind::Profiles, "reloaded"),
    (Kind::CallRules, "delivered"),
    (Kind::Acl, "reloaded"),
    (Kind::Profiles, "pending"),
];

/// `CHAOS_SEED` repeats the choices of a run (though not its moments).
#[tokio::test(flavor = "multi_thread")]
async fn hostile_19_kill_9_of_the_console_in_the_middle_of_a_deployment() {
    let mut random = random();
    let mut site = Site::start().await;
    for switch in &site.switches {
        switch.sim.misbehave(LATE);
    }
    let mut last = Vec::new();
    for (round, (kind, wanted)) in MOMENTS.into_iter().enumerate() {
        let sent = publish(&site.backend, &content(kind, round)).await.unwrap();
        until("the step", async || {
            let steps = steps(&site, &sent).await;
            let reached = |step: &str| ORDER.iter().position(|known| *known == step);
            let mut steps = steps.iter();
            steps
                .any(|(step, _)| reached(step) >= reached(wanted))
                .then_some(())
        })
        .await;
        let pause = Duration::from_millis(random.random_range(0..100));
        tokio::time::sleep(pause).await;
        site.stage.console.kill();
        println!(
            "{kind:?} killed {pause:.0?} after it was {wanted}: {:?}",
            steps(&site, &sent).await
        );
        let start = Instant::now();
        site.stage.console.start();
        until("both nodes", async || {
            let steps = steps(&site, &sent).await;
            let failed = steps
                .iter()
                .any(|(step, _)| step == "failed" || step == "rolled_back");
            assert!(!failed, "{steps:?}");
            steps
                .iter()
                .all(|(step, _)| step == "verified")
                .then_some(())
        })
        .await;
        println!("verified {:.1?} after the new start", start.elapsed());
        // Once each: nobody's try was given up and begun anew.
        assert_eq!(
            steps(&site, &sent).await,
            [(); 2].map(|()| ("verified".to_owned(), 1))
        );
        last.retain(|sent: &Sent| sent.content.kind() != kind);
        last.push(sent);
    }
    site.check();
    for sent in &last {
        site.assert_holds(&sent.content).await;
    }
    let count = i64::try_from(MOMENTS.len()).unwrap();
    for (sql, rows) in [
        ("select count(*) from revisions", count),
        ("select count(*) from deployments", count),
        (
            "select count(*) from deployment_nodes where step = 'verified'",
            2 * count,
        ),
        ("select count(*) from deployment_nodes", 2 * count),
        (
            "select count(*) from audit where action = 'deploy revision'",
            count,
        ),
    ] {
        assert_eq!(site.stage.look(sql).await, Some(rows), "{sql}");
    }
}

/// Step and try on each node.
async fn steps(site: &Site, sent: &Sent) -> Vec<(String, i32)> {
    let sql =
        "select step, attempt from deployment_nodes where deployment_id = $1 order by node_id";
    let rows = sqlx::query_as(sql).bind(sent.deployment.0);
    rows.fetch_all(&site.backend.pool).await.unwrap()
}

#[derive(Clone, Copy, Debug)]
enum Death {
    Postgres,
    Session,
    Console,
    Both,
}

use Death::{Both, Console, Postgres, Session};

/// What the editor was told.
#[derive(Default)]
struct Told {
    sent: Vec<Sent>,
    /// Drafts that were saved and revisions that were made, by the message they have.
    drafts: usize,
    refused: usize,
}

/// `CHAOS_SEED` repeats the choices of a run (though not its moments).
#[tokio::test(flavor = "multi_thread")]
async fn hostile_20_kill_9_of_postgres_under_drafts_revisions_and_deployments() {
    let mut random = random();
    let mut site = Site::start().await;
    let stop = Arc::new(AtomicBool::new(false));
    let editor = tokio::spawn(edit(site.backend.clone(), Arc::clone(&stop)));
    for death in [
        Postgres, Session, Session, Both, Postgres, Console, Session, Postgres,
    ] {
        tokio::time::sleep(Duration::from_millis(random.random_range(300..2_500))).await;
        println!("{death:?}");
        let pause = Duration::from_millis(random.random_range(0..1_000));
        match death {
            Session => {
                until("a session", async || {
                    site.stage.kill_session().await.then_some(())
                })
                .await;
            }
            Console => {
                site.stage.console.kill();
                tokio::time::sleep(pause).await;
                site.stage.console.start();
            }
            Postgres => {
                site.stage.kill_postgres();
                tokio::time::sleep(pause).await;
                site.stage.start_postgres().await;
            }
            Both => {
                site.stage.kill_postgres();
                site.stage.console.kill();
                tokio::time::sleep(pause).await;
                site.stage.start_postgres().await;
                site.stage.console.start();
            }
        }
    }
    stop.store(true, Ordering::Relaxed);
    let told = editor.await.unwrap();
    println!(
        "{} deployments and {} drafts acknowledged, {} times refused",
        told.sent.len(),
        told.drafts,
        told.refused
    );
    assert!(told.sent.len() > 20 && told.refused > 0);

    until("the end of everything", async || {
        let sql = "select count(*) from deployment_nodes where step in ('pending', 'delivered', 'reloaded')";
        (site.stage.look::<i64>(sql).await? == 0).then_some(())
    })
    .await;
    site.check();
    acknowledged(&site, &told).await;
    whole_or_absent(&site).await;
    for kind in KINDS {
        let sql = "select r.content from deployments d join revisions r on r.id = d.revision_id
                   where d.kind = $1 order by d.id desc limit 1";
        let newest: serde_json::Value = sqlx::query_scalar(sql)
            .bind(kind.as_str())
            .fetch_one(&site.backend.pool)
            .await
            .unwrap();
        site.assert_holds(&of_json(kind, newest)).await;
    }
}

/// An editor who goes on whatever happens, until told to stop.
async fn edit(backend: Backend, stop: Arc<AtomicBool>) -> Told {
    let mut told = Told::default();
    let mut number = 0;
    while !stop.load(Ordering::Relaxed) {
        number += 1;
        let content = content(KINDS[number % KINDS.len()], number);
        let line = Line::fleet(content.kind());
        let admin = Actor::console();
        let done = async {
            if number.is_multiple_of(4) {
                // Only a draft: the next edit takes its place.
                let version = seen(&backend, line).await?;
                config::save_draft(&backend, &admin, line, &content, version).await?;
                return Ok(None);
            }
            publish(&backend, &content).await.map(Some)
        };
        let done: Result<Option<Sent>, backend::Error> = done.await;
        match done {
            Ok(None) => told.drafts += 1,
            Ok(Some(sent)) => {
                told.drafts += 1;
                told.sent.push(sent);
            }
            Err(_) => {
                told.refused += 1;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    told
}

/// Every change that was acknowledged is there as it was made, with its rows of the audit log.
async fn acknowledged(site: &Site, told: &Told) {
    for sent in &told.sent {
        let sql =
            "select r.content, d.id from revisions r join deployments d on d.revision_id = r.id
                   where r.id = $1";
        let (stored, deployment): (Json<serde_json::Value>, i64) = sqlx::query_as(sql)
            .bind(sent.revision.0)
            .fetch_one(&site.backend.pool)
            .await
            .unwrap();
        assert_eq!(of_json(sent.content.kind(), stored.0), sent.content);
        assert_eq!(deployment, sent.deployment.0);
        let sql = "select count(*) from audit where action = 'deploy revision'
                   and after -> 'deployment' = to_jsonb($1::bigint)";
        let audited: i64 = sqlx::query_scalar(sql)
            .bind(deployment)
            .fetch_one(&site.backend.pool)
            .await
            .unwrap();
        assert_eq!(audited, 1, "deployment {deployment}");
    }
    let sql = "select count(*) from audit where action = 'save draft'";
    let saved: i64 = site.stage.look(sql).await.unwrap();
    assert!(usize::try_from(saved).unwrap() >= told.drafts);
}

/// What was not acknowledged is there with all that belongs to it, or not at all.
async fn whole_or_absent(site: &Site) {
    for sql in [
        // A revision without its row of the audit log, or the other way round.
        "select abs((select count(*) from revisions)
                  - (select count(*) from audit where action = 'commit revision'))",
        "select abs((select count(*) from deployments)
                  - (select count(*) from audit where action = 'deploy revision'))",
        // Numbers that are missing.
        "select coalesce(sum(gap), 0)::bigint from
             (select max(number) - count(*) as gap from revisions group by kind) gaps",
        // A deployment that goes to one of the two nodes only.
        "select count(*) from deployments d
         where (select count(*) from deployment_nodes s where s.deployment_id = d.id) <> 2",
        // Ends that nothing here is a reason for.
        "select count(*) from deployment_nodes where step not in ('verified', 'superseded')",
        // A change that nobody was woken for would still wait: see the steps. Two drafts of a line:
        "select count(*) from (select kind from config_drafts group by kind having count(*) > 1) two",
    ] {
        assert_eq!(site.stage.look::<i64>(sql).await, Some(0), "{sql}");
    }
}
