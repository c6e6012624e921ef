//! What a rule sees when it looks.

use std::collections::BTreeMap;

use domain::alert::{Fact, NETWORKS_SHOWN, Rule, Threshold};
use domain::inert::{inert, is_inert};
use domain::net::Network;
use sqlx::PgConnection;
use time::{Date, Duration, OffsetDateTime, Time, UtcOffset};

use super::sql::alerts::Known;
use super::sql::watched;
use crate::Error;

/// Characters of a reason that are shown.
const REASON: usize = 300;

/// Late lines of so many days are seen as well: of a node that was cut off.
const LATE: i64 = 7;

/// When a rule looks.
pub(super) struct Look<'a> {
    pub now: OffsetDateTime,
    /// Since when it has looked without a break.
    pub began: OffsetDateTime,
    /// For the first time.
    pub first: bool,
    /// What it knows.
    pub known: &'a BTreeMap<String, Known>,
}

/// What is so now, by subject.
pub(super) type Seen = BTreeMap<String, Fact>;

/// Looks.
pub(super) async fn see(
    conn: &mut PgConnection,
    rule: &Rule,
    look: &Look<'_>,
) -> Result<Seen, Error> {
    match rule.threshold {
        Threshold::AttackRate { lines, minutes } => {
            rate(conn, rule, look, (lines.get(), minutes.get())).await
        }
        Threshold::NewCountry { days } => countries(conn, rule, look, days.get()).await,
        Threshold::NodeSilent { minutes } => silent(conn, rule, look, minutes.get()).await,
        Threshold::BanNotEffective { minutes } => {
            not_effective(conn, rule, look, minutes.get()).await
        }
        Threshold::DeploymentFailed => failed(conn, rule).await,
    }
}

/// The name of the one node that a rule is about.
async fn name(conn: &mut PgConnection, rule: &Rule) -> Result<Option<String>, Error> {
    match rule.scope {
        None => Ok(None),
        Some(node) => Ok(watched::name(conn, node).await?),
    }
}

/// In whole minutes: the one that has begun, and as many before it. None is missed, one may be too many.
async fn rate(
    conn: &mut PgConnection,
    rule: &Rule,
    look: &Look<'_>,
    (least, minutes): (u32, u32),
) -> Result<Seen, Error> {
    let past = Duration::minutes(minutes.into());
    let then = look.now - past - Duration::seconds(look.now.second().into());
    let then = then.replace_nanosecond(0).unwrap_or(then);
    let lines = watched::lines(conn, rule.scope, then).await?;
    if lines < i64::from(least) {
        return Ok(Seen::new());
    }
    let fact = Fact::AttackRate {
        node: name(conn, rule).await?,
        lines,
        minutes,
    };
    Ok([("all".to_owned(), fact)].into())
}

/// At the first look all that came lately is known; what comes afterwards is new where it is unknown or
/// known from long ago.
async fn countries(
    conn: &mut PgConnection,
    rule: &Rule,
    look: &Look<'_>,
    forgotten: u32,
) -> Result<Seen, Error> {
    let today = look
        .now
        .to_offset(UtcOffset::UTC)
        .replace_time(Time::MIDNIGHT);
    let back = if look.first { forgotten.into() } else { LATE };
    let days: Vec<_> = (0..=back)
        .map(|days| today - Duration::days(days))
        .collect();
    let seen = watched::countries(conn, rule.scope, &days).await?;
    let known = watched::known_countries(conn).await?;
    let later: Vec<_> = seen
        .into_iter()
        .filter(|(country, day)| known.get(country).is_none_or(|known| day > known))
        .collect();
    if later.is_empty() {
        return Ok(Seen::new());
    }
    watched::know_countries(conn, &later).await?;
    let node = name(conn, rule).await?;
    let long_ago = |known: &Date, day: Date| (day - *known).whole_days() > i64::from(forgotten);
    let new = later.into_iter().filter(|(country, day)| {
        !look.first && known.get(country).is_none_or(|known| long_ago(known, *day))
    });
    let facts = new.map(|(country, _)| {
        let fact = Fact::NewCountry {
            country: country.clone(),
            node: node.clone(),
        };
        (country, fact)
    });
    Ok(facts.collect())
}

/// A console that was away itself has heard nobody: for what was not known to be silent before, the
/// time counts from when it looks again.
async fn silent(
    conn: &mut PgConnection,
    rule: &Rule,
    look: &Look<'_>,
    minutes: u32,
) -> Result<Seen, Error> {
    let then = look.now - Duration::minutes(minutes.into());
    let silent = watched::silent(conn, rule.scope, look.began, then).await?;
    let was = |subject: &String| {
        let known = look.known.get(subject);
        known.is_some_and(|known| known.state.is_open())
    };
    let seen = silent.into_iter().filter_map(|silent| {
        let subject = silent.node.to_string();
        let counts = silent.watched || was(&subject);
        let fact = Fact::NodeSilent {
            node: silent.name,
            heard: silent.heard.unix_timestamp(),
        };
        counts.then_some((subject, fact))
    });
    Ok(seen.collect())
}

/// A young ban that is on its way into the firewall is no alarm.
async fn not_effective(
    conn: &mut PgConnection,
    rule: &Rule,
    look: &Look<'_>,
    minutes: u32,
) -> Result<Seen, Error> {
    let then = look.now - Duration::minutes(minutes.into());
    let named = i32::try_from(NETWORKS_SHOWN).unwrap_or(i32::MAX);
    let nodes = watched::not_effective(conn, rule.scope, then, named).await?;
    let seen = nodes.into_iter().map(|node| {
        let networks = node.networks.into_iter();
        let networks = networks.map(|net| Network::from(net).to_string()).collect();
        let fact = Fact::BanNotEffective {
            node: node.name,
            bans: node.bans,
            networks,
        };
        (node.node.to_string(), fact)
    });
    Ok(seen.collect())
}

async fn failed(conn: &mut PgConnection, rule: &Rule) -> Result<Seen, Error> {
    let failed = watched::failed(conn, rule.scope).await?;
    let seen = failed.into_iter().map(|failed| {
        let subject = format!("{} {}", failed.node, failed.config.as_str());
        let fact = Fact::DeploymentFailed {
            node: failed.name,
            config: failed.config,
            deployment: failed.deployment,
            revision: failed.revision,
            rolled_back: failed.rolled_back,
            reason: harmless(&failed.reason),
        };
        (subject, fact)
    });
    Ok(seen.collect())
}

/// The reason comes from a node.
fn harmless(reason: &str) -> String {
    let short: String = reason.chars().take(REASON).collect();
    if is_inert(&short) {
        short
    } else {
        inert(short.as_bytes(), short.len())
    }
}
