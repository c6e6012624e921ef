//! Hostile 24: a fail2ban that restarts, hangs, is gone, or answers nonsense.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use runtime::Clock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use worker::fail2ban::run::{RunError, run};
use worker::fail2ban::socket::SocketError;
use worker::fail2ban::{Fail2ban, Fail2banError};

use crate::support::{Rig, config, nets, until};

#[tokio::test]
async fn hostile_24_a_restart_is_survived_on_the_kept_connection() {
    let mut rig = Rig::start().await;
    let held = nets(&["198.51.100.7", "2001:db8::7"]);
    rig.fail2ban.ban(&held).await.unwrap();
    rig.private.restart().await.unwrap();
    rig.fail2ban.ping().await.unwrap();
    until("the restored bans", async || rig.held().await == held).await;
    rig.until_blocked(&["198.51.100.7", "2001:db8::7"]).await;
}

#[tokio::test]
async fn hostile_24_a_hung_server_times_out_and_is_back_when_it_wakes() {
    let mut rig = Rig::start().await;
    let fail2ban = rig.impatient(Duration::from_millis(400));
    // On a busy machine any one answer may be later than that.
    until("an answer", async || fail2ban.ping().await.is_ok()).await;
    assert!(rig.private.signal("STOP").await.unwrap());
    for _ in 0..2 {
        let error = fail2ban.bans().await.unwrap_err();
        assert!(
            matches!(error, Fail2banError::Socket(SocketError::TimedOut(_))) && error.is_away(),
            "{error:?}"
        );
    }
    assert!(rig.private.signal("CONT").await.unwrap());
    // Answers to what was given up are never taken for the answer to something else.
    until("its answer", async || fail2ban.ping().await.is_ok()).await;
    until("its list", async || match fail2ban.bans().await {
        Ok(bans) => {
            assert!(bans.held.is_empty(), "{bans:?}");
            true
        }
        Err(error) => {
            assert!(error.is_away(), "{error:?}");
            false
        }
    })
    .await;
}

#[tokio::test]
async fn hostile_24_gone_and_stale_sockets_are_told_at_once() {
    let mut rig = Rig::start().await;
    rig.private.kill().unwrap();
    // The file stays after a kill: nobody listens.
    let error = rig.fail2ban.ping().await.unwrap_err();
    assert!(
        matches!(error, Fail2banError::Socket(SocketError::Connect { .. })) && error.is_away(),
        "{error:?}"
    );
    std::fs::remove_file(rig.private.socket()).unwrap();
    let error = rig.fail2ban.ping().await.unwrap_err();
    assert!(error.is_away(), "{error:?}");
    rig.private.restart().await.unwrap();
    rig.fail2ban.ping().await.unwrap();
}

/// Somebody else than root or ourselves listens where fail2ban should, and answers as it would.
const IMPOSTOR: &str = "
import socket, sys
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen(5)
while True:
    peer = server.accept()[0]
    if peer.recv(4096):
        open(sys.argv[1] + '.asked', 'w').close()
        peer.sendall(b'\\x80\\x05K\\x00\\x8c\\x04pong\\x86.<F2B_END_COMMAND>')
";

#[tokio::test]
async fn hostile_24_a_socket_that_another_user_serves_is_not_believed() {
    if !rustix::process::geteuid().is_root() {
        println!("not run: only root can start a program as somebody else");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let socket = folder.path().join("s");
    let mut impostor = tokio::process::Command::new("/usr/bin/setpriv")
        .args([
            "--reuid",
            "65534",
            "--regid",
            "65534",
            "--clear-groups",
            "--",
        ])
        .args(["/usr/bin/python3", "-c", IMPOSTOR])
        .arg(&socket)
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let fail2ban = Fail2ban::new(config(&socket, folder.path()));
    until("the impostor", async || socket.exists()).await;
    let refused = async || match fail2ban.ping().await.unwrap_err() {
        Fail2banError::Socket(SocketError::Impostor { uid, .. }) => Some(uid),
        _ => None,
    };
    until("its refusal", async || refused().await == Some(65_534)).await;
    // fail2ban's own client would run what it is answered.
    let reload = fail2ban.reload_jail().await;
    assert!(
        matches!(
            reload,
            Err(Fail2banError::Socket(SocketError::Impostor { .. }))
        ),
        "{reload:?}"
    );
    assert!(
        !folder.path().join("s.asked").exists(),
        "nothing is said to it"
    );
    impostor.kill().await.unwrap();
    std::fs::remove_file(&socket).unwrap();
    let listener = UnixListener::bind(&socket).unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        serve(stream, pong()).await;
    });
    fail2ban.ping().await.unwrap();
}

/// What a fake server answers, one entry for each connection; the last one for all further ones.
#[derive(Clone)]
enum Fake {
    Bytes(Vec<u8>),
    /// Answers once, then closes.
    Once(Vec<u8>),
    /// Sends for ever.
    Endless,
    /// One byte, then nothing.
    Silent,
    /// Closes without an answer.
    Closes,
}

struct FakeServer {
    folder: tempfile::TempDir,
    socket: PathBuf,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn fake(mut script: Vec<Fake>) -> FakeServer {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("s");
    let listener = UnixListener::bind(&socket).unwrap();
    script.reverse();
    let task = tokio::spawn(async move {
        let mut last = Fake::Closes;
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                return;
            };
            last = script.pop().unwrap_or(last);
            tokio::spawn(serve(stream, last.clone()));
        }
    });
    FakeServer {
        folder,
        socket,
        task,
    }
}

