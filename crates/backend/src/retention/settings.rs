//! What is kept: chosen by an admin, else as the settings file says.

use std::fmt;
use std::num::{NonZeroU16, NonZeroU32};
use std::ops::RangeInclusive;

use domain::role::Permission;
use serde::{Deserialize, Deserializer, Serialize};

use super::{sql, stored};
use crate::changes::{self, Topic};
use crate::{Actor, Backend, Error, Problem, audit};

/// Longest time that lines are kept; days. Each week is a table, and a page may ask all of them.
pub const MOST_DAYS: u16 = 400;
/// Rows of a log that can be chosen on the page.
pub const CHOOSABLE_ROWS: RangeInclusive<u32> = 1_000..=1_000_000_000;

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

impl fmt::Display for Limits {
    /// For a form that asks once more: `90 2000000 500000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} {}",
            self.days, self.attack_rows, self.ban_event_rows
        )
    }
}

/// As typed.
#[derive(Clone, Debug, Default)]
pub struct LimitsForm {
    /// 1 to [`MOST_DAYS`].
    pub days: String,
    /// [`CHOOSABLE_ROWS`], with commas or spaces between the digits or without.
    pub attack_rows: String,
    /// Likewise.
    pub ban_event_rows: String,
}

impl LimitsForm {
    /// # Errors
    /// [`Error::Invalid`] on the first field that is wrong.
    pub fn read(&self) -> Result<Limits, Error> {
        let days = number("days", &self.days, 1..=MOST_DAYS.into())?;
        let days = u16::try_from(days).ok().and_then(NonZeroU16::new);
        let rows = |field, typed: &str| {
            let digits = typed.replace([',', ' ', '\u{a0}'], "");
            let rows = number(field, &digits, CHOOSABLE_ROWS)?;
            NonZeroU32::new(rows).ok_or_else(|| Error::invalid(field, Problem::Missing))
        };
        Ok(Limits {
            days: days.ok_or_else(|| Error::invalid("days", Problem::Missing))?,
            attack_rows: rows("attack_rows", &self.attack_rows)?,
            ban_event_rows: rows("ban_event_rows", &self.ban_event_rows)?,
        })
    }
}

fn number(field: &'static str, typed: &str, range: RangeInclusive<u32>) -> Result<u32, Error> {
    if typed.trim().is_empty() {
        return Err(Error::invalid(field, Problem::Missing));
    }
    let number = typed.trim().parse().ok();
    number
        .filter(|number| range.contains(number))
        .ok_or_else(|| {
            let (least, most) = (*range.start(), *range.end());
            Error::invalid(field, Problem::Range { least, most })
        })
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

/// From now on this counts, whatever the settings file says. `agreed`: the limits (as they are
/// written) that somebody was told delete what is stored ([`super::loss`]), and chose all the same.
///
/// # Errors
/// [`Error::Forbidden`] for all but admins; [`Error::Invalid`] on `days` past [`MOST_DAYS`], and on
/// `agreed` where more would be deleted than by the limits before, and these were not agreed to.
pub async fn set_settings(
    backend: &Backend,
    actor: &Actor,
    limits: Limits,
    agreed: Option<&str>,
) -> Result<(), Error> {
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
    let mut tx = backend.begin().await?;
    let before = sql::lock_settings(&mut tx).await?;
    let before = before.unwrap_or(backend.retention);
    if agreed != Some(&*limits.to_string()) {
        let now = backend.clock.now();
        let lost = stored::lost(&mut tx, now, limits).await?;
        if lost.is_more_than(stored::lost(&mut tx, now, before).await?) {
            return Err(Error::invalid("agreed", Problem::Deletes));
        }
    }
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
