//! Counts and lines. Each statement reads by an index, in bounded stretches.

use domain::attack::Kind;
use domain::attack::facet::Facet;
use domain::ids::NodeId;
use ipnet::IpNet;
use sqlx::PgPool;
use time::OffsetDateTime;

use super::LoggedLine;
use super::place::Place;
use super::plan::{Counts, Stretch};
use super::query::{Filters, Search};
use crate::counts;

/// Which counts.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    /// Hours are counted since then; before, days.
    pub hours: OffsetDateTime,
    pub from: OffsetDateTime,
    pub past: OffsetDateTime,
    /// 0: all together.
    pub node: i64,
}

/// Attack lines of each hour or day that has any, folded or not.
pub(super) async fn lines_counted(
    pool: &PgPool,
    asked: Asked,
    kind: Option<&str>,
) -> Result<Counts, sqlx::Error> {
    let kinds: Vec<String> = Kind::ALL
        .into_iter()
        .map(|kind| kind.as_str().to_owned())
        .filter(|known| kind.is_none_or(|kind| kind == known))
        .collect();
    let rows = sqlx::query!(
        r#"select start as "start!", sum(events)::bigint as "events!" from (
               select start, events from event_counts
               where level = 1 and node_id = $1 and kind = any($2) and start >= $3
                 and start > $4::timestamptz - interval '1 hour' and start < $5
               union all
               select start, events from event_counts
               where level = 2 and node_id = $1 and kind = any($2) and start < $3
                 and start > $4::timestamptz - interval '1 day' and start < $5
               union all
               select case when u.start < $3 then date_trunc('day', u.start, 'UTC')
                           else date_trunc('hour', u.start, 'UTC') end, u.events
               from pending_counts p
               cross join lateral unnest(p.starts, p.keys, p.events) as u (start, key, events)
               where p.facet = 0 and ($1 = 0 or p.node_id = $1) and u.key = any($2)
                 and u.start > $4::timestamptz - interval '1 minute' and u.start < $5
           ) counted group by start"#,
        asked.node,
        &kinds,
        asked.hours,
        asked.from,
        asked.past,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.start, row.events))
        .collect())
}

/// The same of one key of a facet. Where rare keys, or all, were taken out of a bucket, as many as there
/// may have been.
pub(super) async fn facet_counted(
    pool: &PgPool,
    asked: Asked,
    facet: Facet,
    key: &str,
) -> Result<Counts, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select start as "start!", sum(events)::bigint as "events!" from (
               select start, events from facet_counts
               where level = 1 and facet = $6 and node_id = $1 and key = $2 and start >= $3
                 and start > $4::timestamptz - interval '1 hour' and start < $5
               union all
               select date_trunc('hour', start, 'UTC'), events from facet_counts
               where level = 0 and facet = $6 and node_id = $1 and key = $2
                 and start >= (select hours from rolled)
                 and start > $4::timestamptz - interval '1 minute' and start < $5
               union all
               select start, events from facet_counts
               where level = 2 and facet = $6 and node_id = $1 and key = $2 and start < $3
                 and start > $4::timestamptz - interval '1 day' and start < $5
               union all
               -- Buckets that were too many and are gone.
               select c.start, c.events from event_counts c
               join facet_totals t on t.level = c.level and t.facet = $6 and c.start < t.since
               where c.level = case when c.start < $3 then 2 else 1 end and c.node_id = $1
                 and c.kind not in ('ban', 'unban', 'restore', 'ban_other')
                 and c.start > $4::timestamptz - interval '1 day' and c.start < $5
               union all
               select start, floor from facet_buckets
               where level = case when start < $3 then 2 else 1 end and facet = $6
                 and node_id = $1 and floor > 0
                 and start > $4::timestamptz - interval '1 day' and start < $5
               union all
               select date_trunc('hour', start, 'UTC'), floor from facet_buckets
               where level = 0 and facet = $6 and node_id = $1 and floor > 0
                 and start >= (select hours from rolled)
                 and start > $4::timestamptz - interval '1 minute' and start < $5
               union all
               select case when u.start < $3 then date_trunc('day', u.start, 'UTC')
                           else date_trunc('hour', u.start, 'UTC') end, u.events
               from pending_counts p
               cross join lateral unnest(p.starts, p.keys, p.events) as u (start, key, events)
               where p.facet = $6 and ($1 = 0 or p.node_id = $1) and u.key = $2
                 and u.start > $4::timestamptz - interval '1 minute' and u.start < $5
           ) counted group by start"#,
        asked.node,
        key,
        asked.hours,
        asked.from,
        asked.past,
        counts::code(facet),
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.start, row.events))
        .collect())
}

