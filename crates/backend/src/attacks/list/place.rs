//! Where a line of a log stands in its list; where a page begins.

use std::fmt;
use std::str::FromStr;

use time::OffsetDateTime;

use super::plan::TICK;

/// The order of the list is by these, descending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Whole microseconds.
    pub at: OffsetDateTime,
    pub node: i64,
    pub generation: i64,
    pub offset: i64,
}

impl Place {
    /// Before every line of that moment: the list goes on with what is older.
    pub(super) fn begin(at: OffsetDateTime) -> Self {
        Self {
            at,
            node: 0,
            generation: 0,
            offset: 0,
        }
    }

    /// All that comes after this place is older.
    pub(super) fn past(self) -> OffsetDateTime {
        if self == Self::begin(self.at) {
            self.at
        } else {
            self.at + TICK
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            at,
            node,
            generation,
            offset,
        } = self;
        let micros = at.unix_timestamp_nanos() / 1_000;
        write!(f, "{micros}_{node}_{generation}_{offset}")
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text
            .split('_')
            .map(|part| part.parse::<i64>().map_err(drop));
        let mut part = || parts.next().ok_or(())?;
        let place = Self {
            at: crate::ingest::time_of_micros(part()?).ok_or(())?,
            node: part()?,
            generation: part()?,
            offset: part()?,
        };
        let sane = (1900..9999).contains(&place.at.year());
        (sane && parts.next().is_none()).then_some(place).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let place = Place {
            at: time::macros::datetime!(2026-11-22 12:34:56.789012 UTC),
            node: 3,
            generation: -7,
            offset: 9_000_000_000,
        };
        assert_eq!(place.to_string().parse(), Ok(place));
        for text in [
            "",
            "_",
            "1_2_3",
            "1_2_3_4_5",
            "x_1_2_3",
            "99999999999999999999_1_2_3",
            "9223372036854775807_1_2_3",
            "' or 1=1 --",
        ] {
            assert_eq!(text.parse::<Place>(), Err(()), "{text}");
        }
    }
}
