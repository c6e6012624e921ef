//! `banned`: one row for each banned network over all nodes, computed from `bans`.

use ipnet::IpNet;
use sqlx::PgConnection;

use crate::advisory;

/// Computes the rows of these networks anew. The last thing of a transaction that changes `bans` or
/// `ban_events`, since it holds a lock until commit: without it two nodes that report the same
/// network at once would each count only themselves.
pub(crate) async fn recompute(
    conn: &mut PgConnection,
    networks: &[IpNet],
) -> Result<(), sqlx::Error> {
    if networks.is_empty() {
        return Ok(());
    }
    advisory::lock(conn, advisory::BANNED).await?;
    sqlx::query!(
        "with gone as (
             delete from banned h
             where h.network in (select unnest($1::inet[])::cidr)
               and not exists (select from bans b where b.network = h.network)
             returning 1
         )
         update banned_total set networks = networks - (select count(*) from gone)",
        networks,
    )
    .execute(&mut *conn)
    .await?;
    // Bans before this one: what the log calls a ban and is older than the oldest holder's.
    sqlx::query!(
        "with stored as (
             insert into banned (network, since, until, nodes, repeats, not_effective)
             select h.network, h.since, h.until, h.nodes,
                    (select count(*) from ban_events e
                     where e.network = h.network and e.kind = 'ban' and e.at < h.since),
                    h.not_effective
             from (
                 select b.network, min(b.since) as since,
                        max(coalesce(b.until, 'infinity')) as until, count(*) as nodes,
                        coalesce(bool_or(not b.in_firewall), false) as not_effective
                 from bans b
                 where b.network in (select unnest($1::inet[])::cidr)
                 group by b.network
             ) h
             on conflict (network) do update
             set since = excluded.since, until = excluded.until, nodes = excluded.nodes,
                 repeats = excluded.repeats, not_effective = excluded.not_effective
             where (banned.since, banned.until, banned.nodes, banned.repeats, banned.not_effective)
                 is distinct from (excluded.since, excluded.until, excluded.nodes, excluded.repeats,
                                   excluded.not_effective)
             returning xmax = 0 as new
         )
         update banned_total set networks = networks + (select count(*) from stored where new)",
        networks,
    )
    .execute(conn)
    .await?;
    Ok(())
}
