//! What came of one try, in a closed set of words: a receiver's own text may repeat secrets, so it is
//! neither stored nor shown to everybody.

use std::fmt;

use crate::Error;

/// One try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver has taken it, with this status (HTTP or SMTP).
    Accepted(u16),
    /// It answered with another status.
    Refused(u16),
    /// It leads elsewhere, where nobody follows.
    Redirected(u16),
    /// The address is none that may be connected to.
    AddressRefused,
    /// The name has no address.
    UnknownName,
    /// Nobody listens there, or no way leads there.
    Unreachable,
    /// No answer in time.
    TimedOut,
    /// No certificate that is trusted, or no TLS at all.
    Tls,
    /// It does not offer what is needed: STARTTLS, or a way to sign in.
    Unsuited,
    /// The connection ended, or the answer is none.
    Broken,
    /// The secrets cannot be opened with this console's key.
    Sealed,
    /// The message, or its channel, is stored in a form that this version cannot read.
    Unreadable,
}

impl Outcome {
    /// Has the receiver taken it?
    pub fn is_accepted(self) -> bool {
        matches!(self, Self::Accepted(_))
    }

    /// Of a message that cannot even be tried.
    ///
    /// # Errors
    /// What is no matter of the message: the database is away.
    pub(super) fn instead(error: Error) -> Result<Self, Error> {
        match error {
            Error::Sealed(_) => Ok(Self::Sealed),
            Error::Inconsistent { .. } => Ok(Self::Unreadable),
            error => Err(error),
        }
    }

    /// Without a number.
    const PLAIN: [(Self, &'static str); 9] = [
        (Self::AddressRefused, "address refused"),
        (Self::UnknownName, "unknown name"),
        (Self::Unreachable, "unreachable"),
        (Self::TimedOut, "timed out"),
        (Self::Tls, "tls"),
        (Self::Unsuited, "unsuited"),
        (Self::Broken, "broken"),
        (Self::Sealed, "sealed"),
        (Self::Unreadable, "unreadable"),
    ];
}

impl fmt::Display for Outcome {
    /// As stored and logged.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted(status) => write!(f, "accepted {status}"),
            Self::Refused(status) => write!(f, "refused {status}"),
            Self::Redirected(status) => write!(f, "redirected {status}"),
            plain => {
                let word = Self::PLAIN.iter().find(|(outcome, _)| outcome == plain);
                f.write_str(word.map_or("", |(_, word)| word))
            }
        }
    }
}

impl std::str::FromStr for Outcome {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        if let Some((plain, _)) = Self::PLAIN.iter().find(|(_, word)| *word == text) {
            return Ok(*plain);
        }
        let (word, status) = text.split_once(' ').ok_or(())?;
        let status = status.parse().map_err(|_| ())?;
        match word {
            "accepted" => Ok(Self::Accepted(status)),
            "refused" => Ok(Self::Refused(status)),
            "redirected" => Ok(Self::Redirected(status)),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_go_both_ways() {
        let numbered = [
            Outcome::Accepted(204),
            Outcome::Refused(550),
            Outcome::Redirected(302),
        ];
        let plain = Outcome::PLAIN.map(|(outcome, _)| outcome);
        for outcome in numbered.into_iter().chain(plain) {
            assert_eq!(outcome.to_string().parse(), Ok(outcome));
            assert_ne!(outcome.to_string(), "");
        }
        assert_eq!("accepted".parse::<Outcome>(), Err(()));
    }
}