/// When the last of the newest `lines` of a stretch was written; `None`: there are fewer.
pub(super) async fn last_of(
    pool: &PgPool,
    filters: &Filters,
    stretch: Stretch,
    lines: i64,
) -> Result<Option<OffsetDateTime>, sqlx::Error> {
    if let Search::Source(source) = filters.search {
        return sqlx::query_scalar!(
            "select at from attacks where source = $1 and at >= $2 and at < $3
             order by at desc offset $4 limit 1",
            source,
            stretch.from,
            stretch.to,
            lines - 1,
        )
        .fetch_optional(pool)
        .await;
    }
    sqlx::query_scalar!(
        "select at from attacks where at >= $1 and at < $2 order by at desc offset $3 limit 1",
        stretch.from,
        stretch.to,
        lines - 1,
    )
    .fetch_optional(pool)
    .await
}

struct Row {
    node_id: i64,
    generation: i64,
    offset: i64,
    node_name: String,
    at: OffsetDateTime,
    source: Option<IpNet>,
    country: Option<String>,
    asn: Option<i64>,
    kind: String,
    extension: Option<String>,
    number: Option<String>,
    prefix: Option<String>,
    rule: Option<String>,
    agent: Option<String>,
    raw: String,
}

impl From<Row> for LoggedLine {
    fn from(row: Row) -> Self {
        let place = Place {
            at: row.at,
            node: row.node_id,
            generation: row.generation,
            offset: row.offset,
        };
        Self {
            place: place.to_string(),
            node: NodeId(row.node_id),
            node_name: row.node_name,
            at: row.at,
            source: row.source.map(|net| net.addr()),
            country: row.country,
            asn: row.asn,
            kind: Kind::from_text(&row.kind),
            extension: row.extension,
            number: row.number,
            prefix: row.prefix,
            rule: row.rule,
            agent: row.agent,
            raw: row.raw,
        }
    }
}

/// Newest first, in these stretches (newest first, too).
pub(super) async fn in_stretches(
    pool: &PgPool,
    filters: &Filters,
    stretches: &[Stretch],
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<LoggedLine>, sqlx::Error> {
    let froms: Vec<OffsetDateTime> = stretches.iter().map(|stretch| stretch.from).collect();
    let tos: Vec<OffsetDateTime> = stretches.iter().map(|stretch| stretch.to).collect();
    let (source, text) = match &filters.search {
        Search::Source(source) => (Some(*source), None),
        Search::Text(text) => (None, Some(text.as_str())),
        Search::Network(..) | Search::Nothing => (None, None),
    };
    let (low, high) = match &filters.search {
        Search::Network(low, high) => (Some(*low), Some(*high)),
        _ => (None, None),
    };
    let rows = if let Some(source) = source {
        sqlx::query_as!(
            Row,
            r#"select a.node_id, a.generation, a."offset", n.name as node_name, a.at,
                      a.source as "source: IpNet", a.country, a.asn, a.kind, a.extension, a.number,
                      a.prefix, a.rule, a.agent, a.raw
               from unnest($1::timestamptz[], $2::timestamptz[]) as r (from_at, to_at)
               cross join lateral (
                   select * from attacks
                   where source = $3 and at >= r.from_at and at < r.to_at
                     and ($4::bigint is null or node_id = $4)
                     and ($5::text is null or kind = $5)
                     and ($6::text is null or country = $6)
                     and ($7::bigint is null or asn = $7)
                     and ($8::text is null or extension = $8)
                     and ($9::text is null or prefix = $9)
                     and ($10::timestamptz is null
                          or (at, node_id, generation, "offset") < ($10, $11, $12, $13))
                   order by at desc, node_id desc, generation desc, "offset" desc limit $14
               ) a
               join nodes n on n.id = a.node_id
               order by a.at desc, a.node_id desc, a.generation desc, a."offset" desc limit $14"#,
            &froms,
            &tos,
            source,
            filters.node,
            filters.kind,
            filters.country.as_deref(),
            filters.asn,
            filters.extension.as_deref(),
            filters.prefix.as_deref(),
            after.map(|place| place.at),
            after.map_or(0, |place| place.node),
            after.map_or(0, |place| place.generation),
            after.map_or(0, |place| place.offset),
            limit,
        )
        .fetch_all(pool)
        .await?
    } else {
        sqlx::query_as!(
            Row,
            r#"select a.node_id, a.generation, a."offset", n.name as node_name, a.at,
                      a.source as "source: IpNet", a.country, a.asn, a.kind, a.extension, a.number,
                      a.prefix, a.rule, a.agent, a.raw
               from unnest($1::timestamptz[], $2::timestamptz[]) as r (from_at, to_at)
               cross join lateral (
                   select * from attacks
                   where at >= r.from_at and at < r.to_at
                     and ($3::text is null or extension = $3 or number = $3)
                     and ($4::bigint is null or node_id = $4)
                     and ($5::text is null or kind = $5)
                     and ($6::text is null or country = $6)
                     and ($7::bigint is null or asn = $7)
                     and ($8::text is null or extension = $8)
                     and ($9::text is null or prefix = $9)
                     and ($10::timestamptz is null
                          or (at, node_id, generation, "offset") < ($10, $11, $12, $13))
                     and ($15::inet is null or source between $15 and $16::inet)
                   order by at desc, node_id desc, generation desc, "offset" desc limit $14
               ) a
               join nodes n on n.id = a.node_id
               order by a.at desc, a.node_id desc, a.generation desc, a."offset" desc limit $14"#,
            &froms,
            &tos,
            text,
            filters.node,
            filters.kind,
            filters.country.as_deref(),
            filters.asn,
            filters.extension.as_deref(),
            filters.prefix.as_deref(),
            after.map(|place| place.at),
            after.map_or(0, |place| place.node),
            after.map_or(0, |place| place.generation),
            after.map_or(0, |place| place.offset),
            limit,
            low,
            high,
        )
        .fetch_all(pool)
        .await?
    };
    Ok(rows.into_iter().map(LoggedLine::from).collect())
}

/// Has this network few lines in the time that is asked for?
pub(super) async fn is_few(
    pool: &PgPool,
    filters: &Filters,
    (low, high): (IpNet, IpNet),
    past: OffsetDateTime,
    few: i64,
) -> Result<bool, sqlx::Error> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
               select from attacks
               where source between $1 and $2 and at >= $3 and at < $4
               limit $5
           ) found"#,
        low,
        high,
        filters.from,
        past,
        few + 1,
    )
    .fetch_one(pool)
    .await?;
    Ok(count <= few)
}

