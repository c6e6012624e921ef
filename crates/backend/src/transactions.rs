//! How every transaction begins: whole, or not at all.

use sqlx::{PgPool, Postgres, SqlSafeStr, Transaction};

use crate::Backend;

impl Backend {
    /// A transaction, to change something or to read several things together.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn begin(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        begin_with(&self.pool, "begin").await
    }
}

/// As [`Backend::begin`], by this statement. Who waits may go away (a browser does), the beginning does not:
/// sqlx 0.9.0 forgets a `begin` that was sent and not waited for, and what the connection's next user writes
/// would never be committed (github.com/launchbadge/sqlx, issue 4393).
pub(crate) async fn begin_with(
    pool: &PgPool,
    statement: &'static str,
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let conn = pool.acquire().await?;
    let begun = tokio::spawn(Transaction::begin(conn, Some(statement.into_sql_str())));
    // Cut off only where the whole console ends.
    begun.await.unwrap_or(Err(sqlx::Error::PoolClosed))
}
