//! Random actions on a log against a model of what was written.
//!
//! The model knows every content the log ever had. At the end each of its lines is stored exactly
//! once, unless the action that destroyed it made that impossible; then a gap says so wherever the
//! tailer had read from that content before.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use domain::inert::inert;
use domain::wire::RAW_LIMIT;
use worker::tail::FileId;

use crate::support::{Random, Reader, line};

/// Actions by number.
const NAMES: [&str; 20] = [
    "write",
    "write",
    "write",
    "write",
    "write",
    "write",
    "poll",
    "poll",
    "poll",
    "settle",
    "settle",
    "rename",
    "rename",
    "copytruncate",
    "truncate",
    "delete",
    "create",
    "late",
    "restart",
    "console",
];

/// One content of one file.
struct Content {
    bytes: Vec<u8>,
    /// Where it is now; `None` when deleted or overwritten.
    path: Option<PathBuf>,
    id: FileId,
    /// Bytes from here on were destroyed unread: stored or not, both are right.
    excused_from: Option<usize>,
    /// Bytes before here were stored as part of another content.
    stored_from: usize,
}

struct World {
    random: Random,
    log: PathBuf,
    contents: Vec<Content>,
    /// Content at the log's path.
    current: Option<usize>,
    rotations: usize,
    shifting: bool,
    ids: usize,
    reader: Reader,
    /// A gap must have been told once everything is read.
    gaps_before: Option<usize>,
    trace: Vec<String>,
}

impl World {
    fn new(seed: u64, log: PathBuf) -> Self {
        let mut random = Random(seed);
        Self {
            shifting: random.below(2) == 0,
            random,
            contents: Vec::new(),
            current: None,
            rotations: 0,
            ids: 0,
            reader: Reader::start(&log),
            gaps_before: None,
            trace: vec![format!("seed {seed}")],
            log,
        }
    }

    fn id_of(path: &PathBuf) -> FileId {
        FileId::of(&fs::metadata(path).unwrap())
    }

    /// The content that the tailer reads, by what it said when it began it, and how far it is.
    fn held(&self) -> Option<(usize, usize)> {
        let position = self.reader.position.as_ref()?;
        let id = position.files.as_ref()?.current;
        let held = self.contents.iter().rposition(|content| content.id == id)?;
        let offset = usize::try_from(position.cursor.offset).unwrap();
        // A truncated inode has a new content that the tailer may not have seen yet.
        let same = (0..=held).rev().find(|at| {
            let content = &self.contents[*at];
            content.id == id && content.bytes.len() >= offset && {
                let before = &content.bytes[offset.saturating_sub(256)..offset];
                worker::tail::mark(before) == position.cursor.mark
            }
        })?;
        Some((same, offset))
    }

    fn create(&mut self) {
        if self.current.is_none() {
            File::create(&self.log).unwrap();
            self.contents.push(Content {
                bytes: Vec::new(),
                path: Some(self.log.clone()),
                id: Self::id_of(&self.log),
                excused_from: None,
                stored_from: 0,
            });
            self.current = Some(self.contents.len() - 1);
        }
    }

    fn text(&mut self) -> Vec<u8> {
        self.ids += 1;
        let mut text = line(self.ids).into_bytes();
        match self.random.below(12) {
            0 => text.splice(0..2, [0xff, 0x00]).for_each(drop),
            1 => text.insert(text.len() - 1, b'\r'),
            2 => {
                let filler = format!("<{}>", self.ids);
                let padding = self.random.below(600);
                let at = text.len() - 1;
                text.splice(at..at, filler.bytes().cycle().take(padding))
                    .for_each(drop);
            }
            _ => {}
        }
        text
    }

    fn append(&mut self, at: usize, bytes: &[u8]) {
        let content = &mut self.contents[at];
        let path = content.path.as_ref().unwrap();
        let mut file = OpenOptions::new().append(true).open(path).unwrap();
        file.write_all(bytes).unwrap();
        content.bytes.extend(bytes);
    }

    fn write(&mut self) {
        self.create();
        let mut bytes = Vec::new();
        for _ in 0..=self.random.below(4) {
            bytes.extend(self.text());
        }
        if self.random.below(3) == 0 {
            bytes.truncate(bytes.len() - 1 - self.random.below(bytes.len() - 1));
        }
        if self.random.below(10) == 0 {
            bytes.push(b'\n');
        }
        self.append(self.current.unwrap(), &bytes);
    }

    fn rename_current(&mut self) {
        let Some(at) = self.current.take() else {
            return;
        };
        self.rotations += 1;
        if self.shifting {
            for number in (1..self.rotations).rev() {
                let from = self.log.with_extension(format!("log.{number}"));
                if from.exists() {
                    let to = self.log.with_extension(format!("log.{}", number + 1));
                    fs::rename(&from, &to).unwrap();
                    for content in &mut self.contents {
                        if content.path.as_ref() == Some(&from) {
                            content.path = Some(to.clone());
                        }
                    }
                }
            }
        }
        let to = self.rotated_name();
        fs::rename(&self.log, &to).unwrap();
        self.contents[at].path = Some(to);
    }

