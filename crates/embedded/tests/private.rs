//! The private fail2ban: starts, has its own firewall, and dies with whoever started it.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed; clippy knows only the test functions"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use embedded::fail2ban::PrivateFail2ban;

const FOLDER: &str = "CALLWARDEN_TEST_PRIVATE_FOLDER";

fn nft(argv: &[String], words: &[&str]) -> std::process::Output {
    Command::new(&argv[0])
        .args(&argv[1..])
        .args(words)
        .output()
        .unwrap()
}

fn alive(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or("").starts_with(" Z"))
}

#[tokio::test]
async fn has_a_firewall_of_its_own_and_survives_kill_and_restart() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log/cti.log");
    let mut private = PrivateFail2ban::start(folder.path(), &log).await.unwrap();
    assert!(log.exists() && private.socket().exists());
    let argv = private.nft_argv();
    let added = nft(&argv, &["add", "table", "inet", "own"]);
    assert!(added.status.success(), "{added:?}");
    let inside = nft(&argv, &["list", "tables"]).stdout;
    assert_eq!(String::from_utf8_lossy(&inside).trim(), "table inet own");
    let first = private.pid();
    private.kill().unwrap();
    assert!(!alive(first));
    private.restart().await.unwrap();
    assert_ne!(private.pid(), first);
    private.stop().await.unwrap();
    assert!(!alive(private.pid()));
}

/// Not a test by itself: the process that the next test kills.
#[tokio::test]
async fn victim() {
    let Ok(folder) = std::env::var(FOLDER) else {
        return;
    };
    let folder = PathBuf::from(folder);
    let private = PrivateFail2ban::start(&folder, &folder.join("cti.log"))
        .await
        .unwrap();
    std::fs::write(folder.join("pids.new"), private.pid().to_string()).unwrap();
    std::fs::rename(folder.join("pids.new"), folder.join("pids")).unwrap();
    std::future::pending::<()>().await;
}

async fn wait_for<T>(what: &str, look: impl Fn() -> Option<T>) -> T {
    let found = async {
        loop {
            if let Some(found) = look() {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(3), found)
        .await
        .unwrap_or_else(|_| panic!("waited in vain for {what}"))
}

fn pid_in(folder: &Path) -> Option<u32> {
    std::fs::read_to_string(folder.join("pids"))
        .ok()?
        .parse()
        .ok()
}

#[tokio::test]
async fn dies_with_a_killed_parent() {
    let folder = tempfile::tempdir().unwrap();
    let mut parent = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "victim", "--nocapture"])
        .env(FOLDER, folder.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let server = wait_for("the server", || pid_in(folder.path())).await;
    assert!(alive(server));
    parent.kill().unwrap();
    parent.wait().unwrap();
    wait_for("its end", || (!alive(server)).then_some(())).await;
}
