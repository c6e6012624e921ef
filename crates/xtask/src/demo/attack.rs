//! The steady, gentle attack on the demo nodes: a few attackers at a time, new ones as others fall
//! silent, bursts now and then.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rand::Rng;
use runtime::Clock;
use time::OffsetDateTime;

use super::attacker::Attacker;

/// Attackers at work at the same time, outside of bursts.
const CROWD: usize = 6;
/// Seconds from one new attacker to the next, at most.
const ARRIVAL: f64 = 25.0;

/// The running attack; stops when dropped.
pub struct Attack {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

struct Active {
    attacker: Attacker,
    logs: Vec<PathBuf>,
    next: Instant,
}

impl Attack {
    /// Starts writing to the nodes' attack logs.
    pub fn start(logs: Vec<PathBuf>) -> io::Result<Self> {
        let (stop, stopped) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("attack".into())
            .spawn(move || attack(&logs, &stopped))?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Attack {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn attack(logs: &[PathBuf], stopped: &mpsc::Receiver<()>) {
    let mut rng = rand::rng();
    let clock = Clock::system();
    let mut crowd: Vec<Active> = Vec::new();
    let mut arrival = Instant::now();
    loop {
        let now = Instant::now();
        if now >= arrival {
            // One in six arrivals is a whole botnet.
            let many = if rng.random_ratio(1, 6) { 4 } else { 1 };
            for _ in 0..many.min((CROWD + 4).saturating_sub(crowd.len())) {
                crowd.push(newcomer(logs, &mut rng, now));
            }
            arrival = now + Duration::from_secs_f64(rng.random_range(4.0..ARRIVAL));
        }
        for active in crowd.iter_mut().filter(|active| active.next <= now) {
            strike(active, &mut rng, clock.now());
        }
        crowd.retain(|active| active.attacker.left > 0);
        let next = crowd
            .iter()
            .map(|active| active.next)
            .fold(arrival, Instant::min);
        match stopped.recv_timeout(next.saturating_duration_since(Instant::now())) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Most attack one node; some find all of them.
fn newcomer(logs: &[PathBuf], rng: &mut impl Rng, now: Instant) -> Active {
    let logs = if rng.random_ratio(1, 4) {
        logs.to_vec()
    } else {
        vec![logs[rng.random_range(0..logs.len())].clone()]
    };
    Active {
        attacker: Attacker::random(rng),
        logs,
        next: now,
    }
}

fn strike(active: &mut Active, rng: &mut impl Rng, at: OffsetDateTime) {
    let line = active.attacker.line(rng, at);
    for log in &active.logs {
        // A full disk ends the demo's lines, not the demo.
        let _ = append(log, &line);
    }
    active.attacker.left -= 1;
    let pause = active.attacker.manner.pause(rng);
    active.next = Instant::now() + Duration::from_secs_f64(pause);
}

/// One write per line, as the module does: a reader never sees half a line.
fn append(log: &Path, line: &str) -> io::Result<()> {
    OpenOptions::new()
        .append(true)
        .create(true)
        .open(log)?
        .write_all(line.as_bytes())
}
