//! From one line to its event, within limits.

use domain::attack::{self, Kind};
use domain::inert::inert;
use domain::wire::{AttackEvent, BanEvent, EVENTS_PER_REPORT, RAW_LIMIT, Source};

use super::ban_line::BanLines;

/// Bytes of the longest line that is parsed; a longer one is counted as broken and only its head
/// is kept.
pub const LINE_LIMIT: usize = 64 << 10;

/// Knows the lines of one log.
#[derive(Clone, Debug)]
pub enum Parser {
    /// `cti_fail2ban.log`
    Attacks,
    /// `fail2ban.log`
    Bans(BanLines),
}

/// What the lines of one chunk gave.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// First byte.
    pub start: Option<u64>,
    pub attacks: Vec<AttackEvent>,
    pub bans: Vec<BanEvent>,
    pub lines: u32,
    pub broken: u32,
}

impl Batch {
    /// No event more goes into this chunk.
    pub fn is_full(&self) -> bool {
        self.attacks.len() >= EVENTS_PER_REPORT || self.bans.len() >= EVENTS_PER_REPORT
    }
}

impl Parser {
    /// Which log.
    pub fn source(&self) -> Source {
        match self {
            Self::Attacks => Source::Attacks,
            Self::Bans(_) => Source::Fail2ban,
        }
    }

    /// Takes one line, without its newline, that starts at `offset`.
    pub(super) fn line(&self, batch: &mut Batch, offset: u64, line: &[u8]) {
        if line.len() > LINE_LIMIT {
            return self.overlong(batch, offset, line);
        }
        batch.lines = batch.lines.saturating_add(1);
        match self {
            Self::Attacks => {
                let trimmed = line.trim_ascii();
                if trimmed.is_empty() {
                    return;
                }
                let event = attack_event(offset, trimmed);
                batch.broken += u32::from(event.source.is_none());
                batch.attacks.push(event);
            }
            Self::Bans(parser) => batch.bans.extend(parser.parse(position(offset), line)),
        }
    }

    /// Takes the head of a line that is longer than [`LINE_LIMIT`]. The source stands in the head,
    /// so the attacker is still counted; date and kind stand at the end, which nobody kept.
    pub(super) fn overlong(&self, batch: &mut Batch, offset: u64, head: &[u8]) {
        batch.lines = batch.lines.saturating_add(1);
        batch.broken += 1;
        if matches!(self, Self::Attacks) {
            let head = &head[..head.len().min(RAW_LIMIT)];
            batch.attacks.push(AttackEvent {
                offset: position(offset),
                at: None,
                source: attack::parse(head).source,
                kind: Kind::Other,
                user: None,
                number: None,
                agent: None,
                raw: inert(head, RAW_LIMIT),
            });
        }
    }
}

fn attack_event(offset: u64, line: &[u8]) -> AttackEvent {
    let parsed = attack::parse(line);
    AttackEvent {
        offset: position(offset),
        at: parsed.at,
        source: parsed.source,
        kind: parsed.kind,
        user: parsed.user.map(|user| inert(user, RAW_LIMIT)),
        number: parsed.number.map(|number| inert(number, RAW_LIMIT)),
        agent: parsed.agent.map(|agent| inert(agent, RAW_LIMIT)),
        raw: inert(line, RAW_LIMIT),
    }
}

/// A file position as the wire has it; no file system has files of 2^63 bytes.
pub(super) fn position(offset: u64) -> i64 {
    i64::try_from(offset).unwrap_or(i64::MAX)
}
