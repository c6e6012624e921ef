//! The private Postgres: keeps its data over restarts and kills, and dies with whoever started it.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, which clippy does not see as tests"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use embedded::postgres::{Durability, PostgresError, PrivatePostgres};

const FOLDER: &str = "CALLWARDEN_TEST_POSTGRES_FOLDER";

async fn start(folder: &Path) -> PrivatePostgres {
    PrivatePostgres::start_with(folder, Durability::Fast)
        .await
        .unwrap()
}

fn sql(postgres: &PrivatePostgres, statement: &str) -> String {
    let output = Command::new("psql")
        .args(["-XAtqc", statement, postgres.url()])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn kill(pid: u32) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

#[tokio::test]
async fn keeps_its_data_over_restarts_and_kills() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(PrivatePostgres::running(folder.path()), None);
    let first = start(folder.path()).await;
    assert_eq!(
        PrivatePostgres::running(folder.path()).as_deref(),
        Some(first.url())
    );
    assert_eq!(sql(&first, "show listen_addresses"), "");
    assert_eq!(sql(&first, "select lower('ÄÖ')"), "äö");
    sql(
        &first,
        "create table kept (n int); insert into kept values (7)",
    );
    first.stop().await.unwrap();
    assert_eq!(PrivatePostgres::running(folder.path()), None);

    let second = start(folder.path()).await;
    assert_eq!(sql(&second, "select n from kept"), "7");
    sql(&second, "insert into kept values (8)");
    kill(second.pid());
    drop(second);

    let third = start(folder.path()).await;
    assert_eq!(sql(&third, "select sum(n) from kept"), "15");
}

#[tokio::test]
async fn a_folder_too_deep_for_a_socket_gets_a_short_one() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder
        .path()
        .join("a folder with a very long name, ".repeat(5))
        .join("& odd=%41");
    let postgres = start(&deep).await;
    assert_eq!(sql(&postgres, "select 1"), "1");
    assert!(!postgres.url().contains("very"), "{}", postgres.url());
}

#[tokio::test]
async fn a_number_that_belongs_to_somebody_else_now_is_no_postmaster() {
    let folder = tempfile::tempdir().unwrap();
    start(folder.path()).await.stop().await.unwrap();
    let file = folder.path().join("data/postmaster.pid");
    std::fs::write(&file, format!("{}\n", std::process::id())).unwrap();
    assert_eq!(sql(&start(folder.path()).await, "select 1"), "1");
}

#[tokio::test]
async fn data_of_another_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    std::fs::write(folder.path().join("data/PG_VERSION"), "8\n").unwrap();
    let error = PrivatePostgres::start(folder.path()).await.unwrap_err();
    assert!(
        matches!(error, PostgresError::OtherVersion { .. }),
        "{error}"
    );
    assert!(
        error.to_string().contains("apt-get install postgresql-8"),
        "{error}"
    );
}

/// Not a test by itself: the process that the next test kills.
#[tokio::test]
async fn victim() {
    let Ok(folder) = std::env::var(FOLDER) else {
        return;
    };
    let folder = PathBuf::from(folder);
    let postgres = start(&folder).await;
    sql(
        &postgres,
        "create table kept (n int); insert into kept values (7)",
    );
    std::fs::write(folder.join("pid.new"), postgres.pid().to_string()).unwrap();
    std::fs::rename(folder.join("pid.new"), folder.join("pid")).unwrap();
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn dies_with_its_parent_and_is_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut parent = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "victim"])
        .env(FOLDER, folder.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let started = async {
        loop {
            if let Ok(text) = std::fs::read_to_string(folder.path().join("pid")) {
                return text.parse::<u32>().unwrap();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let old = tokio::time::timeout(Duration::from_mins(3), started)
        .await
        .unwrap();
    parent.kill().unwrap();
    parent.wait().unwrap();
    // At once, while the old one is still ending.
    let postgres = start(folder.path()).await;
    assert_ne!(postgres.pid(), old);
    assert_eq!(sql(&postgres, "select n from kept"), "7");
}
