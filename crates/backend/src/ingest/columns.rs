//! The columns of one insert: what a report holds, turned and cleaned for Postgres.

use std::borrow::Cow;
use std::collections::BTreeMap;

use domain::attack::facet::Facet;
use domain::ban::HeldBan;
use domain::wire::{AttackEvent, BanEvent};
use ipnet::IpNet;
use time::{Duration, OffsetDateTime};

use super::check;
use super::meaning::Meaning;
use crate::counts::Sums;

/// A line's date may be ahead of our clock by this much; past that the arrival counts.
const AHEAD: Duration = Duration::minutes(5);

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
    pub countries: Vec<Option<Cow<'a, str>>>,
    pub asns: Vec<Option<i64>>,
    pub agents: Vec<Option<Cow<'a, str>>>,
    pub prefixes: Vec<Option<Cow<'a, str>>>,
    pub rules: Vec<Option<Cow<'a, str>>>,
}

impl<'a> Attacks<'a> {
    pub(super) fn push(
        &mut self,
        generation: i64,
        event: &'a AttackEvent,
        at: OffsetDateTime,
        meaning: Meaning<'a>,
        sums: &mut Sums,
    ) {
        let source = event.source.map(|source| source.to_canonical());
        let extension = check::said(event.user.as_deref());
        sums.kind(at, event.kind.as_str());
        let asn = meaning.asn.map(|asn| asn.to_string());
        let facets = [
            (
                Facet::Source,
                source.map(|source| source.to_string().into()),
            ),
            (Facet::Network, asn.map(Cow::Owned)),
            (Facet::Country, meaning.country.clone()),
            (Facet::Extension, extension.clone()),
            (Facet::Prefix, meaning.prefix.clone()),
        ];
        for (facet, key) in facets {
            if let Some(key) = key {
                sums.facet(at, facet, &key);
            }
        }
        self.generations.push(generation);
        self.offsets.push(event.offset);
        self.ats.push(at);
        self.sources.push(source.map(IpNet::from));
        self.kinds.push(event.kind.as_str());
        self.extensions.push(extension);
        self.numbers.push(check::said(event.number.as_deref()));
        self.raws.push(check::raw(&event.raw));
        self.countries.push(meaning.country);
        self.asns.push(meaning.asn);
        self.agents.push(meaning.agent);
        self.prefixes.push(meaning.prefix);
        self.rules.push(meaning.rule);
    }
}

/// When a line was written: its own date; the arrival where it has none, or one that cannot be.
pub(super) fn time_of(event: &AttackEvent, now: OffsetDateTime) -> OffsetDateTime {
    event
        .at
        .filter(|micros| *micros >= OLDEST)
        .and_then(check::time_of_micros)
        .filter(|at| *at <= now + AHEAD)
        .unwrap_or(now)
}

/// As [`time_of`], of a line of `fail2ban.log`.
pub(super) fn time_of_ban(event: &BanEvent, now: OffsetDateTime) -> OffsetDateTime {
    let at = event.at.checked_mul(1_000).and_then(check::time_of_micros);
    at.filter(|at| *at <= now + AHEAD).unwrap_or(now)
}

/// Columns for one insert.
#[derive(Default)]
pub(super) struct BanEvents {
    pub generations: Vec<i64>,
    pub offsets: Vec<i64>,
    pub ats: Vec<OffsetDateTime>,
    pub kinds: Vec<&'static str>,
    pub networks: Vec<IpNet>,
}

impl BanEvents {
    pub(super) fn push(
        &mut self,
        generation: i64,
        event: &BanEvent,
        at: OffsetDateTime,
        sums: &mut Sums,
    ) {
        sums.ban(at, event.kind);
        self.generations.push(generation);
        self.offsets.push(event.offset);
        self.ats.push(at);
        self.kinds.push(event.kind.as_str());
        self.networks.push(event.network.ipnet());
    }
}
