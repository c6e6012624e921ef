//! Memory of the tailer under broken input; alone in its process, since it measures that.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::fs::{self, File};
use std::io::Write;
use std::time::Duration;

use domain::wire::RAW_LIMIT;
use worker::tail::{Parser, Tailer};

#[test]
fn hostile_04_broken_lines_among_good_ones() {
    const GOOD: usize = 1_000_000;
    const EVERY: usize = 100; // 10,000 broken ones
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("cti_fail2ban.log");
    let mut file = std::io::BufWriter::with_capacity(1 << 20, File::create(&log).unwrap());
    let mut broken = 0_u64;
    for id in 0..GOOD {
        file.write_all(line(id).as_bytes()).unwrap();
        if id % EVERY == 0 {
            broken += 1;
            match broken % 4 {
                0 => file.write_all(&[0, 0xff, 0xfe, 0x80, b'[', b'\n']).unwrap(),
                1 => file.write_all(b"ip[\xe5\x88 torn character\n").unwrap(),
                2 if broken == 2 => {
                    file.write_all(&vec![b'A'; 10 << 20]).unwrap();
                    file.write_all(b"\n").unwrap();
                }
                2 => file.write_all(b"no address at all\n").unwrap(),
                _ => file.write_all(b"ip[1.2.3.999] user[1]\n").unwrap(),
            }
        }
    }
    file.write_all(b"ip[198.51.100.7] no newline at the end")
        .unwrap();
    file.flush().unwrap();
    let before = resident();
    let mut tailer = Tailer::resume(&log, Parser::Attacks, None, None);
    let (mut good, mut bad, mut next, mut most) = (0, 0_u64, 0, 0);
    loop {
        let Some(piece) = tailer.poll(Duration::ZERO).unwrap() else {
            if tailer.is_busy() {
                continue;
            }
            break;
        };
        bad += u64::from(piece.chunk.broken);
        for event in &piece.chunk.attacks {
            assert!(event.raw.len() <= RAW_LIMIT * 4);
            if event.source.is_some() {
                good += 1;
                assert_eq!(event.user.as_deref(), Some(&*next.to_string()));
                next += 1;
            }
        }
        most = most.max(resident());
    }
    assert_eq!((good, bad), (GOOD, broken));
    let growth = most.saturating_sub(before);
    assert!(growth < 12 << 20, "reading took {growth} bytes more");
}

/// Bytes of this process in memory.
fn resident() -> u64 {
    let statm = fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

/// A line as `mod_cti` writes it.
pub fn line(id: usize) -> String {
    let (host, second, milli) = (id % 250 + 1, id / 1_000 % 60, id % 1_000);
    format!(
        "ip[198.51.100.{host}] user[{id}] at[2026-11-22T10:40:{second:02}.{milli:03}456+0000] Registration failed succeed!\n"
    )
}
