//! What a switch tells by itself.

use std::collections::BTreeMap;
use std::time::Duration;

use freeswitch_esl_tokio::EslEvent;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::state::Heartbeat;

/// One event. Most of its values are an attacker's text; addresses and ports of sockets are not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// `HEARTBEAT`, `CUSTOM` …
    pub name: String,
    /// `sofia::register_failure` …
    pub subclass: Option<String>,
    /// The values as they came, where they were UTF-8.
    pub values: BTreeMap<String, String>,
    /// The body, where there is one.
    pub body: Option<String>,
}

impl Event {
    pub(crate) fn of(event: &EslEvent) -> Self {
        let headers = event.headers().iter();
        let values: BTreeMap<String, String> = headers
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let value = |name: &str| values.get(name).cloned();
        Self {
            name: value("Event-Name").unwrap_or_default(),
            subclass: value("Event-Subclass"),
            body: event.body().map(str::to_owned),
            values,
        }
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.values.get(name)?.parse().ok()
    }

    /// The facts of a `HEARTBEAT`.
    pub(crate) fn heartbeat(&self) -> Option<Heartbeat> {
        (self.name == "HEARTBEAT").then_some(())?;
        let idle_cpu: f32 = self.number("Idle-CPU")?;
        Some(Heartbeat {
            at: Instant::now(),
            up: Duration::from_millis(self.number("Uptime-msec")?),
            sessions: self.number("Session-Count")?,
            max_sessions: self.number("Max-Sessions")?,
            idle_cpu: if idle_cpu.is_finite() {
                idle_cpu.clamp(0.0, 100.0)
            } else {
                0.0
            },
        })
    }
}

/// Receives the events of a [`crate::Link`], but for heartbeats. Whoever is slow loses some, which
/// [`crate::Facts::lost_events`] counts; nothing piles up.
pub struct Events(pub(crate) mpsc::Receiver<Event>);

impl Events {
    /// The next one; `None` when the link was stopped.
    pub async fn next(&mut self) -> Option<Event> {
        self.0.recv().await
    }
}
