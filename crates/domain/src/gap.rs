//! Why bytes of a node's log are not in the console: a closed set, told and stored as text.

use std::fmt;

/// Why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The file became shorter, or was rewritten in place.
    Truncated,
    /// Nobody knows how far it was read.
    PositionLost,
    /// To the old file, after the log was rotated and everything in it was read.
    WrittenAfterRotation,
    /// Dated before what is kept when they arrived.
    TooOld,
    /// The worker passed over them and said nothing.
    Unexplained,
    /// The console will never take them, and said this. Harmless (see [`crate::inert`]).
    Refused(String),
}

const REFUSED: &str = "refused: ";

impl Cause {
    /// `None`: of a newer or older program.
    pub fn from_text(text: &str) -> Option<Self> {
        Some(match text {
            "truncated" => Self::Truncated,
            "position lost" => Self::PositionLost,
            "written after rotation" => Self::WrittenAfterRotation,
            "too_old" => Self::TooOld,
            "unexplained" => Self::Unexplained,
            text => Self::Refused(text.strip_prefix(REFUSED)?.to_owned()),
        })
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => "truncated",
            Self::PositionLost => "position lost",
            Self::WrittenAfterRotation => "written after rotation",
            Self::TooOld => "too_old",
            Self::Unexplained => "unexplained",
            Self::Refused(said) => return write!(f, "{REFUSED}{said}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        for cause in [
            Cause::Truncated,
            Cause::PositionLost,
            Cause::WrittenAfterRotation,
            Cause::TooOld,
            Cause::Unexplained,
            Cause::Refused("a line: of ours".to_owned()),
        ] {
            assert_eq!(Cause::from_text(&cause.to_string()), Some(cause));
        }
        assert_eq!(Cause::from_text("eaten"), None);
    }
}
