//! A host's clock that a test sets, for real programs.

use std::path::PathBuf;
use std::process::Command;

use runtime::Clock;
use time::{Duration, OffsetDateTime, UtcOffset};

/// What programs with [`HostClock::environment`] take for the time and the zone.
pub struct HostClock {
    folder: tempfile::TempDir,
    zone: &'static str,
    shift: Duration,
}

impl HostClock {
    /// Not shifted yet.
    pub fn new(zone: &'static str) -> Self {
        let clock = Self {
            folder: tempfile::tempdir().unwrap(),
            zone,
            shift: Duration::ZERO,
        };
        clock.write();
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/chaos/clock.c");
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
            .arg(clock.library())
            .arg(source)
            .output()
            .unwrap();
        assert!(built.status.success(), "{built:?}");
        clock
    }

    /// Sets it forward, or back.
    pub fn jump(&mut self, by: Duration) {
        self.shift += by;
        self.write();
    }

    /// Sets it to a moment.
    pub fn set(&mut self, now: OffsetDateTime) {
        self.shift = now - Clock::system().now();
        self.write();
    }

    /// How far it is from the truth.
    pub fn shift(&self) -> Duration {
        self.shift
    }

    /// What it shows, in a zone so far from UTC.
    pub fn now(&self, hours: i8) -> OffsetDateTime {
        let now = Clock::system().now() + self.shift;
        now.to_offset(UtcOffset::from_hms(hours, 0, 0).unwrap())
    }

    /// For programs on that host.
    pub fn environment(&self) -> Vec<(String, String)> {
        let path = |path: PathBuf| path.to_str().unwrap().to_owned();
        vec![
            ("LD_PRELOAD".to_owned(), path(self.library())),
            ("CLOCK_SHIFT_FILE".to_owned(), path(self.file())),
            ("TZ".to_owned(), self.zone.to_owned()),
        ]
    }

    fn write(&self) {
        let new = self.folder.path().join("new");
        std::fs::write(&new, self.shift.whole_seconds().to_string()).unwrap();
        std::fs::rename(new, self.file()).unwrap();
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("shift")
    }

    fn library(&self) -> PathBuf {
        self.folder.path().join("clock.so")
    }
}
