//! What is kept: chosen by an admin, else as the settings file says.

use std::num::{NonZeroU16, NonZeroU32};

use domain::role::Permission;
use serde::{Deserialize, Deserializer, Serialize};

use super::sql;
use crate::changes::{self, Topic};
use crate::{Actor, Backend, Error, Problem, audit};

/// Longest time that lines are kept; days. Each week is a table, and a page may ask all of them.
pub const MOST_DAYS: u16 = 400;

/// What is kept; what comes first counts. In the settings file it is `[retention]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Weeks that are older as a whole go, and what arrives later than that is not stored.
    /// At most [`MOST_DAYS`].
    #[serde(deserialize_with = "days")]
    pub days: NonZeroU16,
    /// Most rows of `attacks`.
    pub attack_rows: NonZeroU32,
    /// Most rows of `ban_events`.
    pub ban_event_rows: NonZeroU32,
}

impl Default for Limits {
    fn default() -> Self {
        let rows = |rows| NonZeroU32::new(rows).unwrap_or(NonZeroU32::MAX);
        Self {
            days: NonZeroU16::new(90).unwrap_or(NonZeroU16::MAX),
            attack_rows: rows(2_000_000),
            ban_event_rows: rows(500_000),
        }
    }
}

impl Limits {
    /// [`Limits::days`].
    pub fn age(self) -> time::Duration {
        time::Duration::days(self.days.get().into())
    }
}

fn days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NonZeroU16, D::Error> {
    let days = NonZeroU16::deserialize(deserializer)?;
    if days.get() <= MOST_DAYS {
        Ok(days)
    } else {
        let most = format_args!("at most {MOST_DAYS} days").to_string();
        Err(serde::de::Error::custom(most))
    }
}

/// What counts now.
pub async fn settings(backend: &Backend) -> Result<Limits, Error> {
    let stored = sql::settings(&backend.pool).await?;
    Ok(stored.unwrap_or(backend.retention))
}

/// From now on this counts, whatever the settings file says.
///
/// # Errors
/// [`Error::Forbidden`] for all but admins; [`Error::Invalid`] on `days` past [`MOST_DAYS`].
pub async fn set_settings(backend: &Backend, actor: &Actor, limits: Limits) -> Result<(), Error> {
    if !actor.role.may(Permission::Configure) {
        return Err(Error::Forbidden);
    }
    if limits.days.get() > MOST_DAYS {
        return Err(Error::invalid(
            "days",
            Problem::TooLarge {
                max: MOST_DAYS.into(),
            },
        ));
    }
    let mut tx = backend.pool.begin().await?;
    let before = sql::lock_settings(&mut tx).await?;
    let before = before.unwrap_or(backend.retention);
    sql::set_settings(&mut tx, limits).await?;
    audit::record(
        &mut tx,
        backend.clock.now(),
        actor,
        "set retention",
        "retention",
        serde_json::to_value(before).ok(),
        serde_json::to_value(limits).ok(),
    )
    .await?;
    changes::note(&mut tx, Topic::Attacks, None).await?;
    Ok(tx.commit().await?)
}
