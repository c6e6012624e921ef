//! The backend's one error type: a variant for each thing some caller acts on.

use domain::guard::Refusal;
use domain::net::NetError;

/// Why a use case did nothing. No variant means "half done".
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A field of a form is wrong; `field` is its name there.
    #[error("{field}: {problem}")]
    Invalid {
        /// The form field.
        field: &'static str,
        /// What is wrong with it.
        problem: Problem,
    },
    /// The role does not allow it.
    #[error("not allowed")]
    Forbidden,
    /// There is no such thing (any more).
    #[error("not found")]
    NotFound,
    /// Too many wrong passwords or tokens from there or for that name, or too many at once: later.
    #[error("too many attempts; wait a few minutes")]
    TooMany,
    /// Postgres is away or refused; nothing was saved.
    #[error("the database is not available")]
    Database(#[from] sqlx::Error),
    /// What is stored was sealed with another key, or altered.
    #[error("what is stored cannot be opened with this console's key")]
    Sealed(#[from] crate::seal::Unopened),
    /// A row that our own code cannot have written.
    #[error("table {table} holds something impossible: {what}")]
    Inconsistent {
        /// Where.
        table: &'static str,
        /// What, without secrets.
        what: String,
    },
}

/// What is wrong with one field; the interface has words for each in both languages.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Empty.
    #[error("is missing")]
    Missing,
    /// Longer than allowed.
    #[error("is longer than {max} characters")]
    TooLong {
        /// Characters.
        max: usize,
    },
    /// Shorter than allowed.
    #[error("is shorter than {min} characters")]
    TooShort {
        /// Characters.
        min: usize,
    },
    /// A number larger than allowed.
    #[error("is more than {max}")]
    TooLarge {
        /// The largest.
        max: i64,
    },
    /// A form that is not accepted.
    #[error("has characters that are not allowed")]
    BadCharacters,
    /// It exists already.
    #[error("is taken")]
    Taken,
    /// In the whitelist already, for as long.
    #[error("is in the whitelist already")]
    Whitelisted,
    /// No worker is enrolled.
    #[error("there is no node yet")]
    NoNodes,
    /// It was there when the form was shown.
    #[error("is no longer there")]
    Gone,
    /// Not an address or network.
    #[error("{0}")]
    Net(#[from] NetError),
    /// On the never-ban list.
    #[error("{} is protected", .0.network)]
    Protected(Refusal),
    /// Wider than /24 or /48 and not confirmed (or not an admin).
    #[error("is a wide network and needs an admin's confirmation")]
    Wide,
    /// More of the internet than bans on one node may cover together.
    #[error("covers too much together with what is banned already")]
    TooMuch,
    /// /0 and the like.
    #[error("is the whole internet")]
    Everybody,
    /// A time that is over.
    #[error("is in the past")]
    Past,
    /// The password that FreeSWITCH comes with, and that every scanner tries first.
    #[error("is FreeSWITCH's default password")]
    DefaultPassword,
    /// A number outside its bounds.
    #[error("must be a whole number from {least} to {most}")]
    Range {
        /// The smallest that is accepted.
        least: u32,
        /// The largest.
        most: u32,
    },
    /// No `http://` or `https://` address of a host.
    #[error("is no http or https address")]
    Url,
    /// No address of a mailbox.
    #[error("is no mail address")]
    MailAddress,
    /// A password must not travel in plain text.
    #[error("would be sent in plain text")]
    Plain,
    /// A receiver on this machine or in a private network, without the setting that allows it.
    #[error("is a loopback or private address")]
    PrivateAddress,
    /// A link-local, multicast or reserved address.
    #[error("is no address of a receiver")]
    NoReceiver,
    /// There are as many as may be.
    #[error("there are more than {max}")]
    TooMany {
        /// As many as may be.
        max: usize,
    },
    /// A stored password goes only where it was entered for.
    #[error("was entered for another place")]
    AnotherPlace,
    /// What is stored would go for good, and nobody has agreed to that.
    #[error("would delete what is stored")]
    Deletes,
    /// Nobody would be left who can manage users.
    #[error("is the last admin")]
    LastAdmin,
    /// Somebody else saved the draft after it was shown.
    #[error("was changed by {by} meanwhile")]
    Edited {
        /// Their name.
        by: String,
    },
    /// The draft says what the newest revision says.
    #[error("is the same as the newest revision")]
    Unchanged,
    /// A node that has a configuration of its own.
    #[error("has its own configuration")]
    OwnLine,
    /// What stands on the node is not understood.
    #[error("cannot be read on the node")]
    Unreadable,
    /// Wrong, used up or expired (tokens, codes, passwords): never says which.
    #[error("is not valid")]
    Wrong,
}

impl Error {
    /// Shorthand for [`Error::Invalid`].
    pub fn invalid(field: &'static str, problem: impl Into<Problem>) -> Self {
        Self::Invalid {
            field,
            problem: problem.into(),
        }
    }
}
