//! The columns of one insert: what a report holds, turned and cleaned for Postgres.

use std::borrow::Cow;
use std::collections::BTreeMap;

use domain::ban::HeldBan;
use domain::wire::AttackEvent;
use ipnet::IpNet;
use time::{Duration, OffsetDateTime};

use super::check;

/// A line's date may be ahead of our clock by this much; past that the arrival counts.
pub(super) const AHEAD: Duration = Duration::minutes(5);

/// Before this no attack line was written; such a date is a broken clock.
const OLDEST: i64 = 946_684_800_000_000;

/// Columns for one insert; each network once.
#[derive(Default)]
pub(super) struct Held {
    pub networks: Vec<IpNet>,
    pub sinces: Vec<OffsetDateTime>,
    pub untils: Vec<Option<OffsetDateTime>>,
    pub in_firewalls: Vec<Option<bool>>,
}

impl Held {
    pub(super) fn from(changed: &[HeldBan]) -> Self {
        let newest: BTreeMap<IpNet, &HeldBan> = changed
            .iter()
            .map(|ban| (ban.network.ipnet(), ban))
            .collect();
        let mut held = Self::default();
        for (network, ban) in newest {
            held.networks.push(network);
            let since = check::time_of_seconds(ban.since);
            held.sinces
                .push(since.unwrap_or(OffsetDateTime::UNIX_EPOCH));
            // A ban past the end of the calendar is one for ever.
            held.untils.push(ban.until.and_then(check::time_of_seconds));
            held.in_firewalls.push(ban.in_firewall);
        }
        held
    }
}

/// Columns for one insert.
#[derive(Default)]
pub(super) struct Attacks<'a> {
    pub generations: Vec<i64>,
    pub offsets: Vec<i64>,
    pub ats: Vec<OffsetDateTime>,
    pub sources: Vec<Option<IpNet>>,
    pub kinds: Vec<&'static str>,
    pub extensions: Vec<Option<Cow<'a, str>>>,
    pub numbers: Vec<Option<Cow<'a, str>>>,
    pub raws: Vec<Cow<'a, str>>,
    /// Lines of each minute and kind.
    pub minutes: BTreeMap<(OffsetDateTime, &'static str), i64>,
}

impl<'a> Attacks<'a> {
    pub(super) fn push(&mut self, generation: i64, event: &'a AttackEvent, now: OffsetDateTime) {
        let at = time_of(event, now);
        self.generations.push(generation);
        self.offsets.push(event.offset);
        self.ats.push(at);
        self.sources
            .push(event.source.map(|source| source.to_canonical().into()));
        self.kinds.push(event.kind.as_str());
        self.extensions
            .push(event.user.as_deref().map(check::short));
        self.numbers.push(event.number.as_deref().map(check::short));
        self.raws.push(check::raw(&event.raw));
        *self
            .minutes
            .entry((minute_of(at), event.kind.as_str()))
            .or_default() += 1;
    }
}

/// The line's own date; the arrival where it has none, or one that cannot be.
fn time_of(event: &AttackEvent, now: OffsetDateTime) -> OffsetDateTime {
    event
        .at
        .filter(|micros| *micros >= OLDEST)
        .and_then(check::time_of_micros)
        .filter(|at| *at <= now + AHEAD)
        .unwrap_or(now)
}

fn minute_of(at: OffsetDateTime) -> OffsetDateTime {
    at - Duration::new(
        at.unix_timestamp().rem_euclid(60),
        i32::try_from(at.nanosecond()).unwrap_or(0),
    )
}