/// All lines of a network that has few: found by the addresses' index, sorted then. `offset 0` keeps
/// Postgres from walking the whole log by time instead.
pub(super) async fn of_network(
    pool: &PgPool,
    filters: &Filters,
    (low, high): (IpNet, IpNet),
    after: Option<Place>,
    past: OffsetDateTime,
    limit: i64,
) -> Result<Vec<LoggedLine>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select a.node_id, a.generation, a."offset", n.name as node_name, a.at,
                  a.source as "source: IpNet", a.country, a.asn, a.kind, a.extension, a.number,
                  a.prefix, a.rule, a.agent, a.raw
           from (
               select * from attacks
               where source between $1 and $2 and at >= $3 and at < $15
                 and ($4::bigint is null or node_id = $4)
                 and ($5::text is null or kind = $5)
                 and ($6::text is null or country = $6)
                 and ($7::bigint is null or asn = $7)
                 and ($8::text is null or extension = $8)
                 and ($9::text is null or prefix = $9)
                 and ($10::timestamptz is null
                      or (at, node_id, generation, "offset") < ($10, $11, $12, $13))
               offset 0
           ) a
           join nodes n on n.id = a.node_id
           order by a.at desc, a.node_id desc, a.generation desc, a."offset" desc limit $14"#,
        low,
        high,
        filters.from,
        filters.node,
        filters.kind,
        filters.country.as_deref(),
        filters.asn,
        filters.extension.as_deref(),
        filters.prefix.as_deref(),
        after.map(|place| place.at),
        after.map_or(0, |place| place.node),
        after.map_or(0, |place| place.generation),
        after.map_or(0, |place| place.offset),
        limit,
        past,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(LoggedLine::from).collect())
}

/// By its key.
pub(super) async fn line(pool: &PgPool, place: Place) -> Result<Option<LoggedLine>, sqlx::Error> {
    let row = sqlx::query_as!(
        Row,
        r#"select a.node_id, a.generation, a."offset", n.name as node_name, a.at,
                  a.source as "source: IpNet", a.country, a.asn, a.kind, a.extension, a.number,
                  a.prefix, a.rule, a.agent, a.raw
           from attacks a join nodes n on n.id = a.node_id
           where a.node_id = $1 and a.generation = $2 and a."offset" = $3 and a.at = $4"#,
        place.node,
        place.generation,
        place.offset,
        place.at,
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(LoggedLine::from))
}
