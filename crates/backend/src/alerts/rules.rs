//! Setting a rule.

use domain::alert::{Kind, OutOfBounds, Recipients, Rule, Threshold};
use domain::ids::{ChannelId, NodeId};
use domain::role::Permission;
use serde_json::json;

use super::sql;
use crate::changes::{self, Topic};
use crate::{Actor, Backend, Error, Problem, advisory, audit, nodes};

/// As typed; what a kind has no use for is passed over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleForm {
    /// Switched on.
    pub on: bool,
    /// One node; `None`: all.
    pub scope: Option<NodeId>,
    /// Attack lines.
    pub lines: String,
    /// Minutes of the threshold.
    pub minutes: String,
    /// Days without a line from a country.
    pub days: String,
    /// Minutes.
    pub cool_down: String,
    /// Every channel there is.
    pub all_channels: bool,
    /// Else these.
    pub channels: Vec<ChannelId>,
}

impl RuleForm {
    fn check(&self, kind: Kind) -> Result<Rule, Error> {
        let minutes = || number("minutes", &self.minutes);
        let threshold = match kind {
            Kind::AttackRate => Threshold::AttackRate {
                lines: number("lines", &self.lines)?,
                minutes: minutes()?,
            },
            Kind::NewCountry => Threshold::NewCountry {
                days: number("days", &self.days)?,
            },
            Kind::NodeSilent => Threshold::NodeSilent {
                minutes: minutes()?,
            },
            Kind::BanNotEffective => Threshold::BanNotEffective {
                minutes: minutes()?,
            },
            Kind::DeploymentFailed => Threshold::DeploymentFailed,
        };
        let recipients = if self.all_channels {
            Recipients::All
        } else {
            let mut channels = self.channels.clone();
            channels.sort_unstable();
            channels.dedup();
            Recipients::Some(channels)
        };
        Ok(Rule {
            on: self.on,
            scope: self.scope,
            threshold,
            cool_down: number("cool_down", &self.cool_down)?,
            recipients,
        })
    }
}

fn number<T: std::str::FromStr<Err = OutOfBounds>>(
    field: &'static str,
    typed: &str,
) -> Result<T, Error> {
    typed
        .parse()
        .map_err(|bounds| Error::invalid(field, bounds))
}

/// Sets a rule. It starts afresh: what is open by it is forgotten, and told again if it is still so.
///
/// # Errors
/// [`Error::Invalid`] on the field that is wrong; on `scope` or `channels` with [`Problem::Gone`].
pub async fn set_rule(
    backend: &Backend,
    actor: &Actor,
    kind: Kind,
    form: &RuleForm,
) -> Result<(), Error> {
    if !actor.role.may(Permission::Alerts) {
        return Err(Error::Forbidden);
    }
    let rule = form.check(kind)?;
    let mut tx = backend.begin().await?;
    advisory::lock(&mut tx, advisory::ALERTS).await?;
    if let Some(node) = rule.scope
        && nodes::lock(&mut tx, node).await?.is_none()
    {
        return Err(Error::invalid("scope", Problem::Gone));
    }
    if let Recipients::Some(channels) = &rule.recipients
        && !sql::channels::exist(&mut tx, channels).await?
    {
        return Err(Error::invalid("channels", Problem::Gone));
    }
    let before = super::views::rule_of(&sql::rules::all(&mut *tx).await?, kind);
    let now = backend.clock.now();
    // In any case: what is stored may be damaged, and the default shown instead.
    sql::rules::set(&mut tx, &rule, now).await?;
    if before == rule {
        return Ok(tx.commit().await?);
    }
    sql::alerts::forget(&mut tx, kind).await?;
    let (before, after) = (json!({ "rule": before }), json!({ "rule": rule }));
    audit::record(
        &mut tx,
        now,
        actor,
        "set alert rule",
        kind.as_str(),
        Some(before),
        Some(after),
    )
    .await?;
    changes::note(&mut tx, Topic::Alerts, None).await?;
    Ok(tx.commit().await?)
}

impl From<OutOfBounds> for Problem {
    fn from(bounds: OutOfBounds) -> Self {
        Self::Range {
            least: bounds.least,
            most: bounds.most,
        }
    }
}
