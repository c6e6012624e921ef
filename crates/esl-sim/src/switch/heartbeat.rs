//! The event that says it is alive.

use super::Switch;
use crate::api::{VERSION, up_time};
use crate::event::Event;

impl Switch {
    /// A `HEARTBEAT`.
    pub fn heartbeat(&self) -> Event {
        let up = self.started.elapsed();
        let calls = self.calls.len().to_string();
        Event::new("HEARTBEAT")
            .source("switch_core.c", "send_heartbeat", 95)
            .header("Event-Info", "System Ready")
            .header("Up-Time", up_time(up))
            .header("FreeSWITCH-Version", VERSION)
            .header("Uptime-msec", up.as_millis().to_string())
            .header("Session-Count", calls.as_str())
            .header("Max-Sessions", "1000")
            .header("Session-Per-Sec", "30")
            .header("Session-Per-Sec-Last", "0")
            .header("Session-Per-Sec-Max", "0")
            .header("Session-Per-Sec-FiveMin", "0")
            .header("Session-Since-Startup", calls.as_str())
            .header("Session-Peak-Max", calls.as_str())
            .header("Session-Peak-FiveMin", calls.as_str())
            .header("Idle-CPU", "80.000000")
    }
}
