//! Which extensions and numbers an address tried, by its newest lines.

use std::collections::{BTreeSet, HashMap};

use super::sql::LineRow;
use super::{Tried, Verdict};

/// Extensions and numbers that are named.
const NAMED: usize = 20;
/// User agents likewise.
const AGENTS: usize = 5;

impl Verdict {
    /// Of the column `attacks.rule`.
    fn of(rule: Option<String>) -> Self {
        match rule.map(|text| (text.parse(), text)) {
            None => Self::NotRefused,
            Some((Ok(rule), _)) => Self::Refused(rule),
            Some((Err(_), text)) => Self::Unknown(text),
        }
    }
}

fn said(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

/// `lines` are newest first; there are `more`.
pub(super) fn tried(lines: &[LineRow], more: bool) -> Tried {
    let mut found = Tried {
        lines: i64::try_from(lines.len()).unwrap_or(i64::MAX),
        more,
        ..Tried::default()
    };
    let mut extensions: HashMap<String, i64> = HashMap::new();
    let mut numbers: HashMap<String, (i64, Option<String>)> = HashMap::new();
    let mut agents = BTreeSet::new();
    for line in lines {
        if let Some(extension) = said(line.extension.as_deref()) {
            *extensions.entry(extension.to_owned()).or_default() += 1;
        }
        if let Some(number) = said(line.number.as_deref()) {
            // Where one node refused it and another did not, what got through counts.
            let (lines, rule) = numbers
                .entry(number.to_owned())
                .or_insert_with(|| (0, line.rule.clone()));
            *lines += 1;
            if line.rule.is_none() {
                *rule = None;
            }
        }
        agents.extend(said(line.agent.as_deref()).map(str::to_owned));
    }
    found.all_extensions = extensions.len();
    found.all_numbers = numbers.len();
    found.extensions = Vec::from_iter(extensions);
    found
        .extensions
        .sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    found.extensions.truncate(NAMED);
    let verdict = |(number, (lines, rule)): (String, (i64, Option<String>))| {
        (number, lines, Verdict::of(rule))
    };
    found.numbers = numbers.into_iter().map(verdict).collect();
    // What was not refused is what an operator must see.
    let passed = |verdict: &Verdict| *verdict == Verdict::NotRefused;
    found.numbers.sort_by(|a, b| {
        passed(&b.2)
            .cmp(&passed(&a.2))
            .then(b.1.cmp(&a.1))
            .then_with(|| a.0.cmp(&b.0))
    });
    found.numbers.truncate(NAMED);
    found.agents = agents.into_iter().take(AGENTS).collect();
    found
}
