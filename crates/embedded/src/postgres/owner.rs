//! As whom Postgres runs: it refuses root.

use std::fs::{self, DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::PostgresError;

/// The user that owns data and socket.
#[derive(Debug)]
pub(super) struct Owner {
    /// `None`: whoever we are.
    other: Option<Ids>,
}

#[derive(Clone, Copy, Debug)]
struct Ids {
    user: u32,
    group: u32,
}

impl Owner {
    pub(super) fn find() -> Result<Self, PostgresError> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self { other: None });
        }
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let other = ["postgres", "nobody"]
            .iter()
            .find_map(|name| ids(&users, name));
        Ok(Self {
            other: Some(other.ok_or(PostgresError::NoUser)?),
        })
    }

    /// Makes the folder (0700) and hands it over; returns its absolute path.
    pub(super) fn prepare(&self, folder: &Path) -> Result<PathBuf, PostgresError> {
        let failed = |source| PostgresError::Folder {
            path: folder.to_owned(),
            source,
        };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(failed)?;
        let folder = folder.canonicalize().map_err(failed)?;
        self.take(&folder).map_err(failed)?;
        Ok(folder)
    }

    /// Hands over one file or folder and closes it to everybody else.
    pub(super) fn take(&self, folder: &Path) -> std::io::Result<()> {
        if let Some(ids) = self.other {
            chown(folder, Some(ids.user), Some(ids.group))?;
        }
        fs::set_permissions(folder, Permissions::from_mode(0o700))
    }

    /// The id of the user whose files these must be.
    pub(super) fn user(&self) -> Option<u32> {
        self.other.map(|ids| ids.user)
    }

    /// Runs `argv` as the owner.
    pub(super) fn command(&self, argv: &[String]) -> Command {
        let argv = self.switch(argv);
        let mut command = Command::new(&argv[0]);
        command.args(&argv[1..]);
        command
    }

    /// The same, and it is asked to stop when the thread that starts it ends.
    pub(super) fn mortal(&self, argv: &[String]) -> Command {
        // The signal is set after the change of user, which would clear it.
        let mut inner: Vec<String> = ["/usr/bin/setpriv", "--pdeathsig", "INT", "--"]
            .map(str::to_owned)
            .into();
        inner.extend_from_slice(argv);
        let mut command = self.command(&inner);
        // A Ctrl-C in the terminal is meant for the one who started it, who stops it in good order.
        command.process_group(0);
        command
    }

    fn switch(&self, argv: &[String]) -> Vec<String> {
        let Some(ids) = self.other else {
            return argv.to_vec();
        };
        let mut all = vec!["/usr/bin/setpriv".to_owned()];
        all.push(format!("--reuid={}", ids.user));
        all.push(format!("--regid={}", ids.group));
        // The folder may lie in one that only root may enter, such as /root. This one capability
        // lets it pass; everything else of root is gone.
        all.extend(
            [
                "--clear-groups",
                "--inh-caps=-all,+dac_read_search",
                "--ambient-caps=-all,+dac_read_search",
                "--",
            ]
            .map(str::to_owned),
        );
        all.extend_from_slice(argv);
        all
    }
}

fn ids(users: &str, name: &str) -> Option<Ids> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let mut numbers = fields.skip(1);
        let user = numbers.next()?.parse().ok()?;
        let group = numbers.next()?.parse().ok()?;
        Some(Ids { user, group })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_ids() {
        let users = "root:x:0:0:root:/root:/bin/bash\npostgresx:x:1:2::/:/x\n\
                     postgres:x:101:104:P,,,:/var/lib/postgresql:/bin/bash\n";
        let found = ids(users, "postgres").unwrap();
        assert_eq!((found.user, found.group), (101, 104));
        assert!(ids(users, "nobody").is_none());
    }
}
