//! Unban: our path against `fail2ban-client` and against fail2ban's bare socket call, side by side
//! in one namespace with a real firewall. `cargo bench -p worker --bench unban`
//!
//! "Rule gone" is when fail2ban has answered the unban and its list is read back without the address,
//! which is what the other two sides wait for; "verified" reads the kernel's set back, too.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use domain::ban::Outcome;
use domain::net::Network;
use embedded::fail2ban::PrivateFail2ban;
use worker::config::{Fail2banConfig, FirewallConfig};
use worker::fail2ban::Fail2ban;
use worker::fail2ban::socket::Socket;
use worker::firewall::{Firewall, enforce};

/// Single unbans on each side.
const ONES: usize = 60;
/// Addresses of the bulk unban.
const MANY: usize = 1_000;
/// Single client calls measured for the bulk's comparison (all would take minutes).
const CLIENT_SAMPLE: usize = 50;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("cti_fail2ban.log");
    let private = PrivateFail2ban::start(folder.path(), &log)
        .await
        .expect("a private fail2ban");
    let fail2ban = Fail2ban::new(Fail2banConfig {
        socket: private.socket(),
        config_dir: private.config_dir(),
        ..Fail2banConfig::default()
    });
    let firewall = Firewall::new(FirewallConfig {
        nft: private.nft_argv(),
        ..FirewallConfig::default()
    });
    worker::jail::install(&fail2ban, &firewall, &log)
        .await
        .expect("jail cti");
    let bare = Socket::new(private.socket(), Duration::from_mins(2));
    let bench = Bench {
        private,
        fail2ban,
        firewall,
        bare,
    };
    bench.ones().await;
    bench.many().await;
}

struct Bench {
    private: PrivateFail2ban,
    fail2ban: Fail2ban,
    firewall: Firewall,
    bare: Socket,
}

impl Bench {
    /// The sides in turn, so that a busy moment hits all of them.
    async fn ones(&self) {
        let (mut floor, mut gone) = (Vec::new(), Vec::new());
        let (mut verified, mut client) = (Vec::new(), Vec::new());
        for round in 0..ONES {
            let four = addresses(4, round * 4);
            self.fail2ban.ban(&four).await.expect("banned");
            floor.push(self.floor(&four[..1]).await);
            gone.push(self.gone(&four[1..2]).await);
            verified.push(self.ours(&four[2..3]).await);
            client.push(self.client(&four[3..]));
        }
        println!("unban one, {ONES} times each, nftables action (ms)");
        let floor = report("fail2ban's bare socket call", floor);
        let gone = report("callwarden (rule gone)", gone);
        let verified = report("callwarden (verified)", verified);
        let client = report("fail2ban-client", client);
        println!(
            "  rule gone over the bare call: {:+.1} ms p50 (bar: at most +20), p99 {:.1} ms (bar: at most 200); verified: {:+.1} ms, {:.1} ms",
            gone.0 - floor.0,
            gone.1,
            verified.0 - floor.0,
            verified.1
        );
        println!(
            "  faster than fail2ban-client: {:.1} x p50 (bar: 2.5 x); verified: {:.1} x",
            client.0 / gone.0,
            client.0 / verified.0
        );
    }

    async fn many(&self) {
        let all = addresses(MANY, 10_000);
        println!("unban {MANY}, nftables action (s)");
        self.fail2ban.ban(&all).await.expect("banned");
        let mut each: Duration = all[..CLIENT_SAMPLE]
            .chunks(1)
            .map(|one| self.client(one))
            .sum();
        each *= u32::try_from(MANY / CLIENT_SAMPLE).expect("small");
        self.fail2ban.ban(&all).await.expect("banned");
        let together = self.client(&all);
        self.fail2ban.ban(&all).await.expect("banned");
        let floor = self.floor(&all).await;
        self.fail2ban.ban(&all).await.expect("banned");
        let ours = self.ours(&all).await;
        let seconds = |name: &str, time: Duration| {
            println!("  {name:<46} {:>9.2}", time.as_secs_f64());
        };
        seconds("fail2ban's bare socket call, one command", floor);
        seconds("callwarden (verified)", ours);
        seconds("fail2ban-client, one command", together);
        seconds("fail2ban-client, one each (from 50 measured)", each);
        println!(
            "  faster than fail2ban-client: {:.1} x one each (bar: 50 x), {:.2} x one command",
            each.as_secs_f64() / ours.as_secs_f64(),
            together.as_secs_f64() / ours.as_secs_f64()
        );
    }

    async fn floor(&self, networks: &[Network]) -> Duration {
        let names: Vec<String> = networks.iter().map(ToString::to_string).collect();
        let mut words = vec!["set", "cti", "unbanip"];
        words.extend(names.iter().map(String::as_str));
        let start = Instant::now();
        let answer = self.bare.call(&words).await.expect("an answer");
        let time = start.elapsed();
        assert_eq!(answer.as_int(), i64::try_from(networks.len()).ok());
        time
    }

    async fn gone(&self, networks: &[Network]) -> Duration {
        let start = Instant::now();
        let lifted = self.fail2ban.unban(networks).await.expect("lifted");
        let time = start.elapsed();
        assert!(lifted.iter().all(|(_, was)| *was));
        time
    }

    async fn ours(&self, networks: &[Network]) -> Duration {
        let start = Instant::now();
        let outcomes = enforce::unban(&self.fail2ban, &self.firewall, networks).await;
        let time = start.elapsed();
        assert!(outcomes.iter().all(|(_, one)| *one == Outcome::Done));
        time
    }

    fn client(&self, networks: &[Network]) -> Duration {
        let start = Instant::now();
        let status = Command::new("/usr/bin/fail2ban-client")
            .arg("-s")
            .arg(self.private.socket())
            .args(["set", "cti", "unbanip"])
            .args(networks.iter().map(ToString::to_string))
            .stdout(Stdio::null())
            .status()
            .expect("fail2ban-client runs");
        assert!(status.success());
        start.elapsed()
    }
}

fn addresses(count: usize, from: usize) -> Vec<Network> {
    (from..from + count)
        .map(|number| {
            format!("2001:db8::{:x}:{:x}", number >> 16, (number & 0xffff) + 1)
                .parse()
                .expect("an address")
        })
        .collect()
}

/// Prints and returns p50 and p99, milliseconds.
fn report(name: &str, mut times: Vec<Duration>) -> (f64, f64) {
    times.sort_unstable();
    let at = |percent: usize| {
        let index = (times.len() * percent / 100).min(times.len() - 1);
        times[index].as_secs_f64() * 1_000.0
    };
    let (p50, p99) = (at(50), at(99));
    println!("  {name:<30} p50 {p50:>7.2}  p99 {p99:>7.2}");
    (p50, p99)
}
