//! How many lines a question finds: exactly where there are few, else as far as was looked, or what the
//! counts say.

use domain::attack::Kind;
use domain::attack::window::{Window, floor};
use ipnet::IpNet;
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

use super::plan::{self, Stretch};
use super::query::{Filters, LineQuery, Search};
use super::{AT_ONCE, FEW, STRETCHES, sql};
use crate::attacks::over_time;
use crate::{Backend, Error};

/// No more are counted line by line.
const COUNTED: i64 = 10_000;

/// How many lines there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matches {
    /// So many.
    Exactly(i64),
    /// So many were found before enough was looked at.
    AtLeast(i64),
    /// So many are counted; some arrive or go at this moment.
    About(i64),
}

/// How many lines a question finds on all its pages, newest first where not all are looked at.
///
/// # Errors
/// [`Error::Database`].
pub async fn matches(backend: &Backend, query: &LineQuery) -> Result<Matches, Error> {
    let Some(filters) = Filters::of(query) else {
        return Ok(Matches::Exactly(0));
    };
    let found = looked(backend, &filters).await?;
    match found {
        Matches::AtLeast(lines) => {
            let counted = counted(backend, query, &filters).await?;
            Ok(counted.map_or(found, |counted| Matches::About(counted.max(lines))))
        }
        found => Ok(found),
    }
}

/// By the lines themselves.
async fn looked(backend: &Backend, filters: &Filters) -> Result<Matches, sqlx::Error> {
    let pool = &backend.pool;
    if let Search::Network(low, high) = filters.search
        && sql::is_few(pool, filters, (low, high), filters.to, FEW).await?
    {
        return Ok(Matches::Exactly(
            of_network(pool, filters, (low, high)).await?,
        ));
    }
    let mut stretches = plan::stretches(pool, backend.clock.now(), filters, filters.to).await?;
    if let Some(first) = stretches.first_mut() {
        let (newer, older) = plan::cut(pool, filters, *first).await?;
        *first = newer;
        stretches.splice(1..1, older);
    }
    let (newest, all) = newest(&stretches);
    let lines = in_stretches(pool, filters, &newest).await?;
    Ok(match lines {
        lines if lines > COUNTED => Matches::AtLeast(COUNTED),
        lines if all => Matches::Exactly(lines),
        lines => Matches::AtLeast(lines),
    })
}

/// As many of the newest stretches as may be looked at, those that touch as one; whether that is all.
fn newest(stretches: &[Stretch]) -> (Vec<Stretch>, bool) {
    let mut merged: Vec<Stretch> = Vec::new();
    let mut reads = 0;
    for stretch in stretches {
        reads += stretch.reads;
        if !merged.is_empty() && reads > AT_ONCE {
            return (merged, false);
        }
        let full = merged.len() == STRETCHES;
        match merged.last_mut() {
            Some(later) if later.from == stretch.to => later.from = stretch.from,
            _ if full => return (merged, false),
            _ => merged.push(*stretch),
        }
    }
    (merged, true)
}

/// By the counts, where nothing is asked for but a time, a node and a kind, and no line of that time
/// went above the cap.
async fn counted(
    backend: &Backend,
    query: &LineQuery,
    filters: &Filters,
) -> Result<Option<i64>, Error> {
    let facets = [&filters.country, &filters.extension, &filters.prefix];
    let narrowed = filters.asn.is_some()
        || filters.search != Search::Nothing
        || facets.into_iter().any(Option::is_some);
    if narrowed {
        return Ok(None);
    }
    let oldest = sqlx::query_scalar!("select min(at) from attacks");
    let Some(oldest) = oldest.fetch_one(&backend.pool).await? else {
        return Ok(None);
    };
    let now = backend.clock.now();
    let all = query.node.is_none() && query.kind.is_none();
    if all && filters.from <= oldest && filters.to > now {
        let rows = sqlx::query_scalar!(
            r#"select coalesce(sum(rows), 0)::bigint as "rows!" from log_weeks where log = 'attacks'"#
        );
        return Ok(Some(rows.fetch_one(&backend.pool).await?));
    }
    let (Some(from), Some(to)) = (query.from, query.to) else {
        return Ok(None);
    };
    let window = Window::between(from, to, now)
        .filter(|window| (window.from(), window.to()) == (from, to))
        .filter(|_| from >= floor(oldest, Duration::MINUTE));
    let Some(window) = window else {
        return Ok(None);
    };
    let bars = over_time(backend, query.node, window).await?;
    let asked = |kind: &Kind| query.kind.is_none_or(|asked| asked == *kind);
    let of_bar = |events: [i64; 6]| -> i64 {
        let kinds = Kind::ALL.iter().zip(events);
        kinds
            .filter(|(kind, _)| asked(kind))
            .map(|(_, events)| events)
            .sum()
    };
    Ok(Some(bars.into_iter().map(|bar| of_bar(bar.events)).sum()))
}

