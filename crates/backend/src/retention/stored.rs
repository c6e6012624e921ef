//! How much is stored now, and what other limits would take away. Rows are known by the week; nothing
//! here counts them.

use sqlx::PgConnection;
use time::{Date, OffsetDateTime};

use super::Limits;
use crate::ingest::{Log, monday};
use crate::{Backend, Error};

/// What is stored now, for the settings page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The limits are chosen on the page, not in the settings file.
    pub limits_chosen: bool,
    /// Attack lines, with those that are kept beside for bans.
    pub attacks: StoredLog,
    /// Lines of `fail2ban.log` about bans.
    pub ban_events: StoredLog,
    /// Counts.
    pub counts: StoredCounts,
    /// Bytes of the whole database, indexes included.
    pub database_bytes: i64,
}

/// One log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredLog {
    /// Lines, as of a second ago.
    pub rows: i64,
    /// Date of the oldest.
    pub oldest: Option<OffsetDateTime>,
    /// On disk, indexes included.
    pub bytes: i64,
}

/// Counts by minute, hour and day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredCounts {
    /// Of single addresses, networks, countries, extensions and prefixes.
    pub rows: i64,
    /// The first day that is counted.
    pub oldest: Option<OffsetDateTime>,
    /// On disk, indexes included.
    pub bytes: i64,
}

/// What goes for good, soon after limits are chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loss {
    /// Attack lines.
    pub attacks: i64,
    /// Lines of `fail2ban.log` about bans.
    pub ban_events: i64,
    /// Days whose top lists go.
    pub days: i64,
}

impl Loss {
    /// Of anything.
    pub(super) fn is_more_than(self, other: Self) -> bool {
        self.attacks > other.attacks || self.ban_events > other.ban_events || self.days > other.days
    }
}

/// What is stored now.
///
/// # Errors
/// [`Error::Database`].
pub async fn stored(backend: &Backend) -> Result<Stored, Error> {
    let row = sqlx::query!(
        r#"select
               (select exists (select from settings)) as "limits_chosen!",
               (select coalesce(sum(rows), 0)::bigint from log_weeks where log = 'attacks') as "attacks!",
               (select min(at) from attacks) as oldest_attack,
               (select coalesce(sum(pg_total_relation_size(relid)), 0)::bigint
                       + pg_total_relation_size('evidence')
                from pg_partition_tree('attacks')) as "attack_bytes!",
               (select coalesce(sum(rows), 0)::bigint from log_weeks where log = 'ban_events') as "ban_events!",
               (select min(at) from ban_events) as oldest_ban_event,
               (select coalesce(sum(pg_total_relation_size(relid)), 0)::bigint
                from pg_partition_tree('ban_events')) as "ban_event_bytes!",
               (select coalesce(sum(keys), 0)::bigint from facet_totals) as "counts!",
               (select min(start) from event_counts where level = 2 and node_id = 0) as oldest_count,
               (select coalesce(sum(pg_total_relation_size(to_regclass(name))), 0)::bigint
                from unnest(array['event_counts', 'facet_counts', 'facet_buckets', 'facet_totals',
                                  'pending_counts', 'log_weeks']) as name) as "count_bytes!",
               pg_database_size(current_database()) as "database_bytes!""#
    )
    .fetch_one(&backend.pool)
    .await?;
    Ok(Stored {
        limits_chosen: row.limits_chosen,
        attacks: StoredLog {
            rows: row.attacks.max(0),
            oldest: row.oldest_attack,
            bytes: row.attack_bytes,
        },
        ban_events: StoredLog {
            rows: row.ban_events.max(0),
            oldest: row.oldest_ban_event,
            bytes: row.ban_event_bytes,
        },
        counts: StoredCounts {
            rows: row.counts,
            oldest: row.oldest_count,
            bytes: row.count_bytes,
        },
        database_bytes: row.database_bytes,
    })
}

/// What these limits would take away of what is stored now.
///
/// # Errors
/// [`Error::Database`].
pub async fn loss(backend: &Backend, limits: Limits) -> Result<Loss, Error> {
    let mut conn = backend.pool.acquire().await?;
    Ok(lost(&mut conn, backend.clock.now(), limits).await?)
}

pub(super) async fn lost(
    conn: &mut PgConnection,
    now: OffsetDateTime,
    limits: Limits,
) -> Result<Loss, sqlx::Error> {
    let first = monday(now - limits.age());
    let (attacks, ban_events) = (limits.attack_rows.get(), limits.ban_event_rows.get());
    Ok(Loss {
        attacks: lines_lost(conn, Log::Attacks, first, attacks.into()).await?,
        ban_events: lines_lost(conn, Log::BanEvents, first, ban_events.into()).await?,
        days: days_lost(conn, now - limits.age()).await?,
    })
}

/// Lines in weeks before `first`, and above the cap.
async fn lines_lost(
    conn: &mut PgConnection,
    log: Log,
    first: Date,
    cap: i64,
) -> Result<i64, sqlx::Error> {
    let row = sqlx::query!(
        r#"select coalesce(sum(rows) filter (where week < $2), 0)::bigint as "old!",
                  coalesce(sum(rows) filter (where week >= $2), 0)::bigint as "newer!"
           from log_weeks where log = $1 and rows > 0"#,
        log.table(),
        first,
    )
    .fetch_one(conn)
    .await?;
    Ok(row.old + (row.newer - cap).max(0))
}

/// Days that are counted by address and the like, and begin before.
async fn days_lost(conn: &mut PgConnection, before: OffsetDateTime) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select count(distinct start) as "days!" from facet_buckets
           where level = 2 and node_id = 0 and start < $1"#,
        before,
    )
    .fetch_one(conn)
    .await
}
