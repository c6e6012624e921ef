//! Ban lists: a whole one replaces what is stored, a difference applies to the version it names.

use std::collections::BTreeSet;

use domain::ids::NodeId;
use domain::wire::BanList;
use ipnet::IpNet;
use sqlx::PgConnection;

use super::columns::Held;
use super::sql::State;
use super::{Touched, sql};
use crate::Error;
use crate::changes::Topic;

/// Returns the version stored now, and whether the worker must send the whole list.
pub(super) async fn store(
    conn: &mut PgConnection,
    node: NodeId,
    state: &State,
    list: &BanList,
    touched: &mut Touched,
) -> Result<(i64, bool), Error> {
    if list.base.is_some_and(|base| base != state.ban_list) {
        return Ok((state.ban_list, true));
    }
    let held = Held::from(&list.changed);
    let gone = if list.base.is_none() {
        sql::delete_bans_except(conn, node, &held.networks).await?
    } else {
        let kept: BTreeSet<&IpNet> = held.networks.iter().collect();
        let gone: Vec<IpNet> = list.gone.iter().map(|network| network.ipnet()).collect();
        let gone: Vec<IpNet> = gone
            .into_iter()
            .filter(|network| !kept.contains(network))
            .collect();
        sql::delete_bans(conn, node, &gone).await?
    };
    let changed = sql::upsert_bans(conn, node, &held).await?;
    if !gone.is_empty() || !changed.is_empty() {
        touched.topics.insert(Topic::Bans);
    }
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let new = changed.iter().filter(|(_, new)| *new).count();
    let bans = match list.base {
        None => count(held.networks.len()),
        Some(_) => state.bans - count(gone.len()) + count(new),
    };
    touched.held = changed.into_iter().map(|(network, _)| network).collect();
    touched.networks.extend(gone);
    touched.networks.extend(&touched.held);
    Ok((sql::next_ban_list(conn, node, bans).await?, false))
}