    fn rotated_name(&self) -> PathBuf {
        let number = if self.shifting { 1 } else { self.rotations };
        self.log.with_extension(format!("log.{number}"))
    }

    /// The current content is gone from its file; `kept` bytes of it are in the next content too.
    fn replace(&mut self, next: Vec<u8>, copy: Option<PathBuf>) {
        let at = self.current.unwrap();
        let held = self.held();
        let offset = held.filter(|held| held.0 == at).map(|held| held.1);
        let old = &mut self.contents[at];
        let id = old.id;
        let lost_from = match (&copy, offset) {
            // A copy keeps everything, if the tailer can tell whose copy it is.
            (Some(_), Some(offset)) if offset > 0 => None,
            (Some(_), None) => None,
            (_, offset) => Some(offset.unwrap_or(0)),
        };
        let mut stored_from = 0;
        if let Some(from) = lost_from {
            old.excused_from = Some(old.excused_from.map_or(from, |before| before.min(from)));
            let offset = offset.unwrap_or(0);
            if offset > 0 && next.len() >= offset && next[..offset] == old.bytes[..offset] {
                // Not to be told from an appended file: read on, nothing twice.
                stored_from = offset;
            } else if offset > 0 && old.bytes.len() > offset {
                self.gaps_before.get_or_insert(self.reader.gaps().len());
            }
        }
        old.path = copy;
        if let (Some(path), true) = (&old.path, lost_from.is_none()) {
            old.id = Self::id_of(path);
        }
        let mut file = OpenOptions::new()
            .write(true)
            .truncate(true)
            .open(&self.log)
            .unwrap();
        file.write_all(&next).unwrap();
        self.contents.push(Content {
            bytes: next,
            path: Some(self.log.clone()),
            id,
            excused_from: None,
            stored_from,
        });
        self.current = Some(self.contents.len() - 1);
    }

    fn truncate(&mut self) {
        let Some(at) = self.current else { return };
        let old = self.contents[at].bytes.clone();
        let mut next = Vec::new();
        match self.random.below(4) {
            0 => {}
            1 => next = self.text(), // mostly shorter
            2 => {
                while next.len() <= old.len() {
                    next.extend(self.text());
                }
            }
            _ => {
                next = old[..old.len().min(80)].to_vec();
                while next.len() <= old.len() {
                    next.extend(self.text());
                }
            }
        }
        self.replace(next, None);
    }

    fn copytruncate(&mut self) {
        let Some(at) = self.current else { return };
        if self.shifting {
            return self.truncate();
        }
        if let Some((held, offset)) = self.held()
            && held == at
            && !worker::tail::is_telling(
                &self.contents[at].bytes[offset.saturating_sub(256)..offset],
            )
        {
            return; // nobody could find the place in the copy
        }
        self.rotations += 1;
        let copy = self.rotated_name();
        fs::copy(&self.log, &copy).unwrap();
        if self.contents[at].excused_from.is_some() {
            fs::remove_file(&copy).unwrap();
            return;
        }
        self.replace(Vec::new(), Some(copy));
    }

    fn delete(&mut self) {
        let Some(at) = self.current.take() else {
            return;
        };
        fs::remove_file(&self.log).unwrap();
        let held = self.held().filter(|held| held.0 == at);
        let reading = held.is_some() && self.reader.tailer.cursor().is_some();
        let content = &mut self.contents[at];
        content.path = None;
        if !reading {
            // Came and went, or we were not there: nobody can know.
            let from = held.map_or(0, |held| held.1);
            content.excused_from = Some(content.excused_from.map_or(from, |old| old.min(from)));
        }
    }

    /// Somebody still writes to the file that was renamed.
    fn late_write(&mut self) {
        let Some((at, _)) = self.held() else { return };
        let content = &self.contents[at];
        let whole = content.bytes.ends_with(b"\n");
        if Some(at) != self.current && content.path.is_some() && whole {
            let bytes = self.text();
            self.append(at, &bytes);
        }
    }

    fn restart(&mut self) {
        if let Some((at, offset)) = self.held() {
            let content = &mut self.contents[at];
            if content.path.is_none() {
                // Deleted, held open until now.
                content.excused_from =
                    Some(content.excused_from.map_or(offset, |old| old.min(offset)));
            }
        }
        let console = match self.reader.position {
            Some(_) => None,
            None => self.reader.stored.last().map(|chunk| chunk.end),
        };
        if self.reader.stored.is_empty() {
            // Nothing was ever read: a first start, and what was rotated before it is none of ours.
            for (at, content) in self.contents.iter_mut().enumerate() {
                if Some(at) != self.current {
                    content.excused_from = Some(0);
                }
            }
        }
        let log = self.log.clone();
        self.reader.restart(&log, console);
    }

