//! A program of ours that runs beside xtask, and ends with it whatever happens.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use embedded::keeper::{Keeper, mortal};
use rustix::process::{Pid, Signal, kill_process};

/// How long a program may take to stop in good order.
const STOP_LIMIT: Duration = Duration::from_secs(15);
/// How often to look whether it has.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A running program; killed when dropped, its output in a file.
pub struct Running {
    name: String,
    child: Child,
    output: PathBuf,
    // Last: children die with the thread that started them.
    _keeper: Keeper,
}

impl Running {
    /// Starts `argv` with its output going to `output`.
    pub fn start(name: &str, argv: &[String], output: &Path) -> Result<Self> {
        let file = File::create(output)
            .with_context(|| format!("{} cannot be written", output.display()))?;
        let mut command = mortal(argv);
        command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file);
        let keeper = Keeper::start()?;
        let child = keeper
            .spawn(command)
            .with_context(|| format!("{name} cannot be started"))?;
        Ok(Self {
            name: name.to_owned(),
            child,
            output: output.to_owned(),
            _keeper: keeper,
        })
    }

    /// Process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has printed so far.
    pub fn output(&self) -> String {
        let bytes = std::fs::read(&self.output).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Fails with the end of its output when it is gone.
    pub fn check(&mut self) -> Result<()> {
        let Some(status) = self.child.try_wait()? else {
            return Ok(());
        };
        let output = self.output();
        let lines: Vec<_> = output.lines().rev().take(15).collect();
        let end = lines.into_iter().rev().collect::<Vec<_>>().join("\n");
        anyhow::bail!(
            "{} ended by itself ({status}); the end of {}:\n{end}",
            self.name,
            self.output.display()
        )
    }

    /// Asks it to stop, waits, and kills it when that takes too long.
    pub fn stop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        // Our own child, not yet waited for: the number is still its.
        if let Some(pid) = i32::try_from(self.pid()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, Signal::TERM);
        }
        let start = Instant::now();
        while start.elapsed() < STOP_LIMIT {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(LOOK_EVERY);
        }
        eprintln!("{} did not stop in time and is killed", self.name);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
