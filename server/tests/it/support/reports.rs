use backend::bans::{BanRequest, Scope};
use domain::attack::Kind;
use domain::ban::{BanEventKind, HeldBan};
use domain::health::Health;
use domain::net::Network;
use domain::wire::{AttackEvent, BanEvent, BanList, Chunk, Cursor, Report, Source};

use super::NOW;

pub fn net(text: &str) -> Network {
    text.parse().unwrap()
}

/// A ban by hand on all nodes.
pub fn ban_request(network: &str) -> BanRequest {
    BanRequest {
        network: network.to_owned(),
        scope: Scope::All,
        reason: String::new(),
        confirm_wide: false,
    }
}

pub fn cursor(source: Source, generation: i64, offset: i64) -> Cursor {
    Cursor {
        source,
        generation,
        offset,
        mark: offset * 31 + generation,
    }
}

/// A line at `offset`, dated a second before [`NOW`].
pub fn attack(offset: i64, source: &str) -> AttackEvent {
    AttackEvent {
        offset,
        at: Some((NOW.unix_timestamp() - 1) * 1_000_000),
        source: Some(source.parse().unwrap()),
        kind: Kind::RegistrationFailed,
        user: Some("1001".to_owned()),
        number: None,
        agent: None,
        raw: format!("ip[{source}] user[1001] Registration failed succeed!"),
    }
}

/// A piece of the attack log.
pub fn chunk(generation: i64, start: i64, end: i64, attacks: Vec<AttackEvent>) -> Chunk {
    Chunk {
        start,
        end: cursor(Source::Attacks, generation, end),
        lines: u32::try_from(attacks.len()).unwrap(),
        attacks,
        bans: Vec::new(),
        broken: 0,
        gap: None,
    }
}

pub fn ban_event(offset: i64, network: &str, at: i64) -> BanEvent {
    BanEvent {
        offset,
        kind: BanEventKind::Ban,
        network: net(network),
        at: at * 1_000,
    }
}

/// A piece of fail2ban's log.
pub fn log_of_bans(start: i64, end: i64, bans: Vec<BanEvent>) -> Report {
    let chunk = Chunk {
        end: cursor(Source::Fail2ban, 1, end),
        bans,
        ..chunk(1, start, end, vec![])
    };
    Report {
        chunks: vec![chunk],
        ..Report::default()
    }
}

/// Held for a day since [`NOW`].
pub fn held(network: &str) -> HeldBan {
    let since = NOW.unix_timestamp();
    HeldBan {
        network: net(network),
        since,
        until: Some(since + 86_400),
        in_firewall: Some(true),
    }
}

/// The whole list.
pub fn ban_list(networks: &[&str]) -> Report {
    whole_list(networks.iter().map(|network| held(network)).collect())
}

/// … of any bans.
pub fn whole_list(changed: Vec<HeldBan>) -> Report {
    let list = BanList {
        base: None,
        changed,
        gone: Vec::new(),
    };
    Report {
        ban_list: Some(list),
        ..Report::default()
    }
}

/// What changed since `base`.
pub fn changed(base: i64, new: &[&str], gone: &[&str]) -> Report {
    let changed = new.iter().map(|network| held(network)).collect();
    let gone = gone.iter().map(|network| net(network)).collect();
    Report {
        ban_list: Some(BanList {
            base: Some(base),
            changed,
            gone,
        }),
        ..Report::default()
    }
}

pub fn health(addresses: &[&str]) -> Report {
    let addresses = addresses.iter().map(|address| net(address)).collect();
    Report {
        health: Some(Health {
            addresses,
            ..Health::default()
        }),
        ..Report::default()
    }
}
