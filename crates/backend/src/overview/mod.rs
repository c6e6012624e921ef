//! The dashboard: how things are now, on one screen.

mod sql;

use domain::ids::NodeId;
use time::{Duration, OffsetDateTime};

use crate::alerts::OpenAlert;
use crate::bans::{AttackRow, BanEventRow};
use crate::insights::InsightRow;
use crate::nodes::NodeRow;
use crate::{Backend, Error, alerts, insights, nodes};

/// What the dashboard shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Overview {
    /// Networks banned now, over all nodes.
    pub bans_now: i64,
    /// Ban lines of the last 24 hours.
    pub bans_new_today: i64,
    /// Attack lines of the last 60 minutes.
    pub attacks_last_hour: i64,
    /// … and of the 60 before.
    pub attacks_previous_hour: i64,
    /// Every node, or the one that was asked for.
    pub nodes: Vec<NodeRow>,
    /// Attack lines of each of the last 60 minutes, oldest first, empty ones included.
    pub per_minute: Vec<(OffsetDateTime, i64)>,
    /// The newest 20.
    pub last_attacks: Vec<AttackRow>,
    /// The newest 20.
    pub last_bans: Vec<BanEventRow>,
    /// Bans that some firewall does not hold.
    pub not_effective: i64,
    /// Names of the nodes whose configuration somebody changed by hand.
    pub drifted: Vec<String>,
    /// Alerts that are open, the newest first; of one node, also those about all.
    pub alerts: Vec<OpenAlert>,
    /// What there is to act on, as [`insights::list`]; of one node, also what concerns all.
    pub insights: Vec<InsightRow>,
}

/// Reads the dashboard of all nodes or one, but for its charts and lists ([`crate::attacks::panels`]).
///
/// # Errors
/// [`Error::Database`].
pub async fn overview(backend: &Backend, node: Option<NodeId>) -> Result<Overview, Error> {
    let now = backend.clock.now();
    // One for all: asking the pool costs more than most of the questions.
    let mut conn = backend.pool.acquire().await?;
    let mut nodes = nodes::all(&mut *conn, now).await?;
    nodes.retain(|of| node.is_none_or(|node| node == of.id));
    let shown = |name: &str| nodes.iter().any(|node| node.name == name);
    let mut drifted = sql::drifted(&mut *conn).await?;
    drifted.retain(|name| shown(name));
    let mut alerts = alerts::open_in(&mut *conn).await?;
    alerts.retain(|alert| alert.fact.node().is_none_or(shown));
    let mut insights = insights::list_in(&mut *conn, now).await?;
    insights.retain(|row| row.insight.node().is_none_or(shown));
    let counts = match node {
        Some(node) => sql::counts_of(&mut *conn, node, now).await?,
        None => sql::counts(&mut *conn, now).await?,
    };
    let minute = Duration::MINUTE;
    let this_minute = now
        .replace_second(0)
        .and_then(|now| now.replace_nanosecond(0))
        .unwrap_or(now);
    let since = this_minute - 119 * minute;
    let lines = sql::lines_per_minute(&mut *conn, node, since, this_minute).await?;
    let of = |at: OffsetDateTime| {
        lines
            .iter()
            .find(|(minute, _)| *minute == at)
            .map_or(0, |m| m.1)
    };
    let minutes: Vec<_> = (0..120)
        .map(|n| since + n * minute)
        .map(|at| (at, of(at)))
        .collect();
    let sum = |part: &[(OffsetDateTime, i64)]| part.iter().map(|(_, lines)| lines).sum();
    Ok(Overview {
        bans_now: counts.bans,
        bans_new_today: counts.new_bans,
        attacks_last_hour: sum(&minutes[60..]),
        attacks_previous_hour: sum(&minutes[..60]),
        nodes,
        per_minute: minutes[60..].to_vec(),
        last_attacks: match node {
            Some(node) => sql::last_attacks_of(&mut *conn, node, 20).await?,
            None => sql::last_attacks(&mut *conn, 20).await?,
        },
        last_bans: match node {
            Some(node) => sql::last_bans_of(&mut *conn, node, 20).await?,
            None => sql::last_bans(&mut *conn, 20).await?,
        },
        not_effective: counts.not_effective,
        drifted,
        alerts,
        insights,
    })
}
