//! Memory of an idle worker beside the fail2ban of its node.

use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::stage::{Plan, Stage};
use crate::{build, program};

/// The bar: bytes of an idle worker.
const BAR: u64 = 12 << 20;
/// The bar: of what fail2ban needs.
const RATIO: f64 = 0.5;
/// Time to settle after the start, reports and all.
const SETTLE: Duration = Duration::from_secs(15);

/// Starts console and node in release builds, waits, and reads both from the kernel.
pub async fn measure() -> Result<()> {
    build::run(&build::Options {
        release: true,
        site_only: true,
    })?;
    program::run(
        "cargo",
        &[
            "build",
            "--locked",
            "--release",
            "-p",
            "server",
            "-p",
            "worker",
        ],
    )?;
    let folder = tempfile::Builder::new().prefix("callwarden-").tempdir()?;
    let plan = Plan {
        folder: folder.path().to_owned(),
        port: 0,
        nodes: vec!["edge-1".into()],
        places: None,
        release: true,
    };
    let mut stage = Stage::start(&plan, |text| println!("  {text}")).await?;
    tokio::time::sleep(SETTLE).await;
    stage.check()?;
    let (fail2ban, worker) = stage.nodes[0].pids();
    let (fail2ban, worker) = (resident(fail2ban)?, resident(worker)?);
    stage.stop().await;

    println!("\nmemory, idle (resident)");
    println!("  fail2ban-server    {:>8.1} MB", megabytes(fail2ban));
    println!(
        "  callwarden-worker  {:>8.1} MB   bar: 12 MB, and half of fail2ban",
        megabytes(worker)
    );
    #[expect(clippy::cast_precision_loss, reason = "a ratio for people")]
    let ratio = worker as f64 / fail2ban as f64;
    println!("  worker / fail2ban  {ratio:>8.2}");
    ensure!(
        worker <= BAR && ratio <= RATIO,
        "the worker needs too much memory"
    );
    Ok(())
}

/// Bytes that are in memory now: `VmRSS` of `/proc/PID/status`.
fn resident(pid: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))
        .with_context(|| format!("process {pid} is gone"))?;
    let kilobytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|value| value.trim().strip_suffix(" kB"))
        .context("/proc/PID/status without VmRSS")?;
    Ok(kilobytes.trim().parse::<u64>()? * 1024)
}

#[expect(clippy::cast_precision_loss, reason = "one decimal for people")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
