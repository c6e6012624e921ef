//! The real worker where the disk does not take what it writes.

use std::fs;
use std::path::PathBuf;

use domain::config::Outcome;

use super::support::{answers, deploy, lists, want_acl};
use crate::console::Console;
use crate::rights::Behind;
use crate::worker::Node;

const ACL: &str = "autoload_configs/acl.conf.xml";

/// `$0` is the configuration.
const READ_ONLY: &str = r#"mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@""#;
/// A file system of its own, full to the last byte.
const FULL: &str = r#"cp -a "$0" "$0.kept" && mount -t tmpfs -o size=2m none "$0" && cp -a "$0.kept/." "$0" && { dd if=/dev/zero of="$0/filler" bs=4k 2>/dev/null; exec "$@"; }"#;

/// Fails with these words, leaves the file as it is, and succeeds once `mend` has run.
async fn refused(script: &str, words: &str, mend: impl FnOnce(&Behind, PathBuf)) {
    let console = Console::start().await;
    let node = Node::enrolled(&console).await;
    let folder = node.folder.path().join("freeswitch");
    esl_sim::vanilla(&folder).unwrap();
    let stock = fs::read_to_string(folder.join(ACL)).unwrap();
    let mut program = vec!["/usr/bin/unshare", "--mount"];
    if !rustix::process::geteuid().is_root() {
        program.push("--map-root-user");
    }
    program.extend(["--", "/bin/sh", "-c", script, folder.to_str().unwrap()]);
    let worker = Behind::start(&node, &program);
    let acl = |attempt| want_acl(deploy(7, attempt, lists(&["203.0.113.9"])));
    console.want(acl(1));
    console
        .until(words, |stored| {
            let answers = answers(stored, |report| &report.acl, 7);
            let failed = |outcome: &Outcome| matches!(outcome, Outcome::Failed { reason } if reason.to_string().contains(words));
            answers.iter().any(failed)
        })
        .await;
    // As the worker sees it.
    let relative = folder.strip_prefix("/").unwrap();
    let seen = PathBuf::from(format!("/proc/{}/root", worker.child.id())).join(relative);
    assert_eq!(fs::read_to_string(seen.join(ACL)).unwrap(), stock);
    let left = fs::read_dir(seen.join("autoload_configs")).unwrap();
    let left = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(
        left.into_iter()
            .all(|name| !name.contains("callwarden-new"))
    );
    mend(&worker, seen.clone());
    console.want(acl(2));
    console
        .until("delivered", |stored| {
            answers(stored, |report| &report.acl, 7).contains(&Outcome::Delivered)
        })
        .await;
    let written = fs::read_to_string(seen.join(ACL)).unwrap();
    assert!(written.contains("203.0.113.9/32"));
    drop(worker);
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_09_a_full_disk_costs_no_configuration() {
    refused(FULL, "No space left on device", |_, seen| {
        fs::remove_file(seen.join("filler")).unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_09_configuration_mounted_read_only_is_told() {
    refused(READ_ONLY, "Read-only file system", |worker, _| {
        worker.remount_writable("freeswitch");
    })
    .await;
}
