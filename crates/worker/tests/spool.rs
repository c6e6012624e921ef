//! The disk journal: torn at every byte, full, read-only, foreign.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use domain::attack::Kind;
use domain::wire::{AttackEvent, Chunk, Cursor, EVENTS_PER_REPORT, Source};
use worker::spool::{BATCH_CHUNKS, Spool, SpoolError};
use worker::tail::Piece;

const MAX: u64 = 64 << 20;

fn piece(source: Source, from: i64, to: i64, filler: usize) -> Piece {
    let event = AttackEvent {
        offset: from,
        at: Some(1),
        source: Some("198.51.100.7".parse().unwrap()),
        kind: Kind::Other,
        user: None,
        number: None,
        agent: None,
        raw: "x".repeat(filler),
    };
    Piece {
        chunk: Chunk {
            start: from,
            end: Cursor {
                source,
                generation: 1,
                offset: to,
                mark: to * 7,
            },
            attacks: vec![event],
            bans: Vec::new(),
            lines: 1,
            broken: 0,
            gap: None,
        },
        files: None,
    }
}

fn drain(spool: &mut Spool) -> Vec<i64> {
    let mut ends = Vec::new();
    while let Some(batch) = spool.batch(&BTreeMap::new(), BATCH_CHUNKS).unwrap() {
        ends.extend(batch.chunks.iter().map(|chunk| chunk.end.offset));
        spool.ack(batch).unwrap();
    }
    ends
}

fn offset(spool: &Spool, source: Source) -> Option<i64> {
    spool
        .position(source)
        .map(|position| position.cursor.offset)
}

fn segment(folder: &Path) -> std::path::PathBuf {
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut segments: Vec<_> = files
        .filter(|path| {
            path.file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with("segment-")
        })
        .collect();
    segments.sort();
    segments.pop().unwrap()
}

#[test]
fn hostile_08_torn_at_every_byte() {
    let folder = tempfile::tempdir().unwrap();
    let mut ends = Vec::new();
    let bytes = {
        let mut spool = Spool::open(folder.path(), MAX).unwrap();
        for number in 0..5 {
            spool
                .append(&piece(Source::Attacks, number * 10, number * 10 + 10, 20))
                .unwrap();
            ends.push(usize::try_from(spool.bytes()).unwrap());
        }
        fs::read(segment(folder.path())).unwrap()
    };
    assert_eq!(bytes.len(), ends[4]);
    for length in 0..=bytes.len() {
        let whole = ends.iter().filter(|end| **end <= length).count();
        // Killed within a write: cut off, or with blocks of zeros where data had not arrived.
        for padding in [0, 300] {
            fs::write(
                segment(folder.path()),
                [&bytes[..length], &vec![0; padding][..]].concat(),
            )
            .unwrap();
            let mut spool = Spool::open(folder.path(), MAX).unwrap();
            let expected: Vec<i64> = (1..=i64::try_from(whole).unwrap())
                .map(|n| n * 10)
                .collect();
            assert_eq!(
                offset(&spool, Source::Attacks),
                expected.last().copied(),
                "at {length}"
            );
            // What comes next stands right behind.
            spool.append(&piece(Source::Attacks, 100, 110, 5)).unwrap();
            drop(spool);
            let mut spool = Spool::open(folder.path(), MAX).unwrap();
            assert_eq!(
                drain(&mut spool),
                [&expected[..], &[110]].concat(),
                "at {length}"
            );
        }
    }
}

#[test]
fn hostile_09_every_changed_byte_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let mut ends = Vec::new();
    {
        let mut spool = Spool::open(folder.path(), MAX).unwrap();
        for number in 0..3 {
            spool
                .append(&piece(Source::Attacks, number * 10, number * 10 + 10, 8))
                .unwrap();
            ends.push(usize::try_from(spool.bytes()).unwrap());
        }
    }
    let bytes = fs::read(segment(folder.path())).unwrap();
    for position in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[position] ^= 0x20;
        fs::write(segment(folder.path()), &changed).unwrap();
        let mut spool = Spool::open(folder.path(), MAX).unwrap();
        let got = drain(&mut spool);
        let whole = ends.iter().filter(|end| **end <= position).count();
        assert_eq!(got, [10, 20, 30][..whole], "byte {position}");
    }
}

