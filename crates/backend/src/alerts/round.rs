//! One look of every rule: what it sees becomes states, and what is worth saying becomes messages, in
//! one transaction.

use std::collections::BTreeMap;
use std::time::Duration as Every;

use domain::alert::{Kind, Rule, Say, State};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};

use super::message::Said;
use super::outbox;
use super::sql::alerts::{self, Known, Round};
use super::sql::channels::{self, Stored};
use super::sql::{deliveries, rules};
use super::watch::{self, Look, Seen};
use crate::changes::{self, Topic};
use crate::{Backend, Error, advisory};

/// Between two looks.
pub(crate) const fn every() -> Every {
    Every::from_secs(5)
}

/// After so long without a look nobody knows what happened meanwhile.
const BREAK: Duration = Duration::minutes(2);
/// What a rule sees within this time after a message of it is gathered into the next.
const GATHER: Duration = Duration::minutes(1);
/// News stays in sight for so long.
const NEWS: Duration = Duration::DAY;
/// What is over is remembered for longer than any cool-down.
const REMEMBERED: Duration = Duration::days(8);
/// Messages that have come to an end stay in the list.
const DELIVERIES: Duration = Duration::days(30);

/// Looks once; called every few seconds by one replica.
pub async fn look(backend: &Backend) -> Result<(), Error> {
    let now = backend.clock.now();
    let mut tx = backend.begin().await?;
    // Also where the job's own lock was lost: two never look at once.
    advisory::lock(&mut tx, advisory::ALERTS).await?;
    let mut channels = channels::all(&mut *tx).await?;
    let mut changed = false;
    let mut open = Vec::new();
    let rules = rules::all(&mut *tx).await?;
    for rule in &rules {
        let mut told = told_of(rule, &mut channels);
        if !rule.on || told.is_empty() {
            changed |= alerts::forget(&mut tx, rule.kind()).await?;
            continue;
        }
        changed |= look_at(backend, &mut tx, rule, &mut told, &mut open).await?;
    }
    for channel in &mut channels {
        let told = |said: &&Said| {
            let mut rules = rules.iter();
            rules.any(|rule| rule.kind() == said.fact.kind() && rule.tells(channel.id))
        };
        let open: Vec<Said> = open.iter().filter(told).cloned().collect();
        changed |= outbox::catch_up(backend, &mut tx, channel, &open).await?;
    }
    alerts::sweep(&mut tx, now - REMEMBERED).await?;
    deliveries::sweep(&mut tx, now - DELIVERIES).await?;
    if changed {
        changes::note(&mut tx, Topic::Alerts, None).await?;
    }
    Ok(tx.commit().await?)
}

fn told_of<'a>(rule: &Rule, channels: &'a mut [Stored]) -> Vec<&'a mut Stored> {
    let told = channels.iter_mut();
    told.filter(|channel| rule.tells(channel.id)).collect()
}

/// One rule. Has anything changed that a page shows? What is open by it is added to `open`.
async fn look_at(
    backend: &Backend,
    tx: &mut PgConnection,
    rule: &Rule,
    channels: &mut [&mut Stored],
    open: &mut Vec<Said>,
) -> Result<bool, Error> {
    let (now, kind) = (backend.clock.now(), rule.kind());
    let last = alerts::round(tx, kind).await?;
    let unbroken = last.filter(|last| now - last.looked <= BREAK);
    let mut round = Round {
        began: unbroken.map_or(now, |last| last.began),
        looked: now,
        told: last.and_then(|last| last.told),
    };
    let before = alerts::known(tx, kind).await?;
    let look = Look {
        now,
        began: round.began,
        first: last.is_none(),
        known: &before,
    };
    let seen = watch::see(tx, rule, &look).await?;
    let mut after = judge(rule, &before, seen, now);

    let gathering = round.told.is_some_and(|told| now - told < GATHER);
    let due = if gathering {
        Vec::new()
    } else {
        due(rule, &mut after, now)
    };
    if !due.is_empty() {
        outbox::tell(backend, tx, channels, &due).await?;
        round.told = Some(now);
    }
    let still = after.iter().filter(|(_, known)| known.state.is_open());
    open.extend(still.map(|(subject, known)| Said {
        say: Say::Still,
        subject: subject.clone(),
        fact: known.fact.clone(),
        since: known.state.since,
    }));
    let changed: Vec<(String, Known)> = after
        .into_iter()
        .filter(|(subject, known)| before.get(subject) != Some(known))
        .collect();
    if !changed.is_empty() {
        alerts::write(tx, kind, &changed).await?;
    }
    alerts::set_round(tx, kind, round).await?;
    Ok(!changed.is_empty())
}

