//! What flows down one stream of orders. The tables are read again on each wake-up and each second,
//! so a lost wake-up costs a second at most.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::time::Duration;

use axum::body::Bytes;
use backend::changes::{Subscription, Topic, Wake};
use backend::nodes::{self, Look, NodeAuth};
use backend::{Error, config, orders};
use domain::ids::OrderId;
use domain::wire::{Desired, Down, PING_SECONDS};
use futures::Stream;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};

use super::State;

/// How often the tables are read without a wake-up.
const LOOK: Duration = Duration::from_secs(1);
/// An order without an answer is sent again after this.
const AGAIN: Duration = Duration::from_secs(15);
/// Orders on their way at once.
const ORDERS: i64 = 500;
/// … and beside them, of those that overtake.
const AHEAD: i64 = 100;

/// What a wake-up makes worth reading.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    /// The node's configuration.
    Config,
    /// … and what the node shall be like where its version is new, and orders.
    Usual,
    /// … whatever its version is.
    All,
}

pub(super) struct Feed {
    state: State,
    auth: NodeAuth,
    token: String,
    /// Number of this stream: the newest one is the node's.
    stream: i64,
    wakes: Subscription,
    looks: Interval,
    pings: Interval,
    desired: Desired,
    /// Version of the configuration that was sent.
    config: i64,
    /// When each waiting order was sent.
    sent: HashMap<OrderId, Instant>,
    lines: VecDeque<Down>,
    ended: bool,
}

impl Feed {
    /// With its first lines ready: welcome, what the node shall be like, what waits.
    pub async fn open(
        state: State,
        auth: NodeAuth,
        token: String,
        stream: i64,
        wakes: Subscription,
    ) -> Result<Self, Error> {
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
            state,
            auth,
            token,
            stream,
            wakes,
            desired,
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
            // What a wake-up cannot tell (a session that ended by itself) is looked at with each ping.
            let what = tokio::select! {
                () = self.state.shutdown.stopping() => return None,
                wake = self.wakes.next() => match self.concerns(wake) {
                    Some(what) => what,
                    None => continue,
                },
                _ = self.looks.tick() => What::Usual,
                _ = self.pings.tick() => {
                    self.lines.push_back(Down::Ping { now: self.state.backend.clock.unix_millis() });
                    What::All
                }
            };
            if let Err(error) = self.look(what).await {
                // The worker keeps its stream: when Postgres is back, so are its orders.
                tracing::warn!(
                    node.name = self.auth.name,
                    "cannot look for orders of {}: {error}",
                    self.auth.name
                );
            }
        }
    }

    /// Must tables be read, and which?
    fn concerns(&self, wake: Wake) -> Option<What> {
        let topic = |topic| wake.concerns(topic, self.auth.id);
        if topic(Topic::Whitelist) || topic(Topic::Accounts) {
            return Some(What::All);
        }
        if topic(Topic::Orders) || topic(Topic::Nodes) {
            return Some(What::Usual);
        }
        topic(Topic::Desired).then_some(What::Config)
    }

    async fn look(&mut self, what: What) -> Result<(), Error> {
        let backend = &self.state.backend;
        let (version, config) =
            match nodes::look(backend, &self.token, &self.auth, self.stream).await? {
                Look::Live { desired, config } => (desired, config),
                Look::Fenced => {
                    tracing::warn!(
                        node.name = self.auth.name,
                        "another worker took over for {}; this one is fenced off",
                        self.auth.name
                    );
                    self.lines.push_back(Down::Fenced);
                    self.ended = true;
                    return Ok(());
                }
                Look::Revoked => {
                    self.lines.clear();
                    self.ended = true;
                    return Ok(());
                }
            };
        if config != self.config {
            let (version, configs) = config::desired(backend, self.auth.id).await?;
            self.config = version;
            self.lines.push_back(Down::Config(configs));
        }
        if what == What::Config {
            return Ok(());
        }
        if what == What::All || version != self.desired.version {
            let desired = nodes::desired(backend, self.auth.id).await?;
            if desired != self.desired {
                self.desired = desired.clone();
                self.lines.push_back(Down::Desired(desired));
            }
        }
        self.waiting().await
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
