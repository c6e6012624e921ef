//! Runs one tailer on a thread of its own: woken by the kernel or, where that fails, by time; what
//! is read goes to the spool, and nothing more is read while the spool cannot take it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use domain::reason::{HopReason, IoReason, SpoolReason};
use domain::wire::{Chunk, Cursor, Source};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use super::{Parser, Piece, TailStatus, Tailer};
use crate::spool::Spool;

/// How often is looked without being woken.
const LOOK: Duration = Duration::from_millis(200);
/// Pause before the spool or an unreadable log is tried again.
const PAUSE: Duration = Duration::from_secs(1);
/// How often a failed kernel watch is tried again.
const WATCH_AGAIN: Duration = Duration::from_secs(5);

/// A spool, once it could be opened.
pub type SharedSpool = Arc<Mutex<Option<Spool>>>;

/// What a tail's thread shares with the rest.
#[derive(Debug, Default)]
pub struct TailState {
    /// Position and lag.
    pub status: TailStatus,
    /// Why the log cannot be read.
    pub log_error: Option<IoReason>,
    /// Why the spool does not take what was read.
    pub spool_error: Option<HopReason>,
}

/// How far the console has each log; `None` until it has said so.
pub type Stored = Arc<Mutex<Option<BTreeMap<Source, Cursor>>>>;

/// What a tail needs.
pub struct TailSetup {
    /// The log.
    pub path: PathBuf,
    /// Its lines.
    pub parser: Parser,
    /// Where pieces go.
    pub spool: SharedSpool,
    /// How far the console is.
    pub stored: Stored,
    /// Called after a piece is in the spool.
    pub on_chunk: Box<dyn Fn(&Chunk) + Send>,
}

/// A running tail; stops when dropped.
#[derive(Debug)]
pub struct Tail {
    state: Arc<Mutex<TailState>>,
    waker: Waker,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Makes a tail look now.
#[derive(Clone, Debug)]
pub struct Waker(SyncSender<()>);

impl Waker {
    /// Never blocks; several calls are one.
    pub fn wake(&self) {
        let _ = self.0.try_send(());
    }
}

impl Tail {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn start(setup: TailSetup) -> std::io::Result<Self> {
        let (sender, wakes) = sync_channel(1);
        let waker = Waker(sender);
        let state = Arc::new(Mutex::new(TailState::default()));
        let stop = Arc::new(AtomicBool::new(false));
        let mut runner = Runner {
            setup,
            state: Arc::clone(&state),
            stop: Arc::clone(&stop),
            wakes,
            waker: waker.clone(),
            tailer: None,
            pending: None,
            started: Instant::now(),
        };
        let name = format!("tail-{}", runner.setup.parser.source().as_str());
        let thread = std::thread::Builder::new()
            .name(name)
            .spawn(move || runner.run())?;
        Ok(Self {
            state,
            waker,
            stop,
            thread: Some(thread),
        })
    }

    /// Shared with the health report.
    pub fn state(&self) -> Arc<Mutex<TailState>> {
        Arc::clone(&self.state)
    }

    /// Makes it look now.
    pub fn waker(&self) -> Waker {
        self.waker.clone()
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        self.waker.wake();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Runner {
    setup: TailSetup,
    state: Arc<Mutex<TailState>>,
    stop: Arc<AtomicBool>,
    wakes: Receiver<()>,
    waker: Waker,
    tailer: Option<Tailer>,
    /// Read, but not taken by the spool yet.
    pending: Option<Piece>,
    started: Instant,
}

impl Runner {
    fn run(&mut self) {
        let mut watcher = None;
        let mut watch_at = Duration::ZERO;
        while !self.stop.load(Ordering::SeqCst) {
            let now = self.started.elapsed();
            if watcher.is_none() && now >= watch_at {
                watcher = watch(&self.setup.path, self.waker.clone());
                watch_at = now + WATCH_AGAIN;
            }
            let pause = self.step(now);
            if !pause.is_zero() {
                let _ = self.wakes.recv_timeout(pause);
            }
        }
    }

    /// One step; how long to wait after it.
    fn step(&mut self, now: Duration) -> Duration {
        if let Some(piece) = self.pending.take() {
            return self.keep(piece);
        }
        if !self.place() {
            return LOOK;
        }
        let Some(tailer) = &mut self.tailer else {
            return LOOK;
        };
        let polled = tailer.poll(now);
        let busy = tailer.is_busy();
        let status = tailer.status();
        {
            let mut state = lock(&self.state);
            state.status = status;
            let error = polled.as_ref().err();
            state.log_error = error.map(|error| (&error.source).into());
        }
        match polled {
            Ok(Some(piece)) => self.keep(piece),
            Ok(None) if busy => Duration::from_millis(1),
            Ok(None) => LOOK,
            Err(_) => PAUSE,
        }
    }

    /// Finds where to start, or start again because the console is ahead of this host; false while
    /// that is not known.
    fn place(&mut self) -> bool {
        let source = self.setup.parser.source();
        let stored = lock(&self.setup.stored)
            .as_ref()
            .map(|stored| stored.get(&source).copied());
        let (local, ready) = match &*lock(&self.setup.spool) {
            Some(spool) => (spool.position(source), true),
            None => (None, false),
        };
        let key = |cursor: &Cursor| (cursor.generation, cursor.offset);
        let console = stored.flatten();
        let ahead = console.is_some_and(|console| {
            local
                .as_ref()
                .is_none_or(|local| key(&console) > key(&local.cursor))
        });
        let known = self.tailer.is_some() && !ahead;
        if known || !ready {
            return known;
        }
        // No position here: it may be lost, and only the console knows.
        if local.is_none() && stored.is_none() {
            return false;
        }
        if self.tailer.is_some() && local.is_none() {
            return true; // nothing read yet since the start
        }
        self.tailer = Some(Tailer::resume(
            &self.setup.path,
            self.setup.parser.clone(),
            local,
            console,
        ));
        true
    }

    fn keep(&mut self, piece: Piece) -> Duration {
        let kept = match &mut *lock(&self.setup.spool) {
            Some(spool) => spool.append(&piece).map_err(|error| (&error).into()),
            None => Err(HopReason::SpoolBroken {
                said: "the spool is closed".to_owned(),
                why: Some(SpoolReason::Closed),
            }),
        };
        match kept {
            Ok(()) => {
                lock(&self.state).spool_error = None;
                (self.setup.on_chunk)(&piece.chunk);
                Duration::ZERO
            }
            Err(error) => {
                let mut state = lock(&self.state);
                if state.spool_error.as_ref() != Some(&error) {
                    tracing::error!("reading pauses: {error}");
                }
                state.spool_error = Some(error);
                self.pending = Some(piece);
                PAUSE
            }
        }
    }
}

/// Wakes on changes in the log's folder that may concern it.
fn watch(log: &Path, waker: Waker) -> Option<RecommendedWatcher> {
    let name = log.file_name()?.to_owned();
    let concerns = move |event: &notify::Event| {
        !event.kind.is_access()
            && event.paths.iter().any(|path| {
                let file = path.file_name().unwrap_or_default().as_encoded_bytes();
                file.starts_with(name.as_encoded_bytes())
            })
    };
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if event.as_ref().map_or(true, &concerns) {
            waker.wake();
        }
    })
    .ok()?;
    let folder = log.parent()?;
    watcher.watch(folder, RecursiveMode::NonRecursive).ok()?;
    Some(watcher)
}

/// The data behind a lock, also after a thread that held it panicked: every change is whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
