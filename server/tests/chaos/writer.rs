//! The CTI module's side: appends lines, some of them broken, and has its log rotated by renaming.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::lines::{line, stored};

/// Offset and stored text of every line of one file.
pub type Lines = Vec<(i64, String)>;

pub struct Writer {
    log: PathBuf,
    file: File,
    random: StdRng,
    /// Files in the order of their writing; the last is the log itself.
    pub files: Vec<Lines>,
    offset: i64,
    number: usize,
}

impl Writer {
    pub fn new(log: &Path, seed: u64) -> Self {
        Self {
            file: open(log),
            log: log.to_owned(),
            random: StdRng::seed_from_u64(seed),
            files: vec![Lines::new()],
            offset: 0,
            number: 0,
        }
    }

    /// How many are to be stored.
    pub fn count(&self) -> usize {
        self.files.iter().map(Vec::len).sum()
    }

    /// Bytes of the log itself.
    pub fn end(&self) -> i64 {
        self.offset
    }

    /// Writes `count` lines at the speed of a strong attack, and tells how far it is.
    pub fn write(&mut self, count: usize, told: &Arc<AtomicUsize>) {
        let last = self.number + count;
        while self.number < last {
            let lines = self.random.random_range(20..200).min(last - self.number);
            self.batch(lines);
            told.store(self.number, Ordering::Relaxed);
            // Not at the end: the last line's file is the log itself.
            if self.number < last && self.random.random_range(0..70) == 0 {
                self.rotate();
            }
            // Only the pace; nothing waits for it.
            std::thread::sleep(Duration::from_millis(self.random.random_range(5..55)));
        }
    }

    /// Some lines, now and then in two pieces that a reader can come between.
    pub fn batch(&mut self, lines: usize) {
        let mut bytes = Vec::new();
        for _ in 0..lines {
            self.number += 1;
            let line = line(self.number, &mut self.random);
            self.add(&mut bytes, &line);
            bytes.push(b'\n');
            self.offset += 1;
        }
        let mut from = 0;
        if self.random.random_range(0..4) == 0 {
            from = self.random.random_range(0..bytes.len());
            self.file.write_all(&bytes[..from]).unwrap();
            std::thread::sleep(Duration::from_millis(self.random.random_range(0..20)));
        }
        self.file.write_all(&bytes[from..]).unwrap();
    }

    fn add(&mut self, bytes: &mut Vec<u8>, line: &[u8]) {
        if let Some(text) = stored(line) {
            self.files.last_mut().unwrap().push((self.offset, text));
        }
        bytes.extend(line);
        self.offset += i64::try_from(line.len()).unwrap();
    }

    /// Renames the log. Sometimes the module goes on in the renamed file for a while, and sometimes
    /// its last line has no end.
    fn rotate(&mut self) {
        let number = self.files.len();
        let rotated = format!("{}.{number}", self.log.display());
        std::fs::rename(&self.log, rotated).unwrap();
        if self.random.random() {
            self.batch(50);
        }
        if self.random.random() {
            let mut bytes = Vec::new();
            self.number += 1;
            self.add(
                &mut bytes,
                format!("ip[203.0.113.1] user[{number}").as_bytes(),
            );
            self.file.write_all(&bytes).unwrap();
        }
        self.file = open(&self.log);
        self.files.push(Lines::new());
        self.offset = 0;
    }
}

fn open(log: &Path) -> File {
    let mut options = OpenOptions::new();
    options.append(true).create(true).open(log).unwrap()
}
