//! The tables `insights` and `insight_dismissals`, and what is looked at to fill the first.

use domain::insight::Insight;
use ipnet::IpNet;
use sqlx::{PgConnection, PgExecutor, PgPool};
use time::{Duration, OffsetDateTime};

use super::{InsightRow, LINES, SLICES};
use crate::Error;

/// Those that nobody has put aside.
pub(super) async fn list(
    conn: impl PgExecutor<'_>,
    now: OffsetDateTime,
) -> Result<Vec<InsightRow>, Error> {
    let rows = sqlx::query!(
        "select facts, since, seen_at from insights i
         where not exists (
             select from insight_dismissals d
             where d.kind = i.kind and d.key = i.key and d.until > $1
         )",
        now,
    )
    .fetch_all(conn)
    .await?;
    // What another version of the console has found and this one does not know is left out.
    let row = |row: _| -> Option<InsightRow> {
        let (facts, since, seen_at): (serde_json::Value, _, _) = row;
        Some(InsightRow {
            insight: serde_json::from_value(facts).ok()?,
            since,
            seen_at,
        })
    };
    let rows = rows
        .into_iter()
        .map(|found| (found.facts, found.since, found.seen_at));
    Ok(rows.filter_map(row).collect())
}

/// Makes the table say what was found; true where something came or went.
pub(super) async fn replace(
    conn: &mut PgConnection,
    found: &[Insight],
    now: OffsetDateTime,
) -> Result<bool, Error> {
    let kinds: Vec<String> = found
        .iter()
        .map(|insight| insight.kind().to_owned())
        .collect();
    let keys: Vec<String> = found.iter().map(Insight::key).collect();
    let facts: Vec<serde_json::Value> = found
        .iter()
        .filter_map(|insight| serde_json::to_value(insight).ok())
        .collect();
    let gone = sqlx::query!(
        "delete from insights
         where (kind, key) not in (select * from unnest($1::text[], $2::text[]))",
        &kinds,
        &keys,
    )
    .execute(&mut *conn)
    .await?;
    let new = sqlx::query_scalar!(
        r#"with stored as (
             insert into insights (kind, key, facts, since, seen_at)
             select kind, key, facts, $4, $4
             from unnest($1::text[], $2::text[], $3::jsonb[]) as f (kind, key, facts)
             on conflict (kind, key) do update
             set facts = excluded.facts, seen_at = excluded.seen_at
             returning xmax = 0 as new
         )
         select coalesce(bool_or(new), false) as "new!" from stored"#,
        &kinds,
        &keys,
        &facts,
        now,
    )
    .fetch_one(&mut *conn)
    .await?;
    sqlx::query!("delete from insight_dismissals where until <= $1", now)
        .execute(conn)
        .await?;
    Ok(new || gone.rows_affected() > 0)
}

pub(super) struct Guessed {
    pub extension: String,
    pub lines: i64,
    pub sources: i64,
    pub registered: bool,
}

/// Extensions that passwords were tried for; those of phones first.
pub(super) async fn guessed(
    pool: &PgPool,
    since: OffsetDateTime,
    now: OffsetDateTime,
    sources: i64,
) -> Result<Vec<Guessed>, sqlx::Error> {
    sqlx::query_as!(
        Guessed,
        r#"select g.extension as "extension!", g.lines as "lines!", g.sources as "sources!",
                  p.registered as "registered!"
           from (
               select extension, count(*) as lines, count(distinct source) as sources
               from generate_series(1, $4::int) as part
               cross join lateral (
                   select extension, source, kind from attacks
                   where at > $1::timestamptz + ($2::timestamptz - $1) / $4 * (part - 1)
                     and at <= $1::timestamptz + ($2::timestamptz - $1) / $4 * part
                   order by at desc limit $5
               ) newest
               where extension <> '' and kind in ('registration_failed', 'call_unauthorised')
               group by extension
               having count(distinct source) >= $3
           ) g
           cross join lateral (
               select exists (
                   select from node_peers
                   where kind = 'phone' and split_part(name, '@', 1) = g.extension
               ) as registered
           ) p
           order by p.registered desc, g.sources desc, g.extension
           limit 100"#,
        since,
        now,
        sources,
        SLICES,
        LINES,
    )
    .fetch_all(pool)
    .await
}

/// A number, on one node.
pub(super) struct Dialed {
    pub node_id: i64,
    pub node_name: String,
    pub number: String,
    pub kind: String,
    pub lines: i64,
}

