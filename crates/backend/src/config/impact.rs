//! What other call rules would have done to the numbers that were called lately.

use domain::cti::CallRules;
use domain::ids::NodeId;
use time::Duration;

use super::sql;
use crate::{Backend, Error};

/// How far back.
const DAYS: Duration = Duration::days(7);
/// Lines of the log that are looked at, the newest first.
const LINES: i64 = 100_000;
/// Different numbers that are judged, those with the most lines first.
const NUMBERS: usize = 5_000;

/// A number that rules would judge otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedNumber {
    /// As dialed; written by an attacker.
    pub number: String,
    /// Lines of the log that name it.
    pub lines: i64,
}

/// What a change of rules does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Impact {
    /// Different numbers that were judged.
    pub numbers: usize,
    /// There were more than are judged.
    pub more: bool,
    /// Allowed before, refused now; those with the most lines first.
    pub refused: Vec<ChangedNumber>,
    /// Refused before, allowed now.
    pub allowed: Vec<ChangedNumber>,
}

/// Judges the numbers of the last seven days' attack lines, of one node or of all, by both rules. Where there
/// is no `before`, every number was allowed.
///
/// Calls that went through leave no line: nothing is known of them here.
pub async fn impact(
    backend: &Backend,
    node: Option<NodeId>,
    before: Option<&CallRules>,
    after: &CallRules,
) -> Result<Impact, Error> {
    let since = backend.clock.now() - DAYS;
    let wanted = i64::try_from(NUMBERS).unwrap_or(i64::MAX) + 1;
    let mut called = sql::called(&backend.pool, since, node, LINES, wanted).await?;
    let mut impact = Impact {
        more: called.len() > NUMBERS,
        ..Impact::default()
    };
    called.truncate(NUMBERS);
    impact.numbers = called.len();
    for number in called {
        let was = before.is_none_or(|before| before.judge(&number.number).is_allowed());
        match (was, after.judge(&number.number).is_allowed()) {
            (true, false) => impact.refused.push(number),
            (false, true) => impact.allowed.push(number),
            _ => {}
        }
    }
    Ok(impact)
}
