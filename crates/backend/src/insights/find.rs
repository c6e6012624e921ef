//! One round: everything is looked for, and the table says what was found.

use std::collections::BTreeSet;

use super::{extensions, numbers, repeats, sql, still_sending, usual};
use crate::changes::{self, Topic};
use crate::{Backend, Error};

/// Looks for everything now.
///
/// # Errors
/// [`Error::Database`]; the table stays as it was.
pub async fn find(backend: &Backend) -> Result<(), Error> {
    let mut found = still_sending::find(backend).await?;
    found.extend(numbers::find(backend).await?);
    found.extend(extensions::find(backend).await?);
    found.extend(repeats::find(backend).await?);
    found.extend(usual::find(backend).await?);
    let mut seen = BTreeSet::new();
    found.retain(|insight| seen.insert((insight.kind(), insight.key())));
    let mut tx = backend.begin().await?;
    if sql::replace(&mut tx, &found, backend.clock.now()).await? {
        changes::note(&mut tx, Topic::Attacks, None).await?;
    }
    Ok(tx.commit().await?)
}
