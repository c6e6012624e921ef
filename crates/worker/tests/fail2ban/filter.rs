//! The filter as fail2ban runs it: the true source is banned, nobody else is.

use crate::support::{Rig, attack, line, nets, until};

/// What an attacker may send as user, number or user agent; line ends are what the module escapes.
fn texts() -> Vec<String> {
    let forged_line =
        "ip[198.51.100.7] user[x] at[2026-11-22T10:40:28.123456+0000] Registration failed";
    vec![
        "ip[198.51.100.7]".into(),
        "] at[2000-01-01T00:00:00+0000] x".into(),
        "x] at[2000-01-01T00:00:00.000000+0800] y".into(),
        "x@y] from 198.51.100.7".into(),
        "] ip[198.51.100.7] user[".into(),
        "100]".into(),
        String::new(),
        "@".into(),
        "9".repeat(1_000),
        "\"'`$(id)\\\\".into(),
        "2001-01-01 00:00:00".into(),
        "Jan  1 00:00:00 2001".into(),
        "1000000000".into(),
        format!("x\\n{forged_line}"),
        format!("x%0a{forged_line}"),
        format!("x\r{forged_line}"),
        format!("x\u{2028}{forged_line}"),
        format!("x\u{85}{forged_line}"),
        format!("x\u{b}{forged_line}\u{c}{forged_line}"),
        format!("\u{1b}[2J\u{1b}[1;1H{forged_line}"),
        format!("nul\0{forged_line}"),
        "<HOST> <ADDR> %(known/x)s".into(),
    ]
}

/// Hostile 1, 2 and 3: each attacker sends one of the texts.
#[tokio::test]
async fn hostile_01_02_03_only_the_true_source_is_banned() {
    let mut rig = Rig::start().await;
    let texts = texts();
    let source = |index: usize| format!("203.0.113.{}", index + 1);
    let half = texts.len() / 2;
    for (index, text) in texts.iter().enumerate().take(half) {
        rig.write(&attack(&source(index), text));
    }
    let expected = |count: usize| {
        nets(
            &(0..count)
                .map(source)
                .collect::<Vec<_>>()
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>(),
        )
    };
    until("the first half's bans", async || {
        rig.held().await.len() >= half
    })
    .await;
    assert_eq!(rig.held().await, expected(half));
    // The other half while fail2ban is down: its start-up drops lines by their dates, so a forged
    // one would be a way out.
    rig.private.stop().await.unwrap();
    for (index, text) in texts.iter().enumerate().skip(half) {
        rig.write(&attack(&source(index), text));
    }
    rig.private.restart().await.unwrap();
    until("the second half's bans", async || {
        rig.held().await.len() >= texts.len()
    })
    .await;
    assert_eq!(rig.held().await, expected(texts.len()));
    until("the firewall", async || {
        rig.blocked().await == expected(texts.len())
    })
    .await;
    assert!(rig.fail2ban.bans().await.unwrap().odd.is_empty());
}

#[tokio::test]
async fn hostile_03_bytes_that_are_no_text_hide_nobody() {
    let rig = Rig::start().await;
    for _ in 0..5 {
        let good = line("203.0.113.9", "USER");
        let (before, after) = good.split_once("USER").unwrap();
        let mut bytes = before.as_bytes().to_vec();
        bytes.extend(b"\xff\xfe\x80\x00\xc3(");
        bytes.extend(after.as_bytes());
        bytes.push(b'\n');
        rig.write_bytes(&bytes);
    }
    rig.until_blocked(&["203.0.113.9"]).await;
}

#[tokio::test]
async fn hostile_05_what_is_no_address_is_refused_without_a_lookup() {
    let rig = Rig::start().await;
    for source in [
        "example.com",
        "fe80::1%eth0",
        "001.002.003.004",
        "1.2.3.999",
        "1.2.3",
        "1.2.3.4.5",
        "::ffff:1.2.3.999",
        "1::2::3",
        "198.51.100.7:5060",
        "198.51.100.0/24",
        " 198.51.100.7",
        "",
    ] {
        rig.write(&attack(source, "1177"));
    }
    for text in [
        "IP[198.51.100.7] x",
        "xip[198.51.100.7] x",
        "user[a] ip[198.51.100.7]",
    ] {
        rig.write(&vec![text.to_owned(); 5]);
    }
    // Mapped and capital forms are the same address; they come last, so the rest was read before.
    rig.write(&attack("::ffff:192.0.2.9", "1177"));
    rig.write(&attack("::FFFF:192.0.2.10", "1177"));
    rig.write(&attack("[::ffff:192.0.2.11]", "1177"));
    rig.write(&attack("2001:DB8:0:0::7", "1177"));
    rig.write(&attack("203.0.113.249", "1177"));
    let banned = [
        "192.0.2.9",
        "192.0.2.10",
        "192.0.2.11",
        "203.0.113.249",
        "2001:db8::7",
    ];
    rig.until_blocked(&banned).await;
    assert_eq!(rig.held().await, nets(&banned));
    assert!(rig.fail2ban.bans().await.unwrap().odd.is_empty());
    let log = std::fs::read_to_string(rig.private.log()).unwrap();
    assert!(!log.contains("ERROR"), "{log}");
}

#[tokio::test]
async fn private_addresses_are_never_banned() {
    let rig = Rig::start().await;
    for source in [
        "10.1.2.3",
        "127.0.0.1",
        "192.168.7.7",
        "172.20.0.1",
        "::1",
        "fd00::7",
    ] {
        rig.write(&attack(source, "1177"));
    }
    rig.write(&attack("203.0.113.249", "1177"));
    rig.until_blocked(&["203.0.113.249"]).await;
    assert_eq!(rig.held().await, nets(&["203.0.113.249"]));
}
