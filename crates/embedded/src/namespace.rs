//! A network namespace of our own, held open by a sleeping child.
//!
//! Root makes it directly; anybody else gets a user namespace with it, in which they are root.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::keeper::{Keeper, mortal};

/// How long the namespace may take to appear, on a busy machine.
const START_LIMIT: Duration = Duration::from_mins(1);
/// How often to look whether something has appeared.
pub(crate) const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Why no namespace could be made.
#[derive(Debug, thiserror::Error)]
pub enum NamespaceError {
    /// A program of util-linux is missing.
    #[error("{0} is missing; install it with: apt-get install util-linux")]
    Missing(&'static str),
    /// Starting the child failed.
    #[error("the network namespace cannot be started")]
    Start(#[source] std::io::Error),
    /// `unshare` ended at once.
    #[error(
        "this system lets us make no network namespace (containers and hardened kernels forbid it); \
         run as root or allow user namespaces: sysctl kernel.unprivileged_userns_clone=1"
    )]
    Refused,
}

/// A private network namespace; gone when dropped.
#[derive(Debug)]
pub struct Namespace {
    holder: Child,
    as_root: bool,
}

impl Namespace {
    /// Makes one and returns when it is there.
    ///
    /// # Errors
    /// [`NamespaceError`].
    pub async fn start(keeper: &Keeper) -> Result<Self, NamespaceError> {
        for program in ["/usr/bin/unshare", "/usr/bin/nsenter", "/usr/bin/setpriv"] {
            if !Path::new(program).exists() {
                return Err(NamespaceError::Missing(program));
            }
        }
        let as_root = is_root();
        let mut argv = vec!["/usr/bin/unshare".to_owned()];
        if !as_root {
            argv.extend(["--user".to_owned(), "--map-root-user".to_owned()]);
        }
        // The death signal is set after `unshare`, since changing credentials would clear it.
        argv.extend(
            [
                "--net",
                "--",
                "/usr/bin/setpriv",
                "--pdeathsig",
                "KILL",
                "--",
                "/bin/sleep",
                "infinity",
            ]
            .map(str::to_owned),
        );
        let mut command = mortal(&argv);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let holder = keeper.spawn(command).map_err(NamespaceError::Start)?;
        let mut namespace = Self { holder, as_root };
        namespace.wait_until_there().await?;
        namespace.raise_loopback().await?;
        Ok(namespace)
    }

    async fn wait_until_there(&mut self) -> Result<(), NamespaceError> {
        let own = std::fs::read_link("/proc/self/ns/net").map_err(NamespaceError::Start)?;
        let comm = format!("/proc/{}/comm", self.pid());
        let net = format!("/proc/{}/ns/net", self.pid());
        let there = async {
            loop {
                if self
                    .holder
                    .try_wait()
                    .map_err(NamespaceError::Start)?
                    .is_some()
                {
                    return Err(NamespaceError::Refused);
                }
                let sleeping =
                    std::fs::read_to_string(&comm).is_ok_and(|name| name.trim() == "sleep");
                if sleeping && std::fs::read_link(&net).is_ok_and(|net| net != own) {
                    return Ok(());
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        tokio::time::timeout(START_LIMIT, there)
            .await
            .unwrap_or(Err(NamespaceError::Refused))
    }

    /// Loopback is down in a new namespace; traffic inside it (tests) needs it.
    async fn raise_loopback(&self) -> Result<(), NamespaceError> {
        let argv = self.enter(&["ip", "link", "set", "lo", "up"]);
        // Without iproute2 only traffic inside the namespace is missing, which nothing here needs.
        let _ = tokio::process::Command::new(&argv[0])
            .args(&argv[1..])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .status()
            .await
            .map_err(NamespaceError::Start)?;
        Ok(())
    }

    /// Process id of the holder, for `nsenter -t`.
    pub fn pid(&self) -> u32 {
        self.holder.id()
    }

    /// The argument array that runs `argv` inside.
    pub fn enter(&self, argv: &[&str]) -> Vec<String> {
        let mut all = vec![
            "/usr/bin/nsenter".to_owned(),
            "-t".to_owned(),
            self.pid().to_string(),
        ];
        if !self.as_root {
            all.extend(["-U".to_owned(), "--preserve-credentials".to_owned()]);
        }
        all.extend(["-n".to_owned(), "--".to_owned()]);
        all.extend(argv.iter().map(|word| (*word).to_owned()));
        all
    }

    /// A command inside that dies with the keeper.
    pub fn command(&self, argv: &[&str]) -> Command {
        // Entering changes credentials, which clears the death signal: it is set again inside.
        let mut inner = vec!["/usr/bin/setpriv", "--pdeathsig", "KILL", "--"];
        inner.extend(argv);
        mortal(&self.enter(&inner))
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

/// Are we root? (The owner of our own `/proc` entry, without a system call of our own.)
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}
