//! What may be in the way on a host.

use domain::guard::Protected;
use domain::reason::{
    ConsoleReason, Fail2banReason, HopReason, OrderReason, ProgramReason, SpoolReason,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{inner, io, network, text, whole};

/// As told, and as an older worker tells it: in words only.
fn told<T: Serialize + DeserializeOwned>(samples: Vec<T>) -> Vec<Option<T>> {
    let all = whole(samples).into_iter().map(Some);
    all.chain([None]).collect()
}

fn programs() -> Vec<Option<ProgramReason>> {
    let program = || "nft".to_owned();
    told(vec![
        ProgramReason::Nothing,
        ProgramReason::NotStarted {
            program: program(),
            io: io(),
        },
        ProgramReason::NotRead {
            program: program(),
            io: io(),
        },
        ProgramReason::TimedOut {
            program: program(),
            seconds: "5".to_owned(),
        },
        ProgramReason::TooMuch {
            program: program(),
            bytes: 9,
        },
        ProgramReason::Refused {
            program: program(),
            said: text(),
        },
        ProgramReason::NotUnderstood { program: program() },
    ])
}

fn spool() -> Vec<Option<SpoolReason>> {
    let path = text;
    told(vec![
        SpoolReason::Full { bytes: 7 },
        SpoolReason::Taken { path: path() },
        SpoolReason::Io {
            path: path(),
            io: io(),
        },
        SpoolReason::Closed,
    ])
}

fn console() -> Vec<Option<ConsoleReason>> {
    told(vec![
        ConsoleReason::TooLarge,
        ConsoleReason::Answers { status: 502 },
        ConsoleReason::Refused { said: text() },
        ConsoleReason::NotUnderstood,
    ])
}

pub(super) fn fail2ban() -> Vec<Fail2banReason> {
    let said = text;
    let mut samples = vec![
        Fail2banReason::NoJail(text()),
        Fail2banReason::Connect {
            path: text(),
            io: io(),
        },
        Fail2banReason::Impostor {
            path: text(),
            uid: 1000,
        },
        Fail2banReason::TimedOut { seconds: text() },
        Fail2banReason::Broke(io()),
        Fail2banReason::NotUnderstood { said: said() },
        Fail2banReason::Refused { said: said() },
        Fail2banReason::ClientRefused { said: said() },
        Fail2banReason::NotDone(vec![network(); 7]),
    ];
    samples.extend(
        programs()
            .into_iter()
            .map(|why| Fail2banReason::Program { said: said(), why }),
    );
    whole(samples)
}

pub(super) fn orders() -> Vec<OrderReason> {
    let (network, by, said) = (network(), network(), text);
    let mut samples = vec![
        OrderReason::Protected {
            network,
            why: Protected::Console,
        },
        OrderReason::TooMuch,
        OrderReason::UnknownAct,
        OrderReason::NotDone,
        OrderReason::NoAddress,
        OrderReason::NotBlocked(network),
        OrderReason::PartlyBlocked {
            network,
            scope: text(),
        },
        OrderReason::BannedAgain(network),
        OrderReason::LeftOver { by, jail: text() },
        OrderReason::BlockedBy { network, by },
        OrderReason::BadJailName,
        OrderReason::BadLogPath,
        OrderReason::Rejected(Box::new(inner())),
        OrderReason::WhitelistRejected(Box::new(inner())),
        OrderReason::Overridden {
            setting: text(),
            said: said(),
        },
        OrderReason::Revoked,
        OrderReason::NewerWorker,
    ];
    for why in programs() {
        let (said, again) = (said(), why.clone());
        samples.push(OrderReason::FirewallUnread { said, why });
        let (said, why) = (text(), again);
        samples.push(OrderReason::NoFirewall { said, why });
    }
    whole(samples)
}

pub(super) fn hops() -> Vec<HopReason> {
    let (bytes, held, said) = (7, 9, text);
    let mut samples = vec![
        HopReason::Unread { bytes },
        HopReason::Waiting { bytes },
        HopReason::Silent {
            path: text(),
            seconds: 20,
        },
        HopReason::NoFailregex,
        HopReason::Partly {
            partly: 3,
            held,
            scope: "TCP only".to_owned(),
        },
        HopReason::Missing { missing: 3, held },
        HopReason::LeftOver {
            count: 1,
            some: vec![network()],
        },
        HopReason::Bans { held },
    ];
    for lines in console() {
        let (said, bans) = (said(), lines.clone());
        samples.push(HopReason::NotTaken {
            bytes,
            said,
            lines,
            bans,
        });
    }
    for why in spool() {
        let said = said();
        samples.push(HopReason::SpoolBroken { said, why });
    }
    for why in programs() {
        let said = said();
        samples.push(HopReason::FirewallUnread { said, why });
    }
    whole(samples)
}
