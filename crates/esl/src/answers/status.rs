//! `status`: a page for people whose lines have been the same for ten years.

use super::Unreadable;

/// What `status` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Seconds.
    pub up_seconds: u64,
    /// Sessions now.
    pub sessions: u32,
    /// Most sessions at once.
    pub max_sessions: u32,
}

impl std::str::FromStr for Status {
    type Err = Unreadable;
    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let mut lines = text.lines();
        let up_seconds = up(lines.next().ok_or(Unreadable)?)?;
        let (mut sessions, mut max_sessions) = (None, None);
        for line in lines {
            let Some((number, rest)) = line.split_once(" session(s)") else {
                continue;
            };
            let number = number.parse().map_err(|_| Unreadable);
            if rest.trim_start().starts_with("- peak") {
                sessions = Some(number?);
            } else if rest.trim() == "max" {
                max_sessions = Some(number?);
            }
        }
        Ok(Self {
            up_seconds,
            sessions: sessions.ok_or(Unreadable)?,
            max_sessions: max_sessions.ok_or(Unreadable)?,
        })
    }
}

/// `UP 0 years, 2 days, 3 hours, 22 minutes, 57 seconds, 885 milliseconds, 717 microseconds`
fn up(line: &str) -> Result<u64, Unreadable> {
    let parts = line.strip_prefix("UP ").ok_or(Unreadable)?;
    parts.split(", ").try_fold(0_u64, |seconds, part| {
        let (number, unit) = part.split_once(' ').ok_or(Unreadable)?;
        let number: u64 = number.parse().map_err(|_| Unreadable)?;
        let unit = match unit.trim_end_matches('s') {
            "year" => 365 * 86_400,
            "day" => 86_400,
            "hour" => 3_600,
            "minute" => 60,
            "second" => 1,
            _ => 0,
        };
        Ok(seconds.saturating_add(number.saturating_mul(unit)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_a_switch_said() {
        let text = "UP 0 years, 1 day, 2 hours, 22 minutes, 57 seconds, 885 milliseconds, 717 microseconds\n\
            FreeSWITCH (Version 1.11.3-dev git cc93a68 2026-08-21 14:10:14Z 64bit) is ready\n\
            214 session(s) since startup\n\
            3 session(s) - peak 4, last 5min 2 \n\
            0 session(s) per Sec out of max 30, peak 12, last 5min 4 \n\
            1000 session(s) max\n\
            min idle cpu 0.00/0.10\n\
            Current Stack Size/Max 240K/8192K\n";
        let status: Status = text.parse().unwrap();
        assert_eq!(status.up_seconds, 86_400 + 2 * 3_600 + 22 * 60 + 57);
        assert_eq!((status.sessions, status.max_sessions), (3, 1000));
        for broken in [
            "",
            "-ERR no reply\n",
            "UP",
            "UP x years",
            "UP 1 day\n9 session(s) max",
        ] {
            assert!(broken.parse::<Status>().is_err(), "{broken:?}");
        }
    }
}