/// How everything stands after this look.
fn judge(
    rule: &Rule,
    before: &BTreeMap<String, Known>,
    mut seen: Seen,
    now: OffsetDateTime,
) -> BTreeMap<String, Known> {
    let must_last = rule.threshold.must_last();
    let mut after = BTreeMap::new();
    for (subject, known) in before {
        let fact = seen.remove(subject);
        let known = match fact {
            Some(fact) if !fact.goes_on(&known.fact) => Known {
                state: State::new(now, must_last),
                fact,
            },
            fact => {
                let holds = fact.is_some() || is_fresh_news(rule.kind(), &known.state, now);
                let state = known.state.look(holds, now, must_last);
                // Described anew when it is told of: not each look is worth a row.
                let begins = state.opened != known.state.opened && state.is_open();
                let told = state.due(now, cool_down(rule)).is_some();
                let fact = fact.filter(|_| begins || told);
                Known {
                    state,
                    fact: fact.unwrap_or_else(|| known.fact.clone()),
                }
            }
        };
        after.insert(subject.clone(), known);
    }
    for (subject, fact) in seen {
        let state = State::new(now, must_last);
        after.insert(subject, Known { state, fact });
    }
    after
}

/// News is no state that ends: it stays in sight for a day.
fn is_fresh_news(kind: Kind, state: &State, now: OffsetDateTime) -> bool {
    kind.is_news() && state.is_open() && now - state.since < NEWS
}

fn cool_down(rule: &Rule) -> Duration {
    Duration::minutes(rule.cool_down.get().into())
}

/// Takes what is to be said now out of the states.
fn due(rule: &Rule, after: &mut BTreeMap<String, Known>, now: OffsetDateTime) -> Vec<Said> {
    let mut due = Vec::new();
    for (subject, known) in after.iter_mut() {
        let Some(say) = known.state.due(now, cool_down(rule)) else {
            continue;
        };
        if rule.kind().is_news() && say != Say::Opened {
            // Told once; that it is no longer new is no message.
            if say == Say::Over {
                known.state.believed = false;
            }
            continue;
        }
        known.state = known.state.said(say, now);
        due.push(Said {
            say,
            subject: subject.clone(),
            fact: known.fact.clone(),
            since: known.state.since,
        });
    }
    due
}

#[cfg(test)]
mod tests {
    use domain::alert::Fact;

    use super::*;

    fn at(minutes: i64) -> OffsetDateTime {
        OffsetDateTime::UNIX_EPOCH + Duration::minutes(minutes)
    }

    fn failed(deployment: i64) -> Seen {
        let fact = Fact::DeploymentFailed {
            node: "fs-1".into(),
            config: domain::config::Kind::Acl,
            deployment,
            revision: 3,
            rolled_back: false,
            reason: String::new(),
        };
        [("1 acl".to_owned(), fact)].into()
    }

    #[test]
    fn another_deployment_that_fails_is_told_at_once() {
        let rule = Rule::default_of(Kind::DeploymentFailed);
        let mut known = judge(&rule, &BTreeMap::new(), failed(1), at(0));
        assert_eq!(due(&rule, &mut known, at(0)).len(), 1);
        let mut same = judge(&rule, &known, failed(1), at(1));
        assert_eq!(due(&rule, &mut same, at(1)).len(), 0);
        let mut other = judge(&rule, &same, failed(2), at(2));
        assert_eq!(due(&rule, &mut other, at(2))[0].say, Say::Opened);
    }

    #[test]
    fn news_is_told_once_and_leaves_after_a_day() {
        let rule = Rule::default_of(Kind::NewCountry);
        let fact = Fact::NewCountry {
            country: "DE".into(),
            node: None,
        };
        let seen: Seen = [("DE".to_owned(), fact)].into();
        let mut known = judge(&rule, &BTreeMap::new(), seen, at(0));
        assert_eq!(due(&rule, &mut known, at(0)).len(), 1);
        for minutes in [1, 100, 1_439, 1_440, 3_000] {
            known = judge(&rule, &known, Seen::new(), at(minutes));
            assert_eq!(due(&rule, &mut known, at(minutes)).len(), 0, "{minutes}");
            assert_eq!(known["DE"].state.is_open(), minutes < 1_440, "{minutes}");
        }
    }
}
