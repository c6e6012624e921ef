//! Numbers that the rules of a node let pass although similar ones are refused: an attacker dials one
//! number behind every prefix there is, and some prefix is missing in the rules.

use std::collections::{BTreeMap, BTreeSet};

use domain::attack::Kind;
use domain::ids::NodeId;
use domain::insight::Insight;
use time::Duration;

use super::sql::Dialed;
use super::{MOST, sql};
use crate::{Backend, Error, config};

const WITHIN: Duration = Duration::days(7);
/// Last digits that make numbers similar: a subscriber's, without country and dial prefixes.
const END: usize = 9;
/// So many different ones must be refused.
const REFUSED: usize = 3;

#[derive(Default)]
struct Similar {
    refused: BTreeSet<String>,
    passed: Vec<Dialed>,
}

pub(super) async fn find(backend: &Backend) -> Result<Vec<Insight>, Error> {
    let mut conn = backend.pool.acquire().await?;
    let now = backend.clock.now();
    let dialed = sql::dialed(&mut conn, now - WITHIN, now).await?;
    let nodes: BTreeSet<i64> = dialed.iter().map(|row| row.node_id).collect();
    let mut rules = BTreeMap::new();
    for node in nodes {
        // By what is in force now: what was mended is no finding any more.
        if let Some(found) = config::rules_in_force(&mut conn, NodeId(node)).await? {
            rules.insert(node, found);
        }
    }
    let mut ends: BTreeMap<String, Similar> = BTreeMap::new();
    for row in dialed {
        let (Some(end), Some(rules)) = (end(&row.number), rules.get(&row.node_id)) else {
            continue;
        };
        let similar = ends.entry(end).or_default();
        if !rules.judge(&row.number).is_allowed() {
            similar.refused.insert(row.number);
        } else if Kind::from_text(&row.kind) != Kind::NumberRefused {
            similar.passed.push(row);
        }
    }
    let mut found: Vec<Insight> = ends
        .into_values()
        .filter(|similar| similar.refused.len() >= REFUSED)
        .flat_map(|similar| {
            let refused = i64::try_from(similar.refused.len()).unwrap_or(i64::MAX);
            let example = similar.refused.first().cloned().unwrap_or_default();
            similar
                .passed
                .into_iter()
                .map(move |row| Insight::NumberGotThrough {
                    number: row.number,
                    node: row.node_name,
                    lines: row.lines,
                    refused,
                    example: example.clone(),
                })
        })
        .collect();
    found.sort_by_key(|insight| match insight {
        Insight::NumberGotThrough { lines, .. } => std::cmp::Reverse(*lines),
        _ => std::cmp::Reverse(0),
    });
    found.truncate(MOST);
    Ok(found)
}

/// The last digits; `None` where there are too few.
fn end(number: &str) -> Option<String> {
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    let start = digits.len().checked_sub(END)?;
    Some(digits[start..].iter().collect())
}
