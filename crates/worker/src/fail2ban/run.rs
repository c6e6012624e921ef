//! Runs a program by its argument array, with a time limit and a bounded output.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;

/// What a program printed and how it ended.
#[derive(Debug)]
pub struct Output {
    /// Exit status 0?
    pub success: bool,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// The first 4 KiB of standard error, made inert.
    pub stderr: String,
}

/// Why a program gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Nothing to run.
    #[error("no program is configured")]
    NoProgram,
    /// Missing or not executable.
    #[error("{program} cannot be started")]
    Start {
        /// Which.
        program: String,
        /// Why.
        source: std::io::Error,
    },
    /// Its output broke off.
    #[error("{program} cannot be read from")]
    Read {
        /// Which.
        program: String,
        /// Why.
        source: std::io::Error,
    },
    /// Killed for being slow.
    #[error("{program} took longer than {} s and was killed", limit.as_secs_f32())]
    TimedOut {
        /// Which.
        program: String,
        /// How long it had.
        limit: Duration,
    },
    /// Killed for printing without end.
    #[error("{program} printed more than {limit} bytes and was killed")]
    TooMuch {
        /// Which.
        program: String,
        /// How much was allowed.
        limit: usize,
    },
}

/// Most bytes of standard error that are kept.
const STDERR_LIMIT: usize = 4096;

/// Runs `argv` with an empty input. The child is killed when it is late, prints too much, or when
/// the caller gives up waiting.
///
/// # Errors
/// [`RunError`].
pub async fn run(argv: &[String], limit: Duration, most: usize) -> Result<Output, RunError> {
    let (name, args) = argv.split_first().ok_or(RunError::NoProgram)?;
    let program = || name.clone();
    let mut child = Command::new(name)
        .args(args)
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|source| RunError::Start {
            program: program(),
            source,
        })?;
    let read = |source| RunError::Read {
        program: program(),
        source,
    };
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let whole = async {
        // A child that prints too much is not waited for: it would wait for a reader for ever.
        let stdout = async {
            let stdout = bounded(out, most).await.map_err(read)?;
            stdout.ok_or_else(|| RunError::TooMuch {
                program: program(),
                limit: most,
            })
        };
        let stderr = async { beginning(err).await.map_err(read) };
        let (stdout, stderr) = tokio::try_join!(stdout, stderr)?;
        let status = child.wait().await.map_err(read)?;
        Ok(Output {
            success: status.success(),
            stdout,
            stderr: domain::inert::inert(&stderr, STDERR_LIMIT),
        })
    };
    match tokio::time::timeout(limit, whole).await {
        Ok(ended) => ended,
        Err(_) => Err(RunError::TimedOut {
            program: program(),
            limit,
        }),
    }
}

/// Everything up to `most` bytes; `None` when there is more.
async fn bounded(
    stream: Option<impl AsyncRead + Unpin>,
    most: usize,
) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    if let Some(stream) = stream {
        let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
        stream.take(limit).read_to_end(&mut bytes).await?;
    }
    Ok((bytes.len() <= most).then_some(bytes))
}

/// The beginning; the rest is read and dropped, so that the child can end.
async fn beginning(stream: Option<impl AsyncRead + Unpin>) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        (&mut stream)
            .take(STDERR_LIMIT as u64)
            .read_to_end(&mut bytes)
            .await?;
        tokio::io::copy(&mut stream, &mut tokio::io::sink()).await?;
    }
    Ok(bytes)
}
