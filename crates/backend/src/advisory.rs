//! Advisory locks that end with their transaction; the numbers stand here so that no two features
//! share one. Taken in this order, and before the rows they guard, so that nobody waits in a circle.

use sqlx::PgConnection;

/// All our locks have this first number.
const CLASS: i32 = 0x4357;

/// Recomputing `banned`: held from before it reads `bans` until commit.
pub(crate) const BANNED: i32 = 1;
/// Giving orders.
pub(crate) const ORDERS: i32 = 2;

/// Counting a try to sign in.
pub(crate) const SIGN_IN: i32 = 3;

/// Drafts, revisions and new deployments; before the rows of `nodes` that they change.
pub(crate) const CONFIG: i32 = 4;

/// Moving what is pending into the counters, and taking out of them.
// (5 is `make_week`'s, in the schema.)
pub(crate) const COUNTS: i32 = 6;

/// Looking for alerts, and what the rules say.
pub(crate) const ALERTS: i32 = 7;

/// Waits for the lock and holds it until the transaction ends.
pub(crate) async fn lock(conn: &mut PgConnection, number: i32) -> Result<(), sqlx::Error> {
    sqlx::query!("select pg_advisory_xact_lock($1, $2)", CLASS, number)
        .execute(conn)
        .await?;
    Ok(())
}

/// Holds the lock until the transaction ends, unless somebody else does.
pub(crate) async fn try_lock(conn: &mut PgConnection, number: i32) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select pg_try_advisory_xact_lock($1, $2) as "ours!""#,
        CLASS,
        number
    )
    .fetch_one(conn)
    .await
}
