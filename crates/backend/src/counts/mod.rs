//! How many lines there were, by minute, hour and day, of each node and of all: what panels read instead
//! of raw lines.
//!
//! A report writes its own sums ([`Sums`]) into `pending_counts`, in the transaction that stores its
//! lines; readers add what is pending. Folding moves many reports' sums into the counters at once, so
//! that two reports never wait for the same counter and a key is written once for many lines.

mod fold;
mod pending;
mod roll;
mod sql;
mod tidy;

use domain::attack::facet::Facet;
use sqlx::{PgPool, Postgres, Transaction};

use crate::transactions::begin_with;

pub(crate) use fold::{fold, make_room, run};
pub(crate) use pending::Sums;
pub(crate) use roll::roll;
pub(crate) use sql::fold_some;
pub(crate) use tidy::run as tidy;

/// A transaction whose statements are planned anew each time, as all about keys must be: a flood fills an empty
/// table within seconds, and a plan that was kept would still read all of it.
pub(crate) async fn begin(pool: &PgPool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    begin_with(pool, "begin; set local plan_cache_mode = force_custom_plan").await
}

/// As [`begin`], to read what was there at one moment.
pub(crate) async fn snapshot(pool: &PgPool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    begin_with(
        pool,
        "begin isolation level repeatable read read only;
         set local plan_cache_mode = force_custom_plan",
    )
    .await
}

/// Kinds, among the facets of `pending_counts`.
const KINDS: i16 = 0;

/// As stored in `facet_counts`.
pub(crate) fn code(facet: Facet) -> i16 {
    match facet {
        Facet::Source => 1,
        Facet::Network => 2,
        Facet::Country => 3,
        Facet::Extension => 4,
        Facet::Prefix => 5,
    }
}
