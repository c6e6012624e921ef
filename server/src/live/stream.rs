//! One browser's stream of events.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::Event;
use backend::changes::{self, Cursor, Subscription, Topic, Wake};
use backend::{Backend, Error};
use futures::Stream;
use runtime::Shutdown;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Interval, MissedTickBehavior};

use super::News;
use super::sessions::{OpenSession, Standing};

/// At least this long between two messages: a flood of attacks is five a second, not a thousand.
const PAUSE: Duration = Duration::from_millis(200);
/// Until what is not readable yet (a transaction is still running) is looked for again.
const SOON: Duration = Duration::from_millis(50);
/// How often it is checked, without being woken, that the session is still alive and whether there
/// is something new.
const CHECK_EVERY: Duration = Duration::from_millis(500);
/// For that, what another stream asked so long ago is new enough.
const SHARED: Duration = Duration::from_millis(250);

/// Waits for changes on behalf of one browser.
pub(super) struct Live {
    /// The database took no changes when last asked: pages say so.
    read_only: bool,
    backend: Backend,
    shutdown: Shutdown,
    subscription: Subscription,
    session: OpenSession,
    cursor: Cursor,
    check: Interval,
    /// There may be something to read.
    look: bool,
    not_before: Instant,
    _slot: OwnedSemaphorePermit,
}

impl Live {
    pub(super) fn new(
        backend: Backend,
        shutdown: Shutdown,
        subscription: Subscription,
        session: OpenSession,
        cursor: Cursor,
        slot: OwnedSemaphorePermit,
    ) -> Self {
        let mut check = tokio::time::interval(CHECK_EVERY);
        check.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            read_only: false,
            backend,
            shutdown,
            subscription,
            session,
            cursor,
            check,
            look: true,
            not_before: Instant::now(),
            _slot: slot,
        }
    }

    /// The messages; ends with the session and with the console.
    pub(super) fn events(self) -> impl Stream<Item = Result<Event, Infallible>> {
        futures::stream::unfold(self, |mut live| async move {
            let event = live.next().await?;
            Some((Ok(event), live))
        })
    }

    async fn next(&mut self) -> Option<Event> {
        loop {
            let now = Instant::now();
            if self.look && now >= self.not_before {
                // While Postgres is away nothing changes; the browser keeps its stream.
                if let Ok(Some(event)) = self.read(now).await {
                    return Some(event);
                }
            }
            let since = tokio::select! {
                () = self.shutdown.stopping() => return None,
                wake = self.subscription.next() => {
                    self.look = true;
                    concerns_sessions(wake).then(Instant::now)
                }
                _ = self.check.tick() => {
                    self.look = true;
                    Instant::now().checked_sub(SHARED)
                }
                () = tokio::time::sleep_until(self.not_before), if self.look => None,
            };
            let Some(since) = since else {
                continue;
            };
            // A database that does not answer ends no session.
            match self.session.standing(&self.backend, since).await {
                Standing::Ended => return None,
                Standing::Alive { read_only } if read_only != self.read_only => {
                    self.read_only = read_only;
                    return event(&News::everything(self.cursor));
                }
                Standing::Alive { .. } | Standing::Unknown => {}
            }
        }
    }

    async fn read(&mut self, now: Instant) -> Result<Option<Event>, Error> {
        self.look = false;
        self.not_before = now + SOON;
        let since = changes::lately(&self.backend, self.cursor).await?;
        self.cursor = since.cursor;
        self.look = since.more;
        let news = News::of(&since);
        if news.topics.is_empty() {
            return Ok(None);
        }
        self.not_before = now + PAUSE;
        Ok(event(&news))
    }
}

fn event(news: &News) -> Option<Event> {
    let event = Event::default().id(news.cursor.clone());
    event.json_data(news).ok()
}

fn concerns_sessions(wake: Wake) -> bool {
    wake.topic.is_none_or(|topic| topic == Topic::Accounts)
}
