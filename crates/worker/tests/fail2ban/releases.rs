//! What the releases of fail2ban say in different ways; runs with any of them.

use domain::ban::BanEventKind;
use jiff::tz::TimeZone;
use worker::tail::BanLines;

use crate::support::{Rig, nets};

/// 1.0.2 says `Unban` at its end, 1.1.1 `Repeal Ban`.
#[tokio::test]
async fn a_shutdown_lifts_bans_in_every_releases_words() {
    let mut rig = Rig::start().await;
    let held = nets(&["198.51.100.7", "2001:db8::7"]);
    rig.fail2ban.ban(&held).await.unwrap();
    rig.private.stop().await.unwrap();
    let log = std::fs::read(rig.private.log()).unwrap();
    let lines = BanLines::new("cti", TimeZone::system());
    let events = log
        .split(|byte| *byte == b'\n')
        .filter_map(|line| lines.parse(0, line));
    let mut lifted: Vec<_> = events
        .filter(|event| event.kind == BanEventKind::Unban)
        .map(|event| event.network)
        .collect();
    lifted.sort_unstable();
    assert_eq!(lifted, held);
}