/// What lines name as numbers.
pub(super) async fn dialed(
    conn: &mut PgConnection,
    since: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<Vec<Dialed>, sqlx::Error> {
    sqlx::query_as!(
        Dialed,
        r#"select a.node_id as "node_id!", n.name as node_name, a.number as "number!",
                  a.kind as "kind!", count(*) as "lines!"
           from generate_series(1, $3::int) as part
           cross join lateral (
               select node_id, number, kind from attacks
               where at > $1::timestamptz + ($2::timestamptz - $1) / $3 * (part - 1)
                 and at <= $1::timestamptz + ($2::timestamptz - $1) / $3 * part
                 and number is not null
               order by at desc limit $4
           ) a
           join nodes n on n.id = a.node_id
           group by 1, 2, 3, 4
           order by count(*) desc, 3, 2"#,
        since,
        now,
        SLICES,
        LINES,
    )
    .fetch_all(conn)
    .await
}

/// Which lines are too late to be explained.
pub(super) struct After {
    pub from: OffsetDateTime,
    pub to: OffsetDateTime,
    pub now: OffsetDateTime,
    pub grace: Duration,
    /// Lines that make it a finding.
    pub least: i64,
}

pub(super) struct Sending {
    pub network: IpNet,
    pub node_name: String,
    pub since: OffsetDateTime,
    pub lines: i64,
    pub last: OffsetDateTime,
}

/// Bans with lines after them. Not those that the whitelist or an order is about to lift, nor those
/// that the node's own log calls lifted.
pub(super) async fn still_sending(
    pool: &PgPool,
    after: After,
) -> Result<Vec<Sending>, sqlx::Error> {
    sqlx::query_as!(
        Sending,
        r#"with lines as materialized (
               select node_id, source, at from generate_series(1, $7::int) as part
               cross join lateral (
                   select node_id, source, at from attacks
                   where at > $1::timestamptz + ($2::timestamptz - $1) / $7 * (part - 1)
                     and at <= $1::timestamptz + ($2::timestamptz - $1) / $7 * part
                   order by at desc limit $3
               ) newest where source is not null
           ), wide as materialized (
               select node_id, network, since, until from bans
               where masklen(network) < case family(network) when 4 then 32 else 128 end
               limit 1000
           ), pairs as (
               select l.node_id, l.at, b.network, b.since, b.until
               from lines l join bans b
                   on b.node_id = l.node_id and b.network = l.source::cidr
               union all
               select l.node_id, l.at, w.network, w.since, w.until
               from lines l join wide w on w.node_id = l.node_id and w.network >>= l.source
           )
           select p.network as "network!: IpNet", n.name as node_name, p.since as "since!",
                  count(*) as "lines!", max(p.at) as "last!"
           from pairs p join nodes n on n.id = p.node_id
           where p.at > p.since + make_interval(secs => $5) and (p.until is null or p.at < p.until)
             and not exists (
                 select from orders o
                 where o.node_id = p.node_id and o.network = p.network and o.state = 'waiting'
             )
             and not exists (
                 select from ban_events e
                 where e.network = p.network and e.node_id = p.node_id and e.kind = 'unban'
                   and e.at > p.since
             )
             and not exists (
                 select from whitelist w
                 where w.removed_at is null and (w.expires_at is null or w.expires_at > $4)
                   and w.network && p.network
                   and (w.all_nodes or exists (
                       select from whitelist_nodes s
                       where s.entry_id = w.id and s.node_id = p.node_id))
             )
           group by p.network, n.name, p.since
           having count(*) >= $6
           order by count(*) desc, p.network, n.name
           limit 100"#,
        after.from,
        after.to,
        LINES,
        after.now,
        after.grace.as_seconds_f64(),
        after.least,
        SLICES,
    )
    .fetch_all(pool)
    .await
}

/// Who was banned, and how often.
pub(super) async fn banned_lately(
    pool: &PgPool,
    since: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<Vec<(IpNet, i64)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select network as "network!: IpNet", count(*) as "bans!"
           from generate_series(1, $3::int) as part
           cross join lateral (
               select network, kind from ban_events
               where at > $1::timestamptz + ($2::timestamptz - $1) / $3 * (part - 1)
                 and at <= $1::timestamptz + ($2::timestamptz - $1) / $3 * part
               order by at desc limit $4
           ) newest
           where kind = 'ban'
           group by 1"#,
        since,
        now,
        SLICES,
        LINES,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.network, row.bans))
        .collect())
}

/// Which of these are banned.
pub(super) async fn banned_among(
    conn: &mut PgConnection,
    networks: &[IpNet],
) -> Result<Vec<IpNet>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select network as "network: IpNet" from banned
           where network in (select unnest($1::inet[])::cidr)"#,
        networks,
    )
    .fetch_all(conn)
    .await
}

/// The first hour of which attacks are counted.
pub(super) async fn first_hour(
    pool: &PgPool,
    kinds: &[&str],
) -> Result<Option<OffsetDateTime>, sqlx::Error> {
    sqlx::query_scalar!(
        "select min(start) from event_counts
         where level = 1 and node_id = 0 and kind = any($1)",
        kinds as &[&str],
    )
    .fetch_one(pool)
    .await
}

/// Lines of these whole minutes.
pub(super) async fn lines_since(
    pool: &PgPool,
    from: OffsetDateTime,
    to: OffsetDateTime,
    kinds: &[&str],
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select coalesce(sum(events), 0)::bigint as "lines!" from event_minutes
           where node_id = 0 and start >= $1 and start < $2 and kind = any($3)"#,
        from,
        to,
        kinds as &[&str],
    )
    .fetch_one(pool)
    .await
}

/// Lines of the hour before this one, and of this one.
pub(super) async fn lines_of_hours(
    pool: &PgPool,
    hour: OffsetDateTime,
    kinds: &[&str],
) -> Result<(i64, i64), sqlx::Error> {
    let row = sqlx::query!(
        r#"select coalesce(sum(events) filter (where start < $1), 0)::bigint as "before!",
                  coalesce(sum(events) filter (where start = $1), 0)::bigint as "of_hour!"
           from event_counts
           where level = 1 and node_id = 0 and start >= $1::timestamptz - interval '1 hour'
             and start <= $1 and kind = any($2)"#,
        hour,
        kinds as &[&str],
    )
    .fetch_one(pool)
    .await?;
    Ok((row.before, row.of_hour))
}
