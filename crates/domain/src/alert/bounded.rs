//! Whole numbers within bounds.

use serde::{Deserialize, Serialize};

/// A whole number from `LEAST` to `MOST`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Bounded<const LEAST: u32, const MOST: u32>(u32);

/// A number outside its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number from {least} to {most}")]
pub struct OutOfBounds {
    /// The smallest that is accepted.
    pub least: u32,
    /// The largest.
    pub most: u32,
}

impl<const LEAST: u32, const MOST: u32> Bounded<LEAST, MOST> {
    /// A number that the compiler has checked: `Minutes::of::<5>()`.
    pub const fn of<const NUMBER: u32>() -> Self {
        const { assert!(LEAST <= NUMBER && NUMBER <= MOST) };
        Self(NUMBER)
    }

    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl<const LEAST: u32, const MOST: u32> TryFrom<u32> for Bounded<LEAST, MOST> {
    type Error = OutOfBounds;
    fn try_from(number: u32) -> Result<Self, OutOfBounds> {
        if (LEAST..=MOST).contains(&number) {
            Ok(Self(number))
        } else {
            Err(OutOfBounds {
                least: LEAST,
                most: MOST,
            })
        }
    }
}

impl<const LEAST: u32, const MOST: u32> From<Bounded<LEAST, MOST>> for u32 {
    fn from(bounded: Bounded<LEAST, MOST>) -> Self {
        bounded.0
    }
}

impl<const LEAST: u32, const MOST: u32> std::str::FromStr for Bounded<LEAST, MOST> {
    type Err = OutOfBounds;
    /// As typed; anything but digits is out of bounds.
    fn from_str(text: &str) -> Result<Self, OutOfBounds> {
        let digits = text.trim();
        let number = digits.bytes().all(|byte| byte.is_ascii_digit());
        let number = number.then(|| digits.parse().ok()).flatten();
        // Outside in any case: the bounds are never 0 to the most that a u32 holds.
        Self::try_from(number.unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_within_bounds() {
        type Few = Bounded<1, 10>;
        for (text, number) in [("1", Some(1)), (" 10 ", Some(10)), ("007", Some(7))] {
            assert_eq!(text.parse::<Few>().ok().map(Few::get), number);
        }
        for text in [
            "",
            "0",
            "11",
            "-1",
            "+1",
            "1.5",
            "1 0",
            "one",
            "99999999999",
            "４",
        ] {
            let error = text.parse::<Few>().unwrap_err();
            assert_eq!((error.least, error.most), (1, 10), "{text}");
        }
        assert!(serde_json::from_str::<Few>("11").is_err());
        assert_eq!(serde_json::from_str::<Few>("3").unwrap(), Few::of::<3>());
    }
}
