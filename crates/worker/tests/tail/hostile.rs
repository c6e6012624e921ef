//! The hostile list's lines about the log, each with its own name.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use domain::attack::Kind;
use domain::wire::{Cursor, Source};
use worker::tail::{LINE_LIMIT, Parser, Tailer};

use crate::support::{Reader, line};

fn append(path: &Path, bytes: &[u8]) {
    let mut file = OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .unwrap();
    file.write_all(bytes).unwrap();
}

/// Each source's number of events.
fn sources(reader: &Reader) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for event in reader.stored.iter().flat_map(|chunk| &chunk.attacks) {
        let source = event
            .source
            .map_or("none".to_owned(), |source| source.to_string());
        *counts.entry(source).or_default() += 1;
    }
    counts
}

#[test]
fn hostile_01_forged_sources_are_never_taken() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("cti_fail2ban.log");
    let forged = [
        "ip[198.51.100.7]",
        "] at[2000-01-01T00:00:00+0000] x",
        "x@y] from 198.51.100.7",
        "] user[ip[198.51.100.7]]",
    ];
    let write = |fields: &str| {
        let at = "at[2026-11-22T10:40:28.123456+0000]";
        let line = format!("ip[203.0.113.9] {fields} {at} Registration failed succeed!\n");
        append(&log, line.as_bytes());
    };
    for text in forged {
        write(&format!("user[{text}]"));
        write(&format!("user[1001] agent[{text}\x1b[31m]"));
    }
    let mut reader = Reader::start(&log);
    reader.settle();
    assert_eq!(
        sources(&reader),
        BTreeMap::from([("203.0.113.9".to_owned(), 8)])
    );
    let agents: Vec<&str> = reader
        .stored
        .iter()
        .flat_map(|chunk| &chunk.attacks)
        .filter_map(|event| event.agent.as_deref())
        .collect();
    let sent = forged.map(|text| format!("{text}\\x1b[31m"));
    // The last one forges the border of a field; whose value it cuts is the attacker's own.
    assert_eq!(agents[..3], sent[..3]);
    assert_eq!(agents.len(), 4);
}

#[test]
fn hostile_03_control_characters_forge_no_line() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("cti_fail2ban.log");
    let whole = "ip[198.51.100.7] user[1] at[2026-11-22T10:40:28.123456+0000] Registration failed";
    for between in ["%0a", "\u{2028}", "\0", "\x1b[2K\r", "\x0b", "\u{85}"] {
        append(&log, format!("ip[203.0.113.9] user[a{between}{whole}] at[2026-11-22T10:40:28.123456+0000] Registration failed succeed!\n").as_bytes());
    }
    // A raw newline is a line end for every reader; what follows it must not name a source unless
    // the writer let it through, so ours (the guard) never does. Here: a torn field.
    append(
        &log,
        b"ip[203.0.113.9] user[a\n] at[2026-11-22T10:40:28.123456+0000] x\n",
    );
    let mut reader = Reader::start(&log);
    reader.settle();
    let expected = BTreeMap::from([("203.0.113.9".to_owned(), 7), ("none".to_owned(), 1)]);
    assert_eq!(sources(&reader), expected);
    for raw in reader.raws() {
        assert!(domain::inert::is_inert(&raw), "{raw:?}");
    }
}

#[test]
fn hostile_04_an_overlong_line_keeps_its_source_and_head() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("cti_fail2ban.log");
    for length in [LINE_LIMIT - 40, LINE_LIMIT + 1, 300_000, 1_000_000] {
        let mut text = b"ip[203.0.113.9] user[".to_vec();
        text.resize(length, b'u');
        text.extend(b"] at[2026-11-22T10:40:28+0000] Registration failed\n");
        append(&log, &text);
    }
    append(&log, line(1).as_bytes());
    let mut reader = Reader::start(&log);
    reader.settle();
    assert_eq!(
        sources(&reader),
        BTreeMap::from([
            ("203.0.113.9".to_owned(), 4),
            ("198.51.100.2".to_owned(), 1)
        ])
    );
    let broken: u32 = reader.stored.iter().map(|chunk| chunk.broken).sum();
    let lines: u32 = reader.stored.iter().map(|chunk| chunk.lines).sum();
    assert_eq!((broken, lines), (4, 5));
    let last = reader
        .stored
        .iter()
        .flat_map(|chunk| &chunk.attacks)
        .last()
        .unwrap();
    assert_eq!(last.kind, Kind::RegistrationFailed);
    reader.check_order("overlong");
}

