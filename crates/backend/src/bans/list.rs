//! The list of bans: sorted, filtered and paged by index.

use domain::net::Network;
use sqlx::{Postgres, QueryBuilder};

use super::head::Head;
use super::query::{self, PAGE_LIMIT, Place, Value};
use super::{BanPage, BanQuery, BanSort, BanState, detail, span};
use crate::{Backend, Error};

/// One page.
///
/// # Errors
/// [`Error::Invalid`] on `search` where that is neither an address nor a network nor a part of one.
pub async fn list(backend: &Backend, query: &BanQuery) -> Result<BanPage, Error> {
    let search = query::searched(&query.search)?;
    let limit = query.limit.clamp(1, PAGE_LIMIT);
    let place = |text: &Option<String>| text.as_deref().and_then(|text| query.sort.place(text));
    // Backwards is the same walk the other way round.
    let (from, back) = match (place(&query.after), place(&query.before)) {
        (Some(after), _) => (Some(after), false),
        (None, Some(before)) => (Some(before), true),
        (None, None) => (None, false),
    };
    let descending = query.descending != back;
    let mut page = QueryBuilder::new(
        "select h.network, h.since, nullif(h.until, 'infinity') as until, h.repeats, h.nodes from ",
    );
    source(&mut page, search);
    filters(&mut page, query);
    if let Some(from) = &from {
        past(&mut page, from, query.sort, descending);
    }
    page.push(order(query.sort, descending))
        .push(" limit ")
        .push_bind(limit + 1);
    let mut heads: Vec<Head> = page.build_query_as().fetch_all(&backend.pool).await?;

    let more = i64::try_from(heads.len()).is_ok_and(|found| found > limit);
    heads.truncate(usize::try_from(limit).unwrap_or(0));
    if heads.is_empty() && from.is_some() {
        // What stood behind the link has ended meanwhile.
        let start = BanQuery {
            after: None,
            before: None,
            ..query.clone()
        };
        return Box::pin(list(backend, &start)).await;
    }
    if back {
        heads.reverse();
    }
    let (before, after) = if back {
        (more, true)
    } else {
        (from.is_some(), more)
    };
    let place = |head: &Head| head.place(query.sort).to_string();
    Ok(BanPage {
        next: heads.last().filter(|_| after).map(place),
        previous: heads.first().filter(|_| before).map(place),
        total: total(backend, query, search).await?,
        rows: detail::rows(backend, heads).await?,
    })
}

async fn total(backend: &Backend, query: &BanQuery, search: Option<Network>) -> Result<i64, Error> {
    // Counted already, where that is enough.
    let mut count = match (query.node, query.state, search) {
        (None, None, None) => QueryBuilder::new("select networks from banned_total"),
        (Some(node), None, None) => {
            let mut count =
                QueryBuilder::new("select coalesce(sum(bans), 0)::bigint from nodes where id = ");
            count.push_bind(node.0);
            count
        }
        _ => {
            let mut count = QueryBuilder::new("select count(*) from ");
            source(&mut count, search);
            filters(&mut count, query);
            count
        }
    };
    Ok(count.build_query_scalar().fetch_one(&backend.pool).await?)
}

/// What is searched for is found by the network's index, and sorted then: `offset 0` keeps Postgres
/// from walking the whole list in order instead, which it takes for cheaper. For wide networks that
/// walk is: it meets them soon.
fn source(sql: &mut QueryBuilder<Postgres>, search: Option<Network>) {
    let Some(network) = search else {
        sql.push("banned h where true");
        return;
    };
    let fence = !is_broad(network);
    sql.push(if fence { "(select h.* from " } else { "" });
    sql.push("banned h where (h.network between ")
        .push_bind(network.ipnet())
        .push("::inet::cidr and ")
        .push_bind(span::last_inside(network))
        .push("::inet::cidr or h.network = any(")
        .push_bind(span::holding(network))
        .push("::inet[]::cidr[]))");
    sql.push(if fence { " offset 0) h where true" } else { "" });
}

fn is_broad(network: Network) -> bool {
    network.prefix_len() < if network.address().is_ipv4() { 12 } else { 32 }
}

fn filters(sql: &mut QueryBuilder<Postgres>, query: &BanQuery) {
    match query.state {
        Some(BanState::NotEffective) => drop(sql.push(" and h.not_effective")),
        Some(BanState::Effective) => drop(sql.push(" and not h.not_effective")),
        None => {}
    }
    if let Some(node) = query.node {
        sql.push(" and exists (select from bans b where b.network = h.network and b.node_id = ")
            .push_bind(node.0)
            .push(")");
    }
}

/// Past `place`, in the direction of the walk.
fn past(sql: &mut QueryBuilder<Postgres>, place: &Place, sort: BanSort, descending: bool) {
    let than = if descending { " < " } else { " > " };
    match place.value {
        Value::Nothing => sql.push(" and h.network").push(than),
        Value::Time(time) => sql
            .push(" and (h.")
            .push(column(sort))
            .push(", h.network)")
            .push(than)
            .push("(coalesce(")
            .push_bind(time)
            .push("::timestamptz, 'infinity'), "),
        Value::Count(count) => sql
            .push(" and (h.")
            .push(column(sort))
            .push(", h.network)")
            .push(than)
            .push("(")
            .push_bind(count)
            .push(", "),
    };
    sql.push_bind(place.network.ipnet()).push("::inet::cidr");
    if !matches!(place.value, Value::Nothing) {
        sql.push(")");
    }
}

fn order(sort: BanSort, descending: bool) -> String {
    let direction = if descending { " desc" } else { "" };
    match sort {
        BanSort::Network => format!(" order by h.network{direction}"),
        _ => format!(
            " order by h.{0}{direction}, h.network{direction}",
            column(sort)
        ),
    }
}

fn column(sort: BanSort) -> &'static str {
    match sort {
        BanSort::Since => "since",
        BanSort::Until => "until",
        BanSort::Repeats => "repeats",
        BanSort::Network => "network",
        BanSort::Nodes => "nodes",
    }
}