async fn serve(mut stream: UnixStream, what: Fake) {
    let mut request = vec![0; 4096];
    while stream.read(&mut request).await.is_ok_and(|read| read > 0) {
        match &what {
            Fake::Bytes(bytes) => {
                if stream.write_all(bytes).await.is_err() {
                    return;
                }
            }
            Fake::Once(bytes) => {
                let _ = stream.write_all(bytes).await;
                return;
            }
            Fake::Endless => {
                let noise = vec![b'x'; 65_536];
                while stream.write_all(&noise).await.is_ok() {}
            }
            Fake::Silent => {
                let _ = stream.write_all(b"\x80").await;
                std::future::pending::<()>().await;
            }
            Fake::Closes => return,
        }
    }
}

const PONG: &[u8] = b"\x80\x05K\x00\x8c\x04pong\x86.<F2B_END_COMMAND>";

fn pong() -> Fake {
    Fake::Bytes(PONG.to_vec())
}

/// A program in place of the client, for when the socket's answers are garbage.
fn client(folder: &Path, script: &str) -> PathBuf {
    let path = folder.join("client");
    // Not by us: a program that another test starts at this moment holds copies of our open files
    // until it runs, and what is open for writing cannot be run.
    let write = "printf '#!/bin/sh\\n%s\\n' \"$1\" >\"$0\" && chmod 700 \"$0\"";
    let written = std::process::Command::new("/bin/sh")
        .args(["-c", write])
        .arg(&path)
        .arg(script)
        .status();
    assert!(written.unwrap().success());
    path
}

fn against(server: &FakeServer, script: &str) -> Fail2ban {
    within(Duration::from_mins(1), server, script)
}

fn within(limit: Duration, server: &FakeServer, script: &str) -> Fail2ban {
    let mut config = config(&server.socket, server.folder.path());
    config.client = client(server.folder.path(), script);
    Fail2ban::with_limit(config, limit, Clock::system())
}

#[tokio::test]
async fn hostile_24_garbage_falls_back_to_the_client() {
    let garbage: [&[u8]; 5] = [
        b"HTTP/1.1 200 OK\r\n\r\n<F2B_END_COMMAND>",
        b"\x80\x05\x8c\x20ERROR: pickle data was truncated\x94.<F2B_END_COMMAND>",
        // `os.system("id")` is data of another shape, nothing that runs.
        b"cposix\nsystem\n\x8c\x02id\x85R.<F2B_END_COMMAND>",
        b"\x80\x05K\x00\x8c\x04pong\x86.<F2B_END_COMMAND>\x80\x05K\x00N\x86.<F2B_END_COMMAND>",
        b"<F2B_END_COMMAND>",
    ];
    for bytes in garbage {
        let server = fake(vec![Fake::Bytes(bytes.to_vec())]);
        let fail2ban = against(&server, "echo 'Server replied: pong'");
        fail2ban.ping().await.unwrap();
        let fail2ban = against(&server, "echo 'Sorry'; echo no >&2; exit 255");
        let error = fail2ban.ping().await.unwrap_err();
        assert!(matches!(error, Fail2banError::Both { .. }), "{error:?}");
        let fail2ban = against(&server, "echo 'something else'");
        assert!(fail2ban.ping().await.is_err());
    }
}

#[tokio::test]
async fn hostile_24_endless_and_slow_answers_end_and_the_next_is_right() {
    // The limit is what ends a silent one; a pong must be there long before.
    for (bad, limit) in [
        (Fake::Endless, Duration::from_mins(1)),
        (Fake::Silent, Duration::from_secs(4)),
        (Fake::Closes, Duration::from_mins(1)),
    ] {
        let server = fake(vec![bad, pong()]);
        let fail2ban = within(limit, &server, "exit 255");
        assert!(fail2ban.ping().await.is_err());
        fail2ban.ping().await.unwrap();
        fail2ban.ping().await.unwrap();
    }
}

#[tokio::test]
async fn hostile_24_a_connection_closed_between_commands_is_opened_again() {
    let server = fake(vec![Fake::Once(PONG.to_vec())]);
    let fail2ban = against(&server, "exit 255");
    for _ in 0..3 {
        fail2ban.ping().await.unwrap();
    }
}

#[tokio::test]
async fn an_argument_with_the_end_marker_is_never_sent() {
    let server = fake(vec![pong()]);
    let socket =
        worker::fail2ban::socket::Socket::new(server.socket.clone(), Duration::from_mins(1));
    let error = socket.call(&["ping", "x<F2B_END_COMMAND>y"]).await;
    assert!(matches!(error, Err(SocketError::Marker)), "{error:?}");
}

#[tokio::test]
async fn programs_are_killed_for_being_slow_or_endless() {
    let argv = |words: &[&str]| {
        words
            .iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
    };
    let slow = run(
        &argv(&["/bin/sleep", "1000"]),
        Duration::from_millis(100),
        1_000,
    )
    .await;
    assert!(matches!(slow, Err(RunError::TimedOut { .. })), "{slow:?}");
    let endless = run(&argv(&["/usr/bin/yes"]), Duration::from_mins(1), 1_000).await;
    assert!(
        matches!(endless, Err(RunError::TooMuch { .. })),
        "{endless:?}"
    );
    // Arguments are never a shell's.
    let literal = run(
        &argv(&["/bin/echo", "$(id); `id` && x"]),
        Duration::from_mins(1),
        1_000,
    )
    .await
    .unwrap();
    assert_eq!(literal.stdout, b"$(id); `id` && x\n");
}