#[test]
fn hostile_05_only_addresses_are_sources() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("cti_fail2ban.log");
    for (address, canonical) in [
        ("example.com", "none"),
        ("::ffff:192.0.2.9", "192.0.2.9"),
        ("fe80::1%eth0", "none"),
        ("001.002.003.004", "none"),
        ("1.2.3.999", "none"),
        ("2001:DB8::7", "2001:db8::7"),
    ] {
        append(
            &log,
            format!("ip[{address}] user[1] at[2026-11-22T10:40:28+0000] Registration failed\n")
                .as_bytes(),
        );
        let mut reader = Reader::start(&log);
        reader.settle();
        let events: Vec<_> = reader
            .stored
            .iter()
            .flat_map(|chunk| &chunk.attacks)
            .collect();
        let source = events.last().unwrap().source;
        assert_eq!(
            source.map_or("none".to_owned(), |source| source.to_string()),
            canonical
        );
    }
}

/// A writer that renames its log whenever it has 256 KB, as fast as it can, while it is read.
fn rotate_at_full_speed(lines: usize) {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("cti_fail2ban.log");
    // Before the first line: what is rotated by then counts as older than the worker.
    let mut tailer = Tailer::resume(&log, Parser::Attacks, None, None);
    let path = log.clone();
    let writer = std::thread::spawn(move || {
        let (mut id, mut number) = (0, 0);
        while id < lines {
            let mut file = OpenOptions::new()
                .append(true)
                .create(true)
                .open(&path)
                .unwrap();
            let mut size = 0;
            while size < 256 << 10 && id < lines {
                let mut text = String::with_capacity(8 << 10);
                while text.len() < 7_000 && id < lines {
                    text.push_str(&line(id));
                    id += 1;
                }
                file.write_all(text.as_bytes()).unwrap();
                size += text.len();
            }
            if id < lines {
                number += 1;
                fs::rename(&path, path.with_extension(format!("log.{number}"))).unwrap();
            }
        }
        number
    });
    let mut seen = vec![0_u32; lines];
    let mut now = Duration::ZERO;
    let mut total = 0;
    let mut polls_after_end = 0;
    while total < lines && polls_after_end < 1_000 {
        if writer.is_finished() {
            polls_after_end += 1;
        }
        now += Duration::from_millis(50);
        while let Some(piece) = tailer.poll(now).unwrap() {
            assert_eq!(piece.chunk.gap, None);
            for event in piece.chunk.attacks {
                let id: usize = event.user.unwrap().parse().unwrap();
                seen[id] += 1;
                total += 1;
            }
            polls_after_end = 0;
        }
    }
    let rotations = writer.join().unwrap();
    assert!(rotations > lines / 4_000, "only {rotations} rotations");
    let lost = seen.iter().filter(|count| **count == 0).count();
    let doubled = seen.iter().filter(|count| **count > 1).count();
    assert_eq!((lost, doubled), (0, 0), "after {rotations} rotations");
}

#[test]
fn hostile_06_rename_rotation_at_full_speed() {
    rotate_at_full_speed(1_000_000);
}

#[test]
fn hostile_07_what_vanished_is_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("cti_fail2ban.log");
    append(&log, &[line(1), line(2)].concat().into_bytes());
    let mut reader = Reader::start(&log);
    reader.settle();
    let read = fs::metadata(&log).unwrap().len();
    append(&log, b"ip[198.51.100.7] a line without an e");
    reader.settle();
    fs::write(&log, line(3)).unwrap();
    reader.settle();
    let gaps = reader.gaps();
    assert_eq!(gaps.len(), 1);
    assert_eq!(
        (gaps[0].from, gaps[0].to),
        (
            i64::try_from(read).unwrap(),
            i64::try_from(read).unwrap() + 36
        )
    );
    assert_eq!(
        (gaps[0].generation, gaps[0].cause.as_str()),
        (1, "truncated")
    );
    assert_eq!(reader.raws().len(), 3);
}

