//! The real worker where it may not do all that it should: as an ordinary user, and with its state
//! on a file system that is mounted read-only.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use domain::health::{HopName, HopState};
use embedded::fail2ban::PrivateFail2ban;

use crate::console::{Console, Stored};
use crate::worker::{Node, start};

/// An ordinary user.
const NOBODY: u32 = 65_534;

/// The worker's program behind another one; killed when dropped.
pub struct Behind {
    pub child: Child,
    output: PathBuf,
    folder: PathBuf,
}

impl Behind {
    pub fn start(node: &Node, program: &[&str]) -> Self {
        let output = node.folder.path().join("output");
        let file = fs::File::create(&output).unwrap();
        let child = Command::new(program[0])
            .args(&program[1..])
            .arg(env!("CARGO_BIN_EXE_callwarden-worker"))
            .args(["run", "--config"])
            .arg(&node.config)
            .env("RUST_LOG", "info")
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap();
        Self {
            child,
            output,
            folder: node.folder.path().to_owned(),
        }
    }

    /// Makes a folder of the node writable in the worker's own namespace.
    pub fn remount_writable(&self, name: &str) {
        let pid = self.child.id().to_string();
        let mut enter = Command::new("/usr/bin/nsenter");
        enter.args(["--target", &pid, "--mount"]);
        if !rustix::process::geteuid().is_root() {
            enter.args(["--user", "--preserve-credentials"]);
        }
        let folder = self.folder.join(name);
        let remount = ["--", "/usr/bin/mount", "-o", "remount,rw,bind"];
        assert!(enter.args(remount).arg(folder).status().unwrap().success());
    }

    fn said(&self, what: &str) -> usize {
        let text = fs::read_to_string(&self.output).unwrap();
        text.lines().filter(|line| line.contains(what)).count()
    }
}

impl Drop for Behind {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn hop(stored: &Stored, name: HopName, state: HopState, says: &str) -> bool {
    let health = stored.health.as_ref();
    let hop = health.and_then(|health| health.hops.iter().find(|hop| hop.name == name));
    hop.is_some_and(|hop| hop.state == state && hop.detail.to_string().contains(says))
}

fn give(path: &Path, user: u32) {
    chown(path, Some(user), Some(user)).unwrap();
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            give(&entry.unwrap().path(), user);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_24_without_the_right_to_the_socket_the_hop_says_so() {
    if !rustix::process::geteuid().is_root() {
        println!("not run: only root can start a program as somebody else");
        return;
    }
    let console = Console::start().await;
    let mut node = Node::enrolled(&console).await;
    let folder = node.folder.path().to_owned();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    let fail2ban = PrivateFail2ban::start(&folder.join("f"), &folder.join("other.log"))
        .await
        .unwrap();
    let socket = fail2ban.socket();
    let mode = fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "root's alone");
    let settings = fs::read_to_string(&node.config).unwrap();
    let named = folder.join("fail2ban.sock").display().to_string();
    fs::write(
        &node.config,
        settings.replace(&named, socket.to_str().unwrap()),
    )
    .unwrap();
    give(&folder.join("state"), NOBODY);

    let user = NOBODY.to_string();
    let ordinary = ["--reuid", &user, "--regid", &user, "--clear-groups", "--"];
    let program = [&["/usr/bin/setpriv"][..], &ordinary].concat();
    let worker = Behind::start(&node, &program);
    let socket_hop =
        |stored: &Stored, state, says: &str| hop(stored, HopName::Fail2banSocket, state, says);
    console
        .until("its words", |stored| {
            socket_hop(stored, HopState::Broken, "Permission denied")
        })
        .await;
    // All the rest works.
    node.write(10);
    node.all_stored(&console).await;
    chown(&socket, Some(NOBODY), None).unwrap();
    console
        .until("an answer", |stored| {
            socket_hop(stored, HopState::Good, "fail2ban 1.")
        })
        .await;
    drop(worker);
}

/// `$0` is the state folder.
const READ_ONLY: &str = r#"mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@""#;

#[tokio::test(flavor = "multi_thread")]
async fn hostile_09_a_state_folder_mounted_read_only_is_told_and_nothing_is_skipped() {
    let console = Console::start().await;
    let mut node = Node::enrolled(&console).await;
    let running = start(&node);
    node.write(10);
    node.all_stored(&console).await;
    running.stop().await;
    let state = node.folder.path().join("state");
    let state = state.to_str().unwrap();
    let root = rustix::process::geteuid().is_root();
    let mut program = vec!["/usr/bin/unshare", "--mount"];
    if !root {
        program.push("--map-root-user");
    }
    program.extend(["--", "/bin/sh", "-c", READ_ONLY, state]);
    let worker = Behind::start(&node, &program);
    console
        .until("its words", |stored| {
            hop(
                stored,
                HopName::Spool,
                HopState::Broken,
                "Read-only file system",
            )
        })
        .await;
    node.write(10);
    node.rotate(1);
    node.write(10);
    let before = console.with(|stored| stored.reports);
    console
        .until("more reports", |stored| stored.reports >= before + 3)
        .await;
    assert_eq!(console.with(|stored| stored.lines.len()), 10);
    let said = worker.said("Read-only file system");
    assert_eq!(said, 1, "said once, not at each try");

    // Mounted writable again, it goes on where it was.
    worker.remount_writable("state");
    node.all_stored(&console).await;
    console
        .until("all is well", |stored| {
            hop(stored, HopName::Spool, HopState::Good, "")
        })
        .await;
    drop(worker);
}
