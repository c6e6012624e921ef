//! Extensions whose passwords are guessed from many addresses.

use domain::insight::Insight;
use time::Duration;

use super::{MOST, sql};
use crate::{Backend, Error};

const WITHIN: Duration = Duration::hours(24);
/// Addresses that make it a finding. Every scanner on the internet tries 100 and 1001; where a phone
/// is registered with the extension, fewer say something.
const SOURCES: i64 = 20;
const SOURCES_OF_A_PHONE: i64 = 5;

pub(super) async fn find(backend: &Backend) -> Result<Vec<Insight>, Error> {
    let now = backend.clock.now();
    let rows = sql::guessed(&backend.pool, now - WITHIN, now, SOURCES_OF_A_PHONE).await?;
    let grave = rows
        .into_iter()
        .filter(|row| row.registered || row.sources >= SOURCES)
        .take(MOST)
        .map(|row| Insight::GuessedExtension {
            extension: row.extension,
            sources: row.sources,
            lines: row.lines,
            registered: row.registered,
        });
    Ok(grave.collect())
}
