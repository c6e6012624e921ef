//! A place in the table `changes`.

use std::fmt;
use std::str::FromStr;

/// Transaction and row; ordered as the table is read. Written `xid-id` in event ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor {
    pub(super) xid: i64,
    pub(super) id: i64,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.xid, self.id)
    }
}

/// The text is no cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor")]
pub struct BadCursor;

impl FromStr for Cursor {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let (xid, id) = text.split_once('-').ok_or(BadCursor)?;
        let number = |text: &str| match text.parse::<i64>() {
            Ok(number) if number >= 0 => Ok(number),
            _ => Err(BadCursor),
        };
        Ok(Self {
            xid: number(xid)?,
            id: number(id)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        let cursor = Cursor { xid: 746, id: 12 };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for text in [
            "",
            "-",
            "1",
            "1-",
            "-1-2",
            "1-2-3",
            "1--2",
            "9999999999999999999-1",
            "a-b",
        ] {
            assert_eq!(text.parse::<Cursor>(), Err(BadCursor), "{text}");
        }
    }
}