#[test]
fn acked_segments_go_and_the_position_stays() {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = Spool::open(folder.path(), MAX).unwrap();
    spool.append(&piece(Source::Fail2ban, 0, 77, 1)).unwrap();
    for number in 0..200 {
        spool
            .append(&piece(Source::Attacks, number, number + 1, 100_000))
            .unwrap();
    }
    assert!(spool.bytes() > 20_000_000);
    let ends = drain(&mut spool);
    assert_eq!(ends.len(), 201);
    assert!(ends[1..].iter().copied().eq(1..=200));
    assert!(spool.bytes() < 5_000_000, "{} bytes stay", spool.bytes());
    drop(spool);
    let spool = Spool::open(folder.path(), MAX).unwrap();
    assert_eq!(offset(&spool, Source::Attacks), Some(200));
    assert_eq!(offset(&spool, Source::Fail2ban), Some(77));
}

#[test]
fn what_the_console_has_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = Spool::open(folder.path(), MAX).unwrap();
    for number in 0..10 {
        spool
            .append(&piece(Source::Attacks, number, number + 1, 10))
            .unwrap();
        spool
            .append(&piece(Source::Fail2ban, number, number + 1, 10))
            .unwrap();
    }
    let stored = BTreeMap::from([(Source::Attacks, piece(Source::Attacks, 0, 7, 0).chunk.end)]);
    let batch = spool.batch(&stored, BATCH_CHUNKS).unwrap().unwrap();
    let of = |source| {
        batch
            .chunks
            .iter()
            .filter(move |chunk| chunk.end.source == source)
            .count()
    };
    assert_eq!((of(Source::Attacks), of(Source::Fail2ban)), (3, 10));
}

#[test]
fn a_batch_keeps_the_limits_of_a_report() {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = Spool::open(folder.path(), MAX).unwrap();
    for number in 0..6 {
        let mut piece = piece(Source::Attacks, number * 10_000, (number + 1) * 10_000, 1);
        let event = piece.chunk.attacks[0].clone();
        piece.chunk.attacks = vec![event; 2_000];
        spool.append(&piece).unwrap();
    }
    let mut total = 0;
    while let Some(batch) = spool.batch(&BTreeMap::new(), BATCH_CHUNKS).unwrap() {
        let events: usize = batch.chunks.iter().map(|chunk| chunk.attacks.len()).sum();
        assert!(events <= EVENTS_PER_REPORT && events > 0);
        total += events;
        spool.ack(batch).unwrap();
    }
    assert_eq!(total, 12_000);
}

#[test]
fn hostile_09_full_pauses_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = Spool::open(folder.path(), 6 << 20).unwrap();
    let mut number = 0;
    let (refused, error) = loop {
        let piece = piece(Source::Attacks, number, number + 1, 50_000);
        match spool.append(&piece) {
            Ok(()) => number += 1,
            Err(error) => break (piece, error),
        }
    };
    assert!(matches!(error, SpoolError::Full { .. }), "{error}");
    assert!(spool.bytes() <= 6 << 20 && number > 100);
    assert_eq!(drain(&mut spool).len(), usize::try_from(number).unwrap());
    spool.append(&refused).unwrap();
    assert_eq!(drain(&mut spool), [number + 1]);
}

