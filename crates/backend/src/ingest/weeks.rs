//! Partitions of the logs: a week each, made before the report that needs them.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::PgPool;
use time::{Date, Duration, OffsetDateTime};

/// `check_violation`: what Postgres says when no partition fits a row.
const NO_PARTITION: &str = "23514";

/// A log that is kept by the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Log {
    Attacks,
    BanEvents,
}

impl Log {
    /// Its table.
    pub(crate) fn table(self) -> &'static str {
        match self {
            Self::Attacks => "attacks",
            Self::BanEvents => "ban_events",
        }
    }
}

/// The partitions that this replica has seen. Another one may have dropped them meanwhile.
#[derive(Clone, Default)]
pub(crate) struct Weeks(Arc<Mutex<BTreeSet<(Log, Date)>>>);

impl Weeks {
    /// Makes those of `wanted` that are not known.
    pub(super) async fn make(
        &self,
        pool: &PgPool,
        wanted: BTreeSet<(Log, Date)>,
    ) -> Result<(), sqlx::Error> {
        let known = |week: &(Log, Date)| self.known().contains(week);
        let missing: Vec<_> = wanted.into_iter().filter(|week| !known(week)).collect();
        for (log, monday) in missing {
            sqlx::query!("select make_week($1, $2)", log.table(), monday)
                .execute(pool)
                .await?;
            self.known().insert((log, monday));
        }
        Ok(())
    }

    /// After [`no_partition`].
    pub(super) fn forget(&self) {
        self.known().clear();
    }

    fn known(&self) -> std::sync::MutexGuard<'_, BTreeSet<(Log, Date)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a week was dropped between [`Weeks::make`] and the insert.
pub(super) fn no_partition(error: &sqlx::Error) -> bool {
    let error = error.as_database_error();
    error.is_some_and(|error| {
        error.code().as_deref() == Some(NO_PARTITION) && error.constraint().is_none()
    })
}

/// The Monday of its week, in UTC.
pub(crate) fn monday(at: OffsetDateTime) -> Date {
    let date = at.to_offset(time::UtcOffset::UTC).date();
    date - Duration::days(date.weekday().number_days_from_monday().into())
}
