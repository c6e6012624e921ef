//! Whether the sessions of open streams are still alive: asked for all of them at once.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

use backend::Backend;
use backend::accounts::{self, SessionKey};
use tokio::sync::Mutex;
use tokio::time::Instant;

/// The sessions of the streams of this process; clones belong together.
#[derive(Clone, Default)]
pub(crate) struct Sessions {
    /// Each with the number of its streams.
    open: Arc<RwLock<HashMap<SessionKey, usize>>>,
    asked: Arc<Mutex<Option<Asked>>>,
}

/// What the database said.
struct Asked {
    /// Not before it was asked; where it did not answer, when that was clear.
    at: Instant,
    /// `None`: it did not answer.
    answer: Option<Answer>,
}

struct Answer {
    about: HashSet<SessionKey>,
    alive: HashSet<SessionKey>,
    read_only: bool,
}

/// How a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Alive {
        /// The database takes no changes.
        read_only: bool,
    },
    Ended,
    /// The database does not answer.
    Unknown,
}

impl Sessions {
    /// Counts a stream in, until it is dropped.
    pub(super) fn open(&self, key: SessionKey) -> OpenSession {
        let open = self.open.write();
        let mut open = open.unwrap_or_else(PoisonError::into_inner);
        *open.entry(key).or_default() += 1;
        OpenSession {
            key,
            all: self.clone(),
        }
    }
}

/// The session of one stream.
pub(super) struct OpenSession {
    key: SessionKey,
    all: Sessions,
}

impl OpenSession {
    /// As of that time or later.
    pub(super) async fn standing(&self, backend: &Backend, since: Instant) -> Standing {
        let mut asked = self.all.asked.lock().await;
        let known = |asked: &&Asked| {
            let answer = asked.answer.as_ref();
            asked.at >= since && answer.is_none_or(|answer| answer.about.contains(&self.key))
        };
        if let Some(asked) = asked.as_ref().filter(known) {
            return asked.standing(self.key);
        }
        let at = Instant::now();
        let about: Vec<SessionKey> = {
            let open = self.all.open.read();
            let open = open.unwrap_or_else(PoisonError::into_inner);
            open.keys().copied().collect()
        };
        let answer = accounts::alive_among(backend, &about).await.ok();
        let answer = answer.map(|(alive, read_only)| Answer {
            about: about.into_iter().collect(),
            alive,
            read_only,
        });
        // Nobody who waited in vain waits once more.
        let at = if answer.is_some() { at } else { Instant::now() };
        asked.insert(Asked { at, answer }).standing(self.key)
    }
}

impl Asked {
    fn standing(&self, key: SessionKey) -> Standing {
        match &self.answer {
            None => Standing::Unknown,
            Some(answer) if answer.alive.contains(&key) => Standing::Alive {
                read_only: answer.read_only,
            },
            Some(_) => Standing::Ended,
        }
    }
}

impl Drop for OpenSession {
    fn drop(&mut self) {
        let open = self.all.open.write();
        let mut open = open.unwrap_or_else(PoisonError::into_inner);
        if let Some(streams) = open.get_mut(&self.key) {
            *streams -= 1;
            if *streams == 0 {
                open.remove(&self.key);
            }
        }
    }
}
