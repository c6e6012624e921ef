//! Spans of time as fail2ban and operators write them.

/// Units of one letter, as fail2ban has them (`m` is a minute).
const UNITS: [(char, i64); 5] = [
    ('w', 604_800),
    ('d', 86_400),
    ('h', 3_600),
    ('m', 60),
    ('s', 1),
];

/// `180`, `3m`, `24h`, `1d 12h`, in seconds; `-1` is for ever. `None`: not a span.
pub fn parse_span(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<i64>() {
        return Some(seconds);
    }
    let mut rest = text;
    let mut seconds = 0_i64;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: i64 = rest[..digits].parse().ok()?;
        let unit = rest[digits..].chars().next()?;
        let (_, each) = UNITS.iter().find(|(letter, _)| *letter == unit)?;
        seconds = seconds.checked_add(number.checked_mul(*each)?)?;
        rest = rest[digits + 1..].trim_start();
    }
    (!text.is_empty()).then_some(seconds)
}

/// Short and exact, read back by [`parse_span`]: `3m`, `24h`, `90`, `-1`.
pub fn span_text(seconds: i64) -> String {
    // A day is written `24h`, as everywhere here; weeks as days.
    let units = [('d', 86_400, 2), ('h', 3_600, 1), ('m', 60, 2)];
    units
        .into_iter()
        .find(|(_, each, least)| seconds % each == 0 && seconds / each >= *least)
        .map_or_else(
            || seconds.to_string(),
            |(unit, each, _)| format!("{}{unit}", seconds / each),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_operators_write() {
        for (text, seconds) in [
            ("180", Some(180)),
            (" 3m ", Some(180)),
            ("24h", Some(86_400)),
            ("1d 12h", Some(129_600)),
            ("1d12h", Some(129_600)),
            ("2w", Some(1_209_600)),
            ("-1", Some(-1)),
            ("0", Some(0)),
            ("", None),
            ("h", None),
            ("3 m", None),
            ("3m5", None),
            ("3y", None),
            ("1.5h", None),
            ("９h", None),
            ("3分", None),
            ("99999999999999999999d", None),
            ("9223372036854775807d", None),
        ] {
            assert_eq!(parse_span(text), seconds, "{text}");
        }
    }

    #[test]
    fn writes_what_it_reads() {
        for (seconds, text) in [
            (180, "3m"),
            (60, "60"),
            (90, "90"),
            (86_400, "24h"),
            (604_800, "7d"),
            (129_600, "36h"),
            (3_600, "1h"),
            (315_360_000, "3650d"),
            (-1, "-1"),
            (0, "0"),
        ] {
            assert_eq!(span_text(seconds), text);
            assert_eq!(parse_span(text), Some(seconds));
        }
    }
}
