//! With what a dialed number tries to leave the country.

/// What stands for "abroad" in a dial plan: E.164, most of the world, North America, Russia.
const ABROAD: [&str; 4] = ["+", "00", "011", "810"];

/// Digits before it that may get an outside line: `9`, `99`, `1234`.
const LINE_DIGITS: usize = 4;

/// Digits that stand for a number which tries none of these.
const OTHERS: usize = 3;

/// Stands for numbers that begin with nothing that a keypad has: whatever they begin with, they are counted
/// together.
const NONE: &str = "?";

/// How an attacker's number begins, in the form that is counted: up to and with what first stands for
/// "abroad" behind at most four digits (`00`, `9011`, `+`), else its first three digits; `?` where it begins
/// with nothing that a keypad has.
///
/// `None` where there is no number.
pub fn tried(number: &str) -> Option<&str> {
    let digits = leading(number, LINE_DIGITS, |byte| byte.is_ascii_digit());
    for start in 0..=digits {
        let rest = &number[start..];
        if let Some(abroad) = ABROAD.iter().find(|abroad| rest.starts_with(**abroad)) {
            return Some(&number[..start + abroad.len()]);
        }
    }
    let keys = leading(number, OTHERS, |byte| {
        byte.is_ascii_digit() || matches!(byte, b'*' | b'#')
    });
    match keys {
        0 if number.is_empty() => None,
        0 => Some(NONE),
        _ => Some(&number[..keys]),
    }
}

fn leading(text: &str, most: usize, fits: impl Fn(u8) -> bool) -> usize {
    text.bytes()
        .take(most)
        .take_while(|byte| fits(*byte))
        .count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_prefix_that_was_tried() {
        for (number, expected) in [
            ("00972592277524", Some("00")),
            ("000972592277524", Some("00")),
            ("0011972592277524", Some("00")),
            ("011972592277524", Some("011")),
            ("810972592277524", Some("810")),
            ("+972592277524", Some("+")),
            ("9011972592277524", Some("9011")),
            ("900972592277524", Some("900")),
            ("9+972592277524", Some("9+")),
            ("8810972592277524", Some("8810")),
            ("123400972592277524", Some("123400")),
            ("1234500972592277524", Some("123")), // five digits are no code for a line
            ("972592277524", Some("972")),
            ("972", Some("972")),
            ("9", Some("9")),
            ("*98", Some("*98")),
            ("12#4", Some("12#")),
            ("1x", Some("1")),
            ("", None),
            ("x00", Some("?")),
            ("'; drop table attacks --", Some("?")),
            ("\u{ff10}\u{ff10}44", Some("?")), // other characters, other number
            ("号00", Some("?")),
            ("\\x0000", Some("?")),
        ] {
            assert_eq!(tried(number), expected, "{number}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        /// The number begins with it, it is short, and nothing but keys stands in it.
        #[test]
        fn begins_the_number(number in "[0-9+]{0,12}|[01+9]{0,8}.{0,4}|.{0,12}") {
            let Some(prefix) = tried(&number).filter(|prefix| *prefix != NONE) else { return Ok(()) };
            prop_assert!(number.starts_with(prefix));
            prop_assert!((1..=7).contains(&prefix.len()), "{}", prefix);
            prop_assert!(prefix.bytes().all(|byte| b"0123456789+*#".contains(&byte)), "{}", prefix);
        }

        /// What follows changes nothing once "abroad" was said.
        #[test]
        fn what_follows_changes_nothing(
            line in "[2-79]{0,4}",
            abroad in proptest::sample::select(ABROAD.to_vec()),
            rest in ".{0,20}",
        ) {
            let expected = format!("{line}{abroad}");
            let number = format!("{expected}{rest}");
            prop_assert_eq!(tried(&number), Some(&*expected));
        }
    }
}
