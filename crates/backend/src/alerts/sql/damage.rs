//! A row that this version cannot read costs only itself: the others go on without it.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::sync::{Mutex, PoisonError};

/// What was read of a row. One that is damaged is named in the log, once (rounds read it every few
/// seconds) and without what it holds, which may be secret.
pub(super) fn whole<T>(table: &'static str, row: impl Display, read: Option<T>) -> Option<T> {
    static NAMED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    if read.is_none() {
        let name = format!("row {row} of {table}");
        let mut named = NAMED.lock().unwrap_or_else(PoisonError::into_inner);
        if named.insert(name.clone()) {
            tracing::warn!(table, "{name} cannot be read and is left out");
        }
    }
    read
}
