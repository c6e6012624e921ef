//! `sign_in_failures` and `setup_tokens`.

use ipnet::IpNet;
use sqlx::PgConnection;
use time::OffsetDateTime;

pub(in crate::accounts) struct Failures {
    pub of_network: i64,
    pub of_name: i64,
    pub of_all: i64,
    /// The user of this name has signed in from this network before.
    pub known_here: bool,
}

pub(in crate::accounts) async fn failures(
    conn: &mut PgConnection,
    network: IpNet,
    name: &str,
    since: OffsetDateTime,
) -> Result<Failures, sqlx::Error> {
    sqlx::query_as!(
        Failures,
        r#"select
               (select count(*) from sign_in_failures where network = $1::cidr and at > $3)
                   as "of_network!",
               (select count(*) from sign_in_failures where name = lower($2) and at > $3)
                   as "of_name!",
               (select count(*) from sign_in_failures where at > $3) as "of_all!",
               exists (
                   select from audit
                   where action in ('sign in', 'setup') and lower(actor) = lower($2)
                     and address <<= $1::cidr
               ) as "known_here!""#,
        network,
        name,
        since,
    )
    .fetch_one(conn)
    .await
}

/// Does the audit log say already that this name or network is throttled?
pub(in crate::accounts) async fn throttle_is_told(
    conn: &mut PgConnection,
    name: &str,
    network: Option<IpNet>,
    since: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (
               select from audit
               where at > $3 and action = 'sign-in throttled'
                 and (lower(object) = lower($1) or address <<= $2::cidr)
           ) as "told!""#,
        name,
        network as Option<IpNet>,
        since,
    )
    .fetch_one(conn)
    .await
}

/// Counts one; its row number.
pub(in crate::accounts) async fn insert_failure(
    conn: &mut PgConnection,
    at: OffsetDateTime,
    network: IpNet,
    name: &str,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "insert into sign_in_failures (at, network, name) values ($1, $2::cidr, lower($3))
         returning id",
        at,
        network,
        name,
    )
    .fetch_one(conn)
    .await
}

pub(in crate::accounts) async fn delete_failure(
    conn: &mut PgConnection,
    id: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from sign_in_failures where id = $1", id)
        .execute(conn)
        .await?;
    Ok(())
}

pub(in crate::accounts) async fn delete_failures(
    conn: &mut PgConnection,
    network: IpNet,
    name: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from sign_in_failures where network = $1::cidr and name = lower($2)",
        network,
        name,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(in crate::accounts) async fn delete_failures_before(
    conn: &mut PgConnection,
    before: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from sign_in_failures where at < $1", before)
        .execute(conn)
        .await?;
    Ok(())
}

/// Adds a token; only the newest ten are kept.
pub(in crate::accounts) async fn insert_setup_token(
    conn: &mut PgConnection,
    token_hash: &[u8],
    at: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into setup_tokens (token_hash, created_at) values ($1, $2)",
        token_hash,
        at,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from setup_tokens where token_hash in
             (select token_hash from setup_tokens order by created_at desc, token_hash offset 10)"
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(in crate::accounts) async fn setup_token_exists(
    conn: &mut PgConnection,
    token_hash: &[u8],
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select from setup_tokens where token_hash = $1) as "exists!""#,
        token_hash,
    )
    .fetch_one(conn)
    .await
}

pub(in crate::accounts) async fn delete_setup_tokens(
    conn: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from setup_tokens")
        .execute(conn)
        .await?;
    Ok(())
}

/// Two first admins at once, or a token made while the first admin is: one after the other.
pub(in crate::accounts) async fn lock_setup(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("select pg_advisory_xact_lock(hashtext('callwarden setup'))")
        .fetch_one(conn)
        .await?;
    Ok(())
}
