//! A console on a port of its own, workers that speak the wire format with it, and browsers.

use std::time::{Duration, Instant};

use sqlx::PgConnection;

mod browser;
mod console;
mod events;
mod mail_server;
mod receiver;
mod reports;
mod switch;
mod web;
mod worker;

pub use browser::{Answer, Browser};
pub use console::{NOW, TestConsole, actor, key};
pub use events::Events;
pub use mail_server::{Mail, MailServer};
pub use receiver::{Receiver, Reply, Request};
pub use reports::{
    attack, ban_event, ban_list, ban_request, changed, chunk, cursor, health, held, log_of_bans,
    net, whole_list,
};
pub use switch::Switch;
pub use web::{PASSWORD, WebConsole, admin};
pub use worker::TestWorker;

/// Longer than anything here takes on a busy machine; a test that waits for it fails. Transactions
/// of other tests hold up what is told, too: their databases are of the same cluster.
pub const PATIENCE: Duration = Duration::from_mins(2);

/// Cuts every connection to the database, as a failover does, but for those of this one.
pub async fn cut(conn: &mut PgConnection) {
    let sql = "select pg_terminate_backend(pid) from pg_stat_activity
               where datname = current_database() and pid <> pg_backend_pid()";
    sqlx::raw_sql(sql).execute(conn).await.unwrap();
}

/// Waits until `look` finds something.
pub async fn until<T, F: Future<Output = Option<T>>>(what: &str, look: impl Fn() -> F) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
