//! What flows down one stream of orders. What is new for the node stands in the view that all streams
//! of this process share ([`nodes::Watch`]); a stream reads tables only for what it has to send.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::time::Duration;

use axum::body::Bytes;
use backend::nodes::{self, Look, NodeAuth, Standing, View};
use backend::{Error, config, orders};
use domain::ids::OrderId;
use domain::wire::{Desired, Down, PING_SECONDS};
use futures::Stream;
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};

use super::State;

/// How often is read again what waits for an answer, or could not be read.
const LOOK: Duration = Duration::from_secs(1);
/// An order without an answer is sent again after this.
const AGAIN: Duration = Duration::from_secs(15);
/// Orders on their way at once.
const ORDERS: i64 = 500;
/// … and beside them, of those that overtake.
const AHEAD: i64 = 100;

pub(super) struct Feed {
    state: State,
    auth: NodeAuth,
    token: String,
    /// Number of this stream: the newest one is the node's.
    stream: i64,
    views: watch::Receiver<View>,
    /// How the node stood at the last look.
    seen: Option<Standing>,
    /// That look did not bring all of it.
    behind: bool,
    looks: Interval,
    pings: Interval,
    desired: Desired,
    /// How often the console's addresses had changed before that was read.
    console: u64,
    /// Version of the configuration that was sent.
    config: i64,
    /// When each waiting order was sent.
    sent: HashMap<OrderId, Instant>,
    lines: VecDeque<Down>,
    ended: bool,
}

impl Feed {
    /// With its first lines ready: welcome, what the node shall be like, what waits. `views` are from
    /// before the first reading.
    pub async fn open(
        state: State,
        auth: NodeAuth,
        token: String,
        stream: i64,
        views: watch::Receiver<View>,
    ) -> Result<Self, Error> {
        let viewed = views.borrow().get(&auth.id).map(|stands| stands.console);
        let welcome = nodes::welcome(&state.backend, &auth).await?;
        let desired = nodes::desired(&state.backend, auth.id).await?;
        let (config, configs) = config::desired(&state.backend, auth.id).await?;
        let mut feed = Self {
            looks: every(LOOK),
            pings: every(Duration::from_secs(PING_SECONDS)),
            lines: VecDeque::from([
                welcome,
                Down::Desired(desired.clone()),
                Down::Config(configs),
            ]),
            sent: HashMap::new(),
            ended: false,
            seen: None,
            behind: false,
            state,
            auth,
            token,
            stream,
            views,
            desired,
            console: viewed.unwrap_or_default(),
            config,
        };
        feed.waiting().await?;
        Ok(feed)
    }

    pub fn into_stream(self) -> impl Stream<Item = Result<Bytes, Infallible>> {
        futures::stream::unfold(self, |mut feed| async move {
            let line = feed.next().await?;
            Some((Ok(line), feed))
        })
    }

    /// The next lines; `None` ends the stream.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if !self.lines.is_empty() {
                return Some(self.lines.drain(..).flat_map(line).collect());
            }
            if self.ended {
                return None;
            }
            tokio::select! {
                () = self.state.shutdown.stopping() => return None,
                viewed = self.views.changed() => viewed.ok()?,
                _ = self.looks.tick(), if self.behind || !self.sent.is_empty() => self.behind = true,
                _ = self.pings.tick() => {
                    let now = self.state.backend.clock.unix_millis();
                    self.lines.push_back(Down::Ping { now });
                }
            }
            let stands = self.views.borrow_and_update().get(&self.auth.id).copied();
            if stands == self.seen && !self.behind {
                continue;
            }
            let done = self.look(stands).await;
            let failing = std::mem::replace(&mut self.behind, !matches!(done, Ok(true)));
            self.seen = stands;
            if let Err(error) = done
                && !failing
            {
                // The worker keeps its stream: when Postgres is back, so are its orders.
                tracing::warn!(
                    node.name = self.auth.name,
                    "cannot look for orders of {}: {error}",
                    self.auth.name
                );
            }
        }
    }

    /// Reads what is new by this view of the node; false where there is more.
    async fn look(&mut self, stands: Option<Standing>) -> Result<bool, Error> {
        let Some(stands) = stands.filter(|stands| stands.stream == self.stream) else {
            self.stay().await?;
            return Ok(true);
        };
        let backend = &self.state.backend;
        if stands.config > self.config {
            let (version, configs) = config::desired(backend, self.auth.id).await?;
            self.config = version;
            self.lines.push_back(Down::Config(configs));
        }
        if stands.desired > self.desired.version || stands.console != self.console {
            let desired = nodes::desired(backend, self.auth.id).await?;
            self.console = stands.console;
            if desired != self.desired {
                self.desired = desired.clone();
                self.lines.push_back(Down::Desired(desired));
            }
        }
        if self.behind || self.seen.is_none_or(|seen| seen.orders != stands.orders) {
            self.waiting().await?;
        }
        Ok(stands.desired <= self.desired.version)
    }

    /// The view does not know this stream: it may be older than the stream, or the stream is over.
    async fn stay(&mut self) -> Result<(), Error> {
        match nodes::look(&self.state.backend, &self.token, &self.auth, self.stream).await? {
            Look::Live => {}
            Look::Fenced => {
                tracing::warn!(
                    node.name = self.auth.name,
                    "another worker took over for {}; this one is fenced off",
                    self.auth.name
                );
                self.lines.push_back(Down::Fenced);
                self.ended = true;
            }
            Look::Revoked => {
                self.lines.clear();
                self.ended = true;
            }
        }
        Ok(())
    }

    /// Sends what waits and is not on its way; what may overtake the rest as a list of its own.
    async fn waiting(&mut self) -> Result<(), Error> {
        let backend = &self.state.backend;
        let waiting = orders::waiting(backend, self.auth.id, ORDERS).await?;
        let ahead = if waiting.is_empty() {
            Vec::new()
        } else {
            orders::overtaking(backend, self.auth.id, AHEAD).await?
        };
        let now = Instant::now();
        let known = std::mem::take(&mut self.sent);
        for list in [ahead, waiting] {
            let mut send = Vec::new();
            for order in list {
                let on_its_way = known.get(&order.id).filter(|sent| now - **sent < AGAIN);
                let at = on_its_way.copied().unwrap_or(now);
                if self.sent.insert(order.id, at).is_none() && on_its_way.is_none() {
                    send.push(order);
                }
            }
            if !send.is_empty() {
                self.lines.push_back(Down::Orders { orders: send });
            }
        }
        Ok(())
    }
}

fn every(period: Duration) -> Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

fn line(down: Down) -> Vec<u8> {
    let mut line = serde_json::to_vec(&down).expect("wire messages have no maps with odd keys");
    line.push(b'\n');
    line
}
