//! What the tailer's tests share: a tailer that keeps what it read, and a small random source.

use std::path::Path;
use std::time::Duration;

use domain::wire::{Chunk, Cursor, Gap};
use worker::tail::{Files, Parser, Piece, Position, Tailer};

/// `SplitMix64`: the same numbers for the same seed, for ever.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }
}

/// A tailer, the time it is told, and what it gave so far (as the spool would keep it).
pub struct Reader {
    pub tailer: Tailer,
    pub now: Duration,
    pub stored: Vec<Chunk>,
    pub position: Option<Position>,
}

impl Reader {
    pub fn start(path: &Path) -> Self {
        Self {
            tailer: Tailer::resume(path, Parser::Attacks, None, None),
            now: Duration::ZERO,
            stored: Vec::new(),
            position: None,
        }
    }

    /// As after kill -9: what was stored is kept, everything else is gone.
    pub fn restart(&mut self, path: &Path, console: Option<Cursor>) {
        self.tailer = Tailer::resume(path, Parser::Attacks, self.position.clone(), console);
    }

    pub fn store(&mut self, piece: Piece) {
        let before: Option<Files> = self.position.take().and_then(|position| position.files);
        self.position = Some(Position {
            cursor: piece.chunk.end,
            files: piece.files.or(before),
        });
        self.stored.push(piece.chunk);
    }

    /// One step; true when it gave something.
    pub fn poll(&mut self) -> bool {
        let piece = self.tailer.poll(self.now).unwrap();
        let some = piece.is_some();
        if let Some(piece) = piece {
            self.store(piece);
        }
        some
    }

    /// Until nothing comes any more, grace included.
    pub fn settle(&mut self) {
        let mut quiet = 0;
        while quiet < 4 {
            quiet = if self.poll() || self.tailer.is_busy() {
                0
            } else {
                quiet + 1
            };
            self.now += Duration::from_millis(100);
        }
    }

    pub fn raws(&self) -> Vec<String> {
        let attacks = self.stored.iter().flat_map(|chunk| &chunk.attacks);
        attacks.map(|event| event.raw.clone()).collect()
    }

    pub fn gaps(&self) -> Vec<Gap> {
        self.stored
            .iter()
            .filter_map(|chunk| chunk.gap.clone())
            .collect()
    }

    /// Chunks touch each other, keys rise, counters fit.
    pub fn check_order(&self, context: &str) {
        let mut last: Option<&Chunk> = None;
        for chunk in &self.stored {
            if let Some(last) = last {
                let same = chunk.end.generation == last.end.generation;
                assert!(chunk.end.generation >= last.end.generation, "{context}");
                assert!(
                    !same || chunk.start == last.end.offset,
                    "{context}: {last:?} {chunk:?}"
                );
                let lost = chunk
                    .gap
                    .as_ref()
                    .is_some_and(|gap| gap.cause == "position lost");
                assert!(same || chunk.start == 0 || lost, "{context}: {chunk:?}");
            }
            let mut offset = chunk.start - 1;
            for event in &chunk.attacks {
                assert!(
                    event.offset > offset && event.offset < chunk.end.offset,
                    "{context}"
                );
                offset = event.offset;
            }
            let events = u32::try_from(chunk.attacks.len()).unwrap();
            assert!(
                chunk.lines >= events && chunk.lines >= chunk.broken,
                "{context}"
            );
            last = Some(chunk);
        }
    }
}

/// A line as `mod_cti` writes it.
pub fn line(id: usize) -> String {
    let (host, second, milli) = (id % 250 + 1, id / 1_000 % 60, id % 1_000);
    format!(
        "ip[198.51.100.{host}] user[{id}] at[2026-11-22T10:40:{second:02}.{milli:03}456+0000] Registration failed succeed!\n"
    )
}
