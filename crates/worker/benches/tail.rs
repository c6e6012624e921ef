//! Lines a second of tail + parse + classify on one core, beside `fail2ban-regex` on the same lines.
//!
//! `cargo bench -p worker --bench tail [-- LINES]`; bars: 1,000,000 lines/s and 15 times
//! fail2ban-regex (a slice of the file is enough for it: its time is per line).

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use worker::tail::{Parser, Tailer};

const LINES: usize = 2_000_000;
const SLICE: usize = 60_000;
const REGEX: &str = r"^\s*ip\[<ADDR>\]";

fn main() {
    // `cargo bench` passes its own flags; `cargo test --benches` none that is a number.
    let lines = std::env::args().skip(1).find_map(|word| word.parse().ok());
    let lines = lines.unwrap_or(LINES);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let log = folder.path().join("cti_fail2ban.log");
    write(&log, lines).expect("the log is written");
    let bytes = log.metadata().map_or(0, |metadata| metadata.len());

    let mut best = Duration::MAX;
    for _ in 0..3 {
        let start = Instant::now();
        let mut tailer = Tailer::resume(&log, Parser::Attacks, None, None);
        let mut seen = 0;
        while let Some(piece) = tailer.poll(Duration::ZERO).expect("the log is readable") {
            seen += piece.chunk.attacks.len();
        }
        assert_eq!(seen, lines, "every line is an event");
        best = best.min(start.elapsed());
    }
    let ours = rate(lines, best);
    println!(
        "tail + parse + classify: {lines} lines, {bytes} bytes: {best:.2?}, {ours:.0} lines/s"
    );

    let slice = folder.path().join("slice.log");
    let count = SLICE.min(lines);
    copy(&log, &slice, count).expect("the slice is written");
    match regex(&slice) {
        Some(time) => {
            let theirs = rate(count, time);
            println!("fail2ban-regex:          {count} lines: {time:.2?}, {theirs:.0} lines/s");
            println!("ratio: {:.1}", ours / theirs);
        }
        None => println!("fail2ban-regex is not installed: no ratio"),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
fn rate(lines: usize, time: Duration) -> f64 {
    lines as f64 / time.as_secs_f64()
}

fn write(log: &Path, lines: usize) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(log)?);
    for id in 0..lines {
        let (a, b) = (id % 250 + 1, id / 250 % 250);
        let (second, micro) = (id / 1_000 % 60, id % 1_000_000);
        match id % 10 {
            0..=6 => writeln!(
                file,
                "ip[198.51.100.{a}] user[{id}] at[2026-11-22T10:40:{second:02}.{micro:06}+0800] Registration failed succeed!"
            ),
            7 | 8 => writeln!(
                file,
                "ip[203.0.113.{a}] number[0044{b}{id}] at[2026-11-22T10:40:{second:02}.{micro:06}+0800] destination number not allowed"
            ),
            _ => writeln!(
                file,
                "ip[2001:db8::{a:x}] user[a]b {id}] agent[friendly-scanner] at[2026-11-22T10:40:{second:02}.{micro:06}+0800] malformed SIP"
            ),
        }?;
    }
    file.flush()
}

fn copy(from: &Path, to: &Path, lines: usize) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(to)?);
    for line in BufReader::new(File::open(from)?).lines().take(lines) {
        writeln!(file, "{}", line?)?;
    }
    file.flush()
}

/// Its time without its own start.
fn regex(log: &Path) -> Option<Duration> {
    let run = |log: &Path| {
        let start = Instant::now();
        let mut command = Command::new("fail2ban-regex");
        let output = command.arg(log).arg(REGEX).output().ok()?;
        output.status.success().then(|| start.elapsed())
    };
    let empty = log.with_extension("one");
    std::fs::write(
        &empty,
        "ip[198.51.100.7] user[1] at[2026-11-22T10:40:00.000001+0800] x\n",
    )
    .ok()?;
    let start_time = run(&empty)?;
    Some(run(log)?.saturating_sub(start_time))
}
