//! The node's own switch told over loopback to load what is back: the console may be cut off.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use domain::config::Kind;
use domain::reason::{Answered, Reason, SwitchReason};
use esl::{Auth, Command, Options, Secret, Target, run_once};

use super::event_socket::EventSocket;
use super::paths::Paths;

/// How long the switch may take for all of it.
const WITHIN: Duration = Duration::from_secs(15);

/// Has the switch load the files of a kind.
///
/// # Errors
/// Why it did not, without a secret.
pub(super) async fn reload(paths: &Paths, kind: Kind) -> Result<(), Reason> {
    if kind != Kind::Acl {
        return Err("the worker reloads ACL lists only".into());
    }
    let read = {
        let paths = paths.clone();
        tokio::task::spawn_blocking(move || EventSocket::read(&paths)).await
    };
    let socket = read.map_err(|error| error.to_string())??;
    let options = Options::default();
    let mut last = Answered::TimedOut;
    for host in hosts(socket.host) {
        let target = target(host, &socket)?;
        let asked = tokio::time::timeout(WITHIN, run_once(&target, Command::ReloadAcl, &options));
        last = match asked.await {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(error)) => error.into(),
            Err(_) => Answered::TimedOut,
        };
    }
    Err(SwitchReason::Command {
        command: Command::ReloadAcl.text(),
        answered: last,
    }
    .into())
}

/// Who listens at `::` listens at 127.0.0.1 too, and the host may lack `::1`.
fn hosts(host: IpAddr) -> Vec<IpAddr> {
    if host == IpAddr::V6(Ipv6Addr::LOCALHOST) {
        vec![host, Ipv4Addr::LOCALHOST.into()]
    } else {
        vec![host]
    }
}

fn target(host: IpAddr, socket: &EventSocket) -> Result<Target, Reason> {
    let unusable = |error: esl::TargetError| Reason::from(error.to_string());
    Ok(Target {
        host: host.to_string().parse().map_err(unusable)?,
        port: socket.port,
        auth: Auth::Password(Secret::new(socket.password.clone()).map_err(unusable)?),
    })
}
