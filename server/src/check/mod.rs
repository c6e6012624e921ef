//! `callwarden check …`: asks the product's own evaluators about a node's file, at a shell.
//!
//! Exit codes as grep has them: 0 all allowed, 1 at least one refused, 2 it could not be asked. Needs neither
//! settings nor a database. What is printed is inert, whatever was asked.

mod acl;
mod batch;
mod number;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};

use batch::Answer;

/// What can be asked.
#[derive(Subcommand)]
pub enum Check {
    /// Would these numbers be called? Judges them by the call rules of a cti.json.
    ///
    /// Prints one line for each number: verdict, number, and the rule that decided, between tabs.
    ///
    /// Exit code: 0 every number is allowed, 1 at least one is refused, 2 the file holds no rules or cannot be read.
    Number {
        /// The cti.json.
        file: PathBuf,
        /// What to judge, exactly as dialed; without any, each line of standard input.
        numbers: Vec<OsString>,
        /// How to print.
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Would these addresses be let in? Asks a list of an acl.conf.xml as FreeSWITCH would.
    ///
    /// Prints one line for each address: verdict, address, and the line of the file that decided, between tabs; a
    /// fourth column where the answer hangs on what is not in the file. What FreeSWITCH passes over without a word
    /// is said on standard error.
    ///
    /// Exit code: 0 every address is allowed, 1 at least one is denied, 2 the file cannot be read as FreeSWITCH's.
    Acl {
        /// The acl.conf.xml.
        file: PathBuf,
        /// The list, in exactly its case.
        list: OsString,
        /// Whom to ask about; without any, each line of standard input.
        addresses: Vec<OsString>,
        /// How to print.
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
}

/// How answers are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Columns between tabs.
    Text,
    /// One JSON object a line.
    Json,
}

/// Why nothing can be judged.
#[derive(Debug, thiserror::Error)]
enum CheckError {
    #[error("{}: {error}", shown(path))]
    Read {
        path: PathBuf,
        error: std::io::Error,
    },
    /// `file.json:3:7: …`, as compilers say it.
    #[error("{}:{line}:{column}: {what}", shown(path))]
    Place {
        path: PathBuf,
        line: usize,
        column: usize,
        what: String,
    },
    #[error("{}: {what}", shown(path))]
    Content { path: PathBuf, what: String },
    #[error("{0}")]
    Print(#[from] std::io::Error),
}

/// Asks, prints, and says how it went.
pub fn run(check: Check) -> ExitCode {
    let asked = match check {
        Check::Number {
            file,
            numbers,
            format,
        } => number::ask(&file, &numbers, format),
        Check::Acl {
            file,
            list,
            addresses,
            format,
        } => acl::ask(&file, &list, &addresses, format),
    };
    match asked {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            use std::io::Write;
            // Where nothing can be said, the exit code says it.
            let _ = writeln!(std::io::stderr(), "callwarden: {error}");
            ExitCode::from(2)
        }
    }
}

/// A file of at most `limit` bytes; one byte more of a longer one, so that its reader sees it is.
fn read_file(path: &Path, limit: usize) -> Result<Vec<u8>, CheckError> {
    use std::io::Read;
    let read = || {
        let mut bytes = Vec::new();
        std::fs::File::open(path)?
            .take(limit as u64 + 1)
            .read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|error| CheckError::Read {
        path: path.to_owned(),
        error,
    })
}

fn shown(path: &Path) -> String {
    domain::inert::inert(path.as_os_str().as_encoded_bytes(), 4096)
}
