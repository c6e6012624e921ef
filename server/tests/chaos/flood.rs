//! Hostile 4 and 11: a million sources, ten thousand broken lines and an attacker among them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, setpriority_process};

use crate::node::Node;
use crate::sources::{Flood, IPV4};
use crate::stage::{until, until_within};
use crate::visitor::Visitor;

const FLOOD: Flood = Flood {
    sources: 1_000_000,
    attacker: "203.0.113.9",
    attacker_after: 10_000,
    attacker_lines: 5,
};
/// The attacker writes once more, into the log after this one.
const ALL_LINES: u32 = FLOOD.sources + FLOOD.attacker_lines + FLOOD.broken() + 1;
/// Most kB of the worker: 24 MB less 10 MB, which is more than all of an idle one (`xtask bench --memory`).
const WORKER_KB: u64 = 14 << 10;
/// Most kB of the console: twice what it needs; with but 100 bytes kept of each source it would be past it.
const CONSOLE_KB: u64 = 96 << 10;
/// For a million lines through debug builds on two busy cores.
const PATIENCE: Duration = Duration::from_mins(10);
/// Of attack lines, once all of them were seen to be stored.
const CAP: i64 = 50_000;
/// Most that nineteen of twenty pages may take meanwhile.
const PAGE: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn hostile_04_11_a_million_sources_and_broken_lines() {
    let mut node = Node::start().await;
    node.stage.add_user("ann", "correct horse battery");
    let url = node.stage.console_url.clone();
    let ann = Visitor::sign_in(&url, "ann", "correct%20horse%20battery").await;
    node.stage.worker.start();
    // On a slow machine fail2ban reads the attacker's lines when they are older than three minutes.
    node.set_findtime(3_600);

    let start = Instant::now();
    let log = node.stage.log.clone();
    tokio::task::spawn_blocking(move || FLOOD.write(&log))
        .await
        .unwrap();
    println!("{:>6.1?} written", start.elapsed());
    let done = Arc::new(AtomicBool::new(false));
    let looking = tokio::spawn(look_at_pages(ann.clone(), Arc::clone(&done)));

    node.until_banned_within(PATIENCE, FLOOD.attacker).await;
    println!("{:>6.1?} the attacker is banned", start.elapsed());
    node.set_findtime(180);
    // The rest of the flood is nothing to fail2ban but work: it shall not hold up the others.
    let fail2ban = Pid::from_raw(i32::try_from(node.fail2ban.pid()).unwrap()).unwrap();
    setpriority_process(Some(fail2ban), 19).unwrap();

    // The rest without a newline counts when the module has gone on in another file.
    let log = &node.stage.log;
    std::fs::rename(log, log.with_extension("log.1")).unwrap();
    std::fs::File::create(log).unwrap();
    node.attack(FLOOD.attacker, 1);
    until_within(PATIENCE, "the last line", async || {
        let sql = "select coalesce(sum(events), 0)::bigint from event_minutes \
                   where node_id = 0 and kind not like '%ban'";
        (node.stage.look::<i64>(sql).await? >= i64::from(ALL_LINES)).then_some(())
    })
    .await;
    println!("{:>6.1?} all stored", start.elapsed());
    done.store(true, Ordering::Relaxed);
    let pages = looking.await.unwrap();
    let (slow, slowest) = (pages[pages.len() * 19 / 20], pages[pages.len() - 1]);
    println!(
        "{} pages meanwhile, nineteen of twenty in {slow:.2?}, the slowest in {slowest:.2?}",
        pages.len()
    );
    stored_once(&node).await;

    let (worker, console) = (&node.stage.worker, &node.stage.console);
    let (worker, console) = (worker.peak_memory(), console.peak_memory());
    println!("peaks: worker {worker} kB, console {console} kB");
    assert!(worker < WORKER_KB, "the worker had {worker} kB");
    assert!(console < CONSOLE_KB, "the console had {console} kB");
    assert!(slow < PAGE, "pages took {slow:.2?}");

    let settings = format!("[retention]\nattack_rows = {CAP}\n");
    node.stage.restart_console_with(&settings);
    capped(&node).await;
    println!("{:>6.1?} down to {CAP}", start.elapsed());
    // What was deleted is not stored again, and whoever is banned is so for a reason still.
    let (page, _) = ann.see("/bans").await;
    assert!(page.contains(FLOOD.attacker));
    // (The sixth is among the newest of all, or not.)
    assert!(node.lines_of(FLOOD.attacker).await >= 5);
    node.attack(FLOOD.attacker, 1);
    until("one line more", async || {
        let sql = "select sum(events)::bigint from event_minutes \
                   where node_id = 0 and kind not like '%ban'";
        (node.stage.look::<i64>(sql).await? == i64::from(ALL_LINES) + 1).then_some(())
    })
    .await;
    capped(&node).await;
    node.stage.console.check();
    node.stage.worker.check();
}

/// Waits until no more rows are left than the cap.
async fn capped(node: &Node) {
    until_within(PATIENCE, "the cap", async || {
        // Counted only in the end: meanwhile that would be most of the work.
        let sql = "select sum(rows)::bigint from log_weeks where log = 'attacks'";
        if node.stage.look::<i64>(sql).await? > CAP {
            return None;
        }
        let rows = node
            .stage
            .look::<i64>("select count(*) from attacks")
            .await?;
        (rows <= CAP).then_some(())
    })
    .await;
}

/// Dashboard and bans in turns; how long each took, the slowest last.
async fn look_at_pages(ann: Visitor, done: Arc<AtomicBool>) -> Vec<Duration> {
    let mut pages = Vec::new();
    while !done.load(Ordering::Relaxed) {
        for path in ["/", "/bans"] {
            let (_, time) = ann.see(path).await;
            pages.push(time);
        }
        // As often as the live page asks.
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    pages.sort_unstable();
    pages
}

/// Every line once: the key says that no place has two rows, the sums that none is missing.
async fn stored_once(node: &Node) {
    let count = async |sql: &'static str| node.stage.look::<i64>(sql).await.unwrap();
    let good = "select count(*) from attacks where source = case \
                when extension = 'admin' then null \
                when extension::bigint < 131072 then inet '198.18.0.0' + extension::bigint \
                else inet '2001:db8::' + extension::bigint end";
    assert_eq!(IPV4, 131_072, "as in the statement");
    assert_eq!(count(good).await, i64::from(FLOOD.sources));
    let sources = "select count(distinct source) from attacks";
    assert_eq!(count(sources).await, i64::from(FLOOD.sources) + 1);
    let broken = "select count(*) from attacks where source is null";
    assert_eq!(count(broken).await, i64::from(FLOOD.broken()));
    let all = "select count(*) from attacks";
    let lines = ALL_LINES;
    assert_eq!(count(all).await, i64::from(lines));
    let minutes = "select sum(events)::bigint from event_minutes \
                   where node_id = 0 and kind not like '%ban'";
    assert_eq!(
        count(minutes).await,
        i64::from(lines),
        "the charts' counters"
    );
    assert_eq!(count("select count(*) from log_gaps").await, 0);
    let banned = "select count(*) from banned";
    assert_eq!(count(banned).await, 1, "nobody else is banned");
}