#[test]
fn hostile_09_position_file_empty_cut_foreign() {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = Spool::open(folder.path(), MAX).unwrap();
    for number in 0..60 {
        spool
            .append(&piece(Source::Attacks, number, number + 1, 100_000))
            .unwrap();
    }
    drain(&mut spool);
    assert_eq!(offset(&spool, Source::Attacks), Some(60));
    drop(spool);
    // Everything but the position file is gone.
    let good = fs::read(folder.path().join("position")).unwrap();
    let reopened = |bytes: &[u8]| {
        fs::remove_file(segment(folder.path())).unwrap();
        fs::write(folder.path().join("position"), bytes).unwrap();
        let spool = Spool::open(folder.path(), MAX).unwrap();
        offset(&spool, Source::Attacks)
    };
    assert!(reopened(&good).is_some());
    for length in 0..good.len() {
        assert_eq!(reopened(&good[..length]), None, "cut at {length}");
    }
    for foreign in [
        &b"hello"[..],
        b"{}",
        &[0; 4096],
        b"00000000\n{\"version\":1,\"positions\":[]}",
    ] {
        assert_eq!(reopened(foreign), None);
    }
    let json = br#"{"version":2,"positions":[]}"#;
    let newer = [format!("{:08x}\n", crc32fast::hash(json)).as_bytes(), json].concat();
    assert_eq!(reopened(&newer), None);
}

#[test]
fn hostile_09_folder_unusable_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let error = Spool::open(&file.join("spool"), MAX).unwrap_err();
    assert!(matches!(error, SpoolError::Io { .. }), "{error}");
}

#[test]
fn hostile_09_disk_full_keeps_the_piece() {
    // /dev/full answers every write with "no space left on device".
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/dev/full", folder.path().join("segment-0000000000000001"))
        .unwrap();
    let Ok(mut spool) = Spool::open(folder.path(), MAX) else {
        panic!("a device that reads as empty must open");
    };
    let error = spool.append(&piece(Source::Attacks, 0, 10, 5)).unwrap_err();
    assert!(matches!(error, SpoolError::Io { .. }), "{error}");
    assert_eq!(offset(&spool, Source::Attacks), None);
    assert!(
        spool
            .batch(&BTreeMap::new(), BATCH_CHUNKS)
            .unwrap()
            .is_none()
    );
}

/// A disk of 6 MB, in a mount namespace: what the console has makes room for what comes.
#[test]
fn hostile_09_disk_full_of_sent_lines_is_used_again() {
    let folder = tempfile::tempdir().unwrap();
    let inside = "mount -t tmpfs -o size=6m none \"$SMALL_DISK\" && exec \"$0\" \"$@\"";
    let output = std::process::Command::new("unshare")
        .args(["-rm", "sh", "-c", inside])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "on_a_small_disk", "--ignored"])
        .env("SMALL_DISK", folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{output:?}");
    assert!(said.contains("1 passed"), "{said}");
}

#[test]
#[ignore = "runs inside the one above"]
fn on_a_small_disk() {
    let folder = std::env::var("SMALL_DISK").unwrap();
    let mut spool = Spool::open(Path::new(&folder), MAX).unwrap();
    let mut number = 0;
    for _ in 0..3 {
        let before = number;
        let (refused, error) = loop {
            let piece = piece(Source::Attacks, number, number + 1, 30_000);
            match spool.append(&piece) {
                Ok(()) => number += 1,
                Err(error) => break (piece, error),
            }
        };
        assert!(matches!(error, SpoolError::Io { .. }), "{error}");
        assert!(number - before > 100, "{before} to {number}");
        // Nor is there room for anything else.
        let other = Path::new(&folder).join("other");
        let most = fs::write(&other, vec![0; 6 << 20]).unwrap_err();
        assert_eq!(most.kind(), std::io::ErrorKind::StorageFull);
        let sent = drain(&mut spool);
        assert_eq!(sent, (before + 1..=number).collect::<Vec<_>>());
        spool.append(&refused).unwrap();
        assert_eq!(drain(&mut spool), [number + 1]);
        number += 1;
        fs::remove_file(&other).unwrap();
    }
    drop(spool);
    let spool = Spool::open(Path::new(&folder), MAX).unwrap();
    assert_eq!(offset(&spool, Source::Attacks), Some(number));
}

#[test]
fn hostile_22_two_workers_one_folder() {
    let folder = tempfile::tempdir().unwrap();
    let first = Spool::open(folder.path(), MAX).unwrap();
    let error = Spool::open(folder.path(), MAX).unwrap_err();
    assert!(matches!(error, SpoolError::Taken { .. }), "{error}");
    drop(first);
    assert!(Spool::open(folder.path(), MAX).is_ok());
}
