//! A console on a port of its own, workers that speak the wire format with it, and browsers.

mod browser;
mod console;
mod events;
mod reports;
mod web;
mod worker;

pub use browser::{Answer, Browser};
pub use console::{NOW, TestConsole, actor};
pub use events::Events;
pub use reports::{
    attack, ban_event, ban_list, changed, chunk, cursor, health, held, log_of_bans, net, whole_list,
};
pub use web::{PASSWORD, WebConsole, admin};
pub use worker::TestWorker;

/// Waits until `look` finds something; fails after ten seconds.
pub async fn until<T, F: Future<Output = Option<T>>>(what: &str, look: impl Fn() -> F) -> T {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(
            std::time::Instant::now() < deadline,
            "waited in vain for {what}"
        );
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}
