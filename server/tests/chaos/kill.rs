//! Hostile 8: SIGKILL for worker, console and Postgres while lines arrive.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use embedded::postgres::Durability;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use sqlx::{Connection, PgConnection};

use crate::stage::{Stage, until};
use crate::writer::{Lines, Writer};

/// The writer's.
const LINES: usize = 100_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Victim {
    Worker,
    Console,
    Postgres,
    /// One of the console's sessions in Postgres.
    Session,
}

use Victim::{Console, Postgres, Session, Worker};

/// Who dies together.
const DEATHS: [&[Victim]; 12] = [
    &[Worker],
    &[Worker],
    &[Worker],
    &[Console],
    &[Console],
    &[Postgres],
    &[Postgres],
    &[Session],
    &[Session],
    &[Worker, Console],
    &[Console, Postgres],
    &[Worker, Console, Postgres],
];

/// `CHAOS_SEED` repeats the choices of a run (though not its moments).
#[tokio::test(flavor = "multi_thread")]
async fn hostile_08_kill_9_of_worker_console_and_postgres() {
    let seed = std::env::var("CHAOS_SEED").map_or_else(|_| rand::random(), |s| s.parse().unwrap());
    println!("CHAOS_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("cti_fail2ban.log");
    let mut writer = Writer::new(&log, random.random());
    let mut stage = Stage::start(folder, log, Durability::Durable, None).await;
    stage.worker.start();
    // A file that is rotated away before the first worker has ever looked is nobody's.
    writer.batch(10);
    caught_up(&stage, &writer).await;

    let start = Instant::now();
    let told = Arc::new(AtomicUsize::new(0));
    let writing = {
        let told = Arc::clone(&told);
        std::thread::spawn(move || {
            writer.write(LINES, &told);
            writer
        })
    };
    let mut deaths = DEATHS;
    deaths.shuffle(&mut random);
    for (done, death) in deaths.into_iter().enumerate() {
        // Moments by chance, spread over the writing.
        let from = LINES / (DEATHS.len() + 1) * (done + 1);
        let moment = from + random.random_range(0..LINES / (DEATHS.len() + 1));
        until("the writer", async || {
            (told.load(Ordering::Relaxed) >= moment).then_some(())
        })
        .await;
        let pause = Duration::from_millis(random.random_range(0..1_500));
        println!("{:>6.2?} {death:?} for {pause:.0?}", start.elapsed());
        happen(&mut stage, death, pause, &mut random).await;
    }
    let mut writer = writing.join().unwrap();
    let wrote = start.elapsed();
    caught_up(&stage, &writer).await;
    println!(
        "{} lines in {} files written in {wrote:.1?}, all stored after {:.1?}",
        writer.count(),
        writer.files.len(),
        start.elapsed()
    );
    println!("the last worker's peak: {} kB", stage.worker.peak_memory());

    // Whatever is still under way somewhere comes before these.
    happen(&mut stage, &[Worker, Console], Duration::ZERO, &mut random).await;
    writer.batch(10);
    caught_up(&stage, &writer).await;
    stage.console.check();
    stage.worker.check();
    compare(&stage, &writer.files).await;
}

/// Everybody in `death` is killed and, after a pause, started again in any order.
async fn happen(stage: &mut Stage, death: &[Victim], pause: Duration, random: &mut StdRng) {
    let mut victims = death.to_vec();
    for victim in &victims {
        match victim {
            Worker => stage.worker.kill(),
            Console => stage.console.kill(),
            Postgres => stage.kill_postgres(),
            Session => {
                until("a session", async || {
                    stage.kill_session().await.then_some(())
                })
                .await;
            }
        }
    }
    tokio::time::sleep(pause).await;
    victims.shuffle(random);
    for victim in victims {
        match victim {
            Worker => stage.worker.start(),
            Console => stage.console.start(),
            Postgres => stage.start_postgres().await,
            Session => {}
        }
    }
}

/// Waits until the console's cursor stands at the end of the last file.
async fn caught_up(stage: &Stage, writer: &Writer) {
    until("the last line", async || {
        let sql = "select \"offset\" from log_cursors where source = 'attacks'";
        let offset: i64 = stage.look(sql).await?;
        if offset != writer.end() {
            return None;
        }
        let count: i64 = stage.look("select count(*) from attacks").await?;
        (usize::try_from(count).unwrap() >= writer.count()).then_some(())
    })
    .await;
}

/// Every line of every file once, at its place, and nothing else.
async fn compare(stage: &Stage, written: &[Lines]) {
    let mut connection = PgConnection::connect(&stage.url).await.unwrap();
    let sql = "select generation, \"offset\", raw from attacks order by generation, \"offset\"";
    let rows: Vec<(i64, i64, String)> = sqlx::query_as(sql)
        .fetch_all(&mut connection)
        .await
        .unwrap();
    let mut stored: Vec<(i64, Lines)> = Vec::new();
    for (generation, offset, raw) in rows {
        match stored.last_mut() {
            Some((last, lines)) if *last == generation => lines.push((offset, raw)),
            _ => stored.push((generation, vec![(offset, raw)])),
        }
    }
    // A file without a line to store has no rows.
    let written: Vec<_> = written.iter().filter(|lines| !lines.is_empty()).collect();
    for (lines, (generation, found)) in written.iter().zip(&stored) {
        let first = lines.iter().zip(found).find(|(line, row)| line != row);
        assert_eq!(first, None, "generation {generation}");
        assert_eq!(lines.len(), found.len(), "generation {generation}");
    }
    assert_eq!(written.len(), stored.len(), "a generation for each file");

    let gaps: Vec<(String, i64, i64, i64, String)> = sqlx::query_as(
        "select source, generation, from_byte, to_byte, cause from log_gaps order by id",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(gaps, []);
    let counted: i64 = sqlx::query_scalar(
        "select coalesce(sum(events), 0)::bigint from event_minutes \
                   where node_id = 0 and kind not like '%ban'",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    let count: usize = written.iter().map(|lines| lines.len()).sum();
    assert_eq!(
        usize::try_from(counted).unwrap(),
        count,
        "the charts' counters"
    );
}