    /// Local position gone; the console knows how far everything is stored.
    fn restart_by_console(&mut self) {
        self.reader.settle();
        let at_log = self
            .held()
            .is_some_and(|held| Some(held.0) == self.current && held.1 > 0);
        if let (true, Some(position)) = (at_log, self.reader.position.clone()) {
            self.reader.position = None;
            let log = self.log.clone();
            self.reader.restart(&log, Some(position.cursor));
            // Without knowledge of this host, rotated files cannot be told apart later.
            self.reader.settle();
        }
    }

    fn act(&mut self) {
        let action = self.random.below(20);
        self.trace.push(NAMES[action].to_owned());
        match action {
            0..=5 => self.write(),
            6..=8 => {
                self.reader.poll();
            }
            9..=10 => self.reader.settle(),
            11..=12 => self.rename_current(),
            13 => self.copytruncate(),
            14 => self.truncate(),
            15 => self.delete(),
            16 => self.create(),
            17 => self.late_write(),
            18 => {
                if self.random.below(2) == 0 {
                    // Read, but killed before the spool had it.
                    let _ = self.reader.tailer.poll(self.reader.now).unwrap();
                }
                self.restart();
            }
            _ => self.restart_by_console(),
        }
        let size = self.current.map_or(0, |at| self.contents[at].bytes.len());
        let state = format!("[{:?} of {size}, held {:?}]", self.current, self.held());
        self.trace.push(state);
    }

    /// For the message of a failed case.
    fn shown(&self) -> String {
        let mut text = String::new();
        for (at, content) in self.contents.iter().enumerate() {
            let bytes = String::from_utf8_lossy(&content.bytes);
            let users: Vec<_> = bytes
                .split("user[")
                .skip(1)
                .map(|rest| &rest[..5.min(rest.len())])
                .collect();
            let (path, excused) = (&content.path, content.excused_from);
            let _ = writeln!(
                text,
                "CONTENT {at} {path:?} {:?} excused {excused:?} {users:?}",
                content.id
            );
        }
        for chunk in &self.reader.stored {
            let users: Vec<_> = chunk.attacks.iter().map(|event| &event.user).collect();
            let _ = writeln!(
                text,
                "CHUNK {} {}..{} {users:?} {:?}",
                chunk.end.generation, chunk.start, chunk.end.offset, chunk.gap
            );
        }
        text
    }

    fn check(&mut self) {
        // The last file must not be empty, or there is no reason to leave the one before it.
        self.create();
        let at = self.current.unwrap();
        let last = self.text();
        self.append(at, &[b"\n", &last[..]].concat());
        self.reader.settle();
        let context = self.trace.join(" ");
        self.reader.check_order(&context);
        let mut wanted: HashMap<String, (usize, usize)> = HashMap::new();
        for (index, content) in self.contents.iter().enumerate() {
            let mut offset = 0;
            for piece in content.bytes.split_inclusive(|byte| *byte == b'\n') {
                let start = offset;
                offset += piece.len();
                let text = piece.trim_ascii();
                let open = !piece.ends_with(b"\n") && Some(index) == self.current;
                if text.is_empty() || open || start < content.stored_from {
                    continue;
                }
                let counts = wanted.entry(inert(text, RAW_LIMIT)).or_default();
                if content.excused_from.is_some_and(|from| start >= from) {
                    counts.1 += 1;
                } else {
                    counts.0 += 1;
                }
            }
        }
        let mut stored: HashMap<String, usize> = HashMap::new();
        for raw in self.reader.raws() {
            *stored.entry(raw).or_default() += 1;
        }
        for (raw, (must, may)) in &wanted {
            let got = stored.get(raw).copied().unwrap_or(0);
            assert!(got >= *must, "LOST {raw}\n{context}\n{}", self.shown());
            assert!(
                got <= must + may,
                "DOUBLED {raw}\n{context}\n{}",
                self.shown()
            );
        }
        for raw in stored.keys() {
            assert!(wanted.contains_key(raw), "INVENTED {raw}\n{context}");
        }
        if let Some(before) = self.gaps_before {
            assert!(self.reader.gaps().len() > before, "SILENT LOSS\n{context}");
        }
    }
}

fn run(seed: u64) {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new(seed, folder.path().join("cti_fail2ban.log"));
    for _ in 0..30 {
        world.act();
    }
    world.check();
}

#[test]
fn hostile_07_random_actions_against_a_model() {
    const CASES: u64 = 10_000;
    if let Ok(seed) = std::env::var("TAIL_SEED") {
        return run(seed.parse().unwrap());
    }
    let threads: Vec<_> = (0..2)
        .map(|part| {
            std::thread::spawn(move || {
                (0..CASES).filter(|seed| seed % 2 == part).for_each(run);
            })
        })
        .collect();
    for thread in threads {
        // The panic message holds the seed: TAIL_SEED=… runs that case alone.
        thread.join().unwrap();
    }
}