/// Of a network that has few.
async fn of_network(
    pool: &PgPool,
    filters: &Filters,
    (low, high): (IpNet, IpNet),
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from attacks
           where source between $1 and $2 and at >= $3 and at < $4
             and ($5::bigint is null or node_id = $5)
             and ($6::text is null or kind = $6)
             and ($7::text is null or country = $7)
             and ($8::bigint is null or asn = $8)
             and ($9::text is null or extension = $9)
             and ($10::text is null or prefix = $10)"#,
        low,
        high,
        filters.from,
        filters.to,
        filters.node,
        filters.kind,
        filters.country.as_deref(),
        filters.asn,
        filters.extension.as_deref(),
        filters.prefix.as_deref(),
    )
    .fetch_one(pool)
    .await
}

/// In these stretches, one more than [`COUNTED`] at most.
async fn in_stretches(
    pool: &PgPool,
    filters: &Filters,
    stretches: &[Stretch],
) -> Result<i64, sqlx::Error> {
    let froms: Vec<OffsetDateTime> = stretches.iter().map(|stretch| stretch.from).collect();
    let tos: Vec<OffsetDateTime> = stretches.iter().map(|stretch| stretch.to).collect();
    if let Search::Source(source) = filters.search {
        return sqlx::query_scalar!(
            r#"select count(*) as "count!" from (
                   select from unnest($1::timestamptz[], $2::timestamptz[]) as r (from_at, to_at)
                   cross join lateral (
                       select from attacks
                       where source = $3 and at >= r.from_at and at < r.to_at
                         and ($4::bigint is null or node_id = $4)
                         and ($5::text is null or kind = $5)
                         and ($6::text is null or country = $6)
                         and ($7::bigint is null or asn = $7)
                         and ($8::text is null or extension = $8)
                         and ($9::text is null or prefix = $9)
                       order by at desc limit $10
                   ) a
                   limit $10
               ) found"#,
            &froms,
            &tos,
            source,
            filters.node,
            filters.kind,
            filters.country.as_deref(),
            filters.asn,
            filters.extension.as_deref(),
            filters.prefix.as_deref(),
            COUNTED + 1,
        )
        .fetch_one(pool)
        .await;
    }
    let text = match &filters.search {
        Search::Text(text) => Some(text.as_str()),
        _ => None,
    };
    let (low, high) = match filters.search {
        Search::Network(low, high) => (Some(low), Some(high)),
        _ => (None, None),
    };
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
               select from unnest($1::timestamptz[], $2::timestamptz[]) as r (from_at, to_at)
               cross join lateral (
                   select from attacks
                   where at >= r.from_at and at < r.to_at
                     and ($3::text is null or extension = $3 or number = $3)
                     and ($4::bigint is null or node_id = $4)
                     and ($5::text is null or kind = $5)
                     and ($6::text is null or country = $6)
                     and ($7::bigint is null or asn = $7)
                     and ($8::text is null or extension = $8)
                     and ($9::text is null or prefix = $9)
                     and ($11::inet is null or source between $11 and $12::inet)
                   order by at desc limit $10
               ) a
               limit $10
           ) found"#,
        &froms,
        &tos,
        text,
        filters.node,
        filters.kind,
        filters.country.as_deref(),
        filters.asn,
        filters.extension.as_deref(),
        filters.prefix.as_deref(),
        COUNTED + 1,
        low,
        high,
    )
    .fetch_one(pool)
    .await
}
