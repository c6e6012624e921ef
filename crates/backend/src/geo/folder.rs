//! The folder of the files, looked at every so often.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use runtime::{Clock, Shutdown};
use time::OffsetDateTime;
use tokio::time::MissedTickBehavior;

use super::files::{self, Stamps};
use super::{LoadError, Places};

/// How often the files are looked at; a look that finds nothing new costs four `stat`s.
const LOOK_EVERY: Duration = Duration::from_mins(1);

/// What is known of addresses, and where from; clones belong together.
#[derive(Clone, Debug, Default)]
pub struct Geo(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    folder: Option<PathBuf>,
    known: RwLock<Known>,
    /// Held while files are read: one at a time.
    looking: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Known {
    places: Arc<Places>,
    state: State,
    /// Of the files that were read last, also where they were refused.
    stamps: Option<Stamps>,
}

/// For the settings page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Where the files are; `None`: nobody has said.
    pub folder: Option<PathBuf>,
    /// When those in use were read; `None`: nothing is known of any address.
    pub read_at: Option<OffsetDateTime>,
    /// The files in use.
    pub files: Vec<FileState>,
    /// Why what lies in the folder now is not in use; for people.
    pub problem: Option<String>,
}

/// One file in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileState {
    /// Its name in the folder.
    pub name: &'static str,
    /// When it was written.
    pub modified: OffsetDateTime,
    /// Ranges in it.
    pub ranges: usize,
}

impl Geo {
    /// Of the files in `folder`. Nothing is known before the first [`Geo::look`].
    pub fn in_folder(folder: Option<PathBuf>) -> Self {
        let state = State {
            folder: folder.clone(),
            ..State::default()
        };
        let known = RwLock::new(Known {
            state,
            ..Known::default()
        });
        Self(Arc::new(Inner {
            folder,
            known,
            looking: tokio::sync::Mutex::default(),
        }))
    }

    /// What is known now; to be kept for one piece of work only.
    pub fn places(&self) -> Arc<Places> {
        let known = self.0.known.read();
        known.unwrap_or_else(PoisonError::into_inner).places.clone()
    }

    /// Where it comes from.
    pub fn state(&self) -> State {
        let known = self.0.known.read();
        known.unwrap_or_else(PoisonError::into_inner).state.clone()
    }

    /// Reads the files if they have changed. What cannot be used changes nothing but
    /// [`State::problem`], and is told once.
    pub async fn look(&self, clock: &Clock) {
        let _one = self.0.looking.lock().await;
        let geo = self.clone();
        let clock = clock.clone();
        let looked = tokio::task::spawn_blocking(move || geo.look_now(&clock)).await;
        if let Err(error) = looked {
            tracing::error!("reading countries and networks broke: {error}");
        }
    }

    fn look_now(&self, clock: &Clock) {
        let Some(folder) = self.0.folder.as_deref() else {
            return;
        };
        let stamps = match files::stamps(folder) {
            Ok(stamps) if self.seen() == Some(stamps) => return,
            Ok(stamps) => stamps,
            Err(error) => return self.refuse(&error, None),
        };
        let places = files::load(folder, &stamps);
        if files::stamps(folder).ok() != Some(stamps) {
            return; // somebody is still writing: the next look reads it
        }
        match places {
            Ok(places) => self.take(places, stamps, clock.now()),
            Err(error) => self.refuse(&error, Some(stamps)),
        }
    }

    fn seen(&self) -> Option<Stamps> {
        let known = self.0.known.read();
        known.unwrap_or_else(PoisonError::into_inner).stamps
    }

    fn take(&self, places: Places, stamps: Stamps, now: OffsetDateTime) {
        let files: Vec<FileState> = files::NAMES
            .into_iter()
            .zip(stamps)
            .zip(places.rows())
            .filter_map(|((name, stamp), ranges)| {
                let modified = stamp?.modified.into();
                Some(FileState {
                    name,
                    modified,
                    ranges,
                })
            })
            .collect();
        let ranges: usize = files.iter().map(|file| file.ranges).sum();
        tracing::info!(
            files = files.len(),
            ranges,
            "countries and networks were read"
        );
        let known = self.0.known.write();
        let mut known = known.unwrap_or_else(PoisonError::into_inner);
        known.places = Arc::new(places);
        known.stamps = Some(stamps);
        known.state.read_at = Some(now);
        known.state.files = files;
        known.state.problem = None;
    }

    fn refuse(&self, error: &LoadError, stamps: Option<Stamps>) {
        let problem = error.to_string();
        let known = self.0.known.write();
        let mut known = known.unwrap_or_else(PoisonError::into_inner);
        known.stamps = stamps;
        if known.state.problem.as_ref() != Some(&problem) {
            tracing::warn!("countries and networks stay as they are: {problem}");
            known.state.problem = Some(problem);
        }
    }
}

/// Looks at the files until shutdown.
pub async fn watch(geo: Geo, clock: Clock, shutdown: Shutdown) {
    let mut looks = tokio::time::interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown.stopping() => return,
            _ = looks.tick() => geo.look(&clock).await,
        }
    }
}