#[test]
fn hostile_07_written_to_the_rotated_file_after_we_left_is_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("cti_fail2ban.log");
    let old = folder.path().join("cti_fail2ban.log.1");
    append(&log, line(1).as_bytes());
    let mut reader = Reader::start(&log);
    reader.settle();
    fs::rename(&log, &old).unwrap();
    // While the new file is empty its writer may still hold the old one: that is read on.
    append(&log, b"");
    append(&old, line(2).as_bytes());
    reader.settle();
    append(&old, line(3).as_bytes());
    append(&log, line(4).as_bytes());
    reader.settle();
    assert_eq!(reader.raws().len(), 4);
    append(&old, line(5).as_bytes());
    append(&log, line(6).as_bytes());
    reader.settle();
    assert_eq!(reader.raws().len(), 5);
    let causes: Vec<_> = reader.gaps().into_iter().map(|gap| gap.cause).collect();
    assert_eq!(causes, ["written after rotation"]);
}

#[test]
fn hostile_07_missing_at_start_and_again_with_the_same_inode() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("cti_fail2ban.log");
    let mut reader = Reader::start(&log);
    reader.settle();
    assert!(reader.stored.is_empty() && !reader.tailer.status().found);
    for id in 0..20 {
        append(&log, line(id).as_bytes());
        reader.settle();
        fs::remove_file(&log).unwrap();
        reader.settle();
    }
    assert_eq!(reader.raws().len(), 20);
    assert!(reader.gaps().is_empty());
    reader.check_order("deleted");
}

#[test]
fn hostile_09_a_position_that_fits_nothing_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("cti_fail2ban.log");
    append(&log, &[line(1), line(2)].concat().into_bytes());
    let size = i64::try_from(fs::metadata(&log).unwrap().len()).unwrap();
    for (offset, mark) in [(50, 3), (size, 12), (i64::MAX, 1), (-5, 1), (size * 100, 0)] {
        let cursor = Cursor {
            source: Source::Attacks,
            generation: 41,
            offset,
            mark,
        };
        let mut reader = Reader::start(&log);
        reader.restart(&log, Some(cursor));
        reader.settle();
        assert_eq!(reader.raws().len(), 2, "{offset}");
        let gaps = reader.gaps();
        assert_eq!(
            (gaps.len(), gaps[0].cause.as_str(), gaps[0].generation),
            (1, "position lost", 41)
        );
        assert!(reader.stored.iter().all(|chunk| chunk.end.generation == 42));
    }
}

#[test]
fn hostile_09_the_farther_of_two_positions_counts() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("cti_fail2ban.log");
    append(&log, line(1).as_bytes());
    let mut reader = Reader::start(&log);
    reader.settle();
    let old = reader.position.clone();
    append(&log, line(2).as_bytes());
    reader.settle();
    let console = reader.stored.last().unwrap().end;
    // State folder from a backup: the console is ahead.
    reader.position = old;
    reader.restart(&log, Some(console));
    append(&log, line(3).as_bytes());
    reader.settle();
    assert_eq!(reader.raws().len(), 3);
    assert!(reader.gaps().is_empty());
}

#[test]
fn the_log_is_no_regular_file() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("cti_fail2ban.log");
    fs::create_dir(&log).unwrap();
    let mut tailer = Tailer::resume(&log, Parser::Attacks, None, None);
    assert!(tailer.poll(Duration::ZERO).is_err());
    fs::remove_dir(&log).unwrap();
    append(&log, line(1).as_bytes());
    let mut events = 0;
    while let Some(piece) = tailer.poll(Duration::ZERO).unwrap() {
        events += piece.chunk.attacks.len();
    }
    assert_eq!(events, 1);
}

#[test]
fn hostile_07_a_copy_beside_the_log_is_not_read_again() {
    for truncated in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("cti_fail2ban.log");
        append(&log, &[line(1), line(2)].concat().into_bytes());
        let mut reader = Reader::start(&log);
        reader.settle();
        fs::copy(&log, folder.path().join("cti_fail2ban.log.1")).unwrap();
        append(&log, line(3).as_bytes());
        reader.settle();
        if truncated {
            fs::write(&log, line(4)).unwrap();
            reader.settle();
        }
        fs::rename(&log, folder.path().join("cti_fail2ban.log.2")).unwrap();
        append(&log, line(5).as_bytes());
        reader.settle();
        let expected = 4 + usize::from(truncated);
        assert_eq!(reader.raws().len(), expected, "truncated: {truncated}");
        assert_eq!(reader.gaps().len(), usize::from(truncated));
    }
}
