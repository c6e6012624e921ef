//! Five hundred switches in one process.

use std::time::Instant;

use crate::support::{Client, folder, start};

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn five_hundred_run_in_one_process() {
    let folder = folder();
    let (before, begun) = (resident_kib(), Instant::now());
    let mut sims = Vec::new();
    for number in 0..500 {
        let name = format!("pbx{number}");
        sims.push(start(&folder, |builder| builder.hostname(&name)).await);
    }
    // Not all at once: both ends are in this process, and 1,024 files may be its limit.
    for (part, sims) in sims.chunks(100).enumerate() {
        let mut clients = Vec::new();
        for sim in sims {
            clients.push(Client::log_in(sim).await);
        }
        for (index, client) in clients.iter_mut().enumerate() {
            let number = part * 100 + index;
            assert_eq!(client.api("hostname").await, format!("pbx{number}"));
            assert_eq!(client.api("acl 192.0.2.9 domains").await, "true");
        }
    }
    let used = resident_kib().saturating_sub(before);
    println!("500 switches: {used} KiB, {:?}", begun.elapsed());
    assert!(used < 100 * 1024, "{used} KiB");
}
