//! Starts child processes that die with us.
//!
//! The kernel sends the death signal (`setpriv --pdeathsig`) when the *thread* that started the
//! child ends, not the process. Threads of a runtime come and go, so one thread of our own starts
//! every child and lives as long as the handle.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::sync::mpsc;

type Job = (Command, mpsc::Sender<io::Result<Child>>);

/// The thread that starts children; children that asked for a death signal die with it.
#[derive(Debug)]
pub struct Keeper {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Keeper {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system allows no more threads.
    pub fn start() -> io::Result<Self> {
        let (jobs, inbox) = mpsc::channel::<Job>();
        let thread = std::thread::Builder::new()
            .name("keeper".into())
            .spawn(move || {
                for (mut command, answer) in inbox {
                    // A caller that is gone has dropped the only handle; nothing to tell it.
                    let _ = answer.send(command.spawn());
                }
            })?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    /// Starts a child from the keeper's thread.
    ///
    /// # Errors
    /// What starting it answers.
    pub fn spawn(&self, command: Command) -> io::Result<Child> {
        let gone = || io::Error::other("the keeper thread has ended");
        let (answer, inbox) = mpsc::channel();
        self.jobs
            .as_ref()
            .ok_or_else(gone)?
            .send((command, answer))
            .map_err(|_| gone())?;
        inbox.recv().map_err(|_| gone())?
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A program with its arguments that dies when the thread that starts it ends.
pub fn mortal(argv: &[String]) -> Command {
    let mut command = Command::new("/usr/bin/setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).args(argv);
    // A Ctrl-C in the terminal is meant for the one who started it, who stops it in good order.
    command.process_group(0);
    command
}
