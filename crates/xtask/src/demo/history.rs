//! Two weeks of slow scanning before the first start, so that the first look at the charts shows
//! something, and what was before. It is older than what fail2ban counts: nobody in it is banned.

use std::io;
use std::path::Path;

use rand::Rng;
use runtime::Clock;

use super::attacker::Attacker;

const DAYS: i64 = 14;
/// Lines of one node.
const LINES: usize = 3_000;
/// One burst: so many lines within half an hour.
const BURST: usize = 150;
/// Who comes again and again.
const CROWD: usize = 90;
/// It ends so many seconds ago.
const ENDS: i64 = 55 * 60;

/// Writes it into a log that does not exist yet.
pub fn write(log: &Path) -> io::Result<()> {
    if log.exists() {
        return Ok(());
    }
    if let Some(folder) = log.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(log, text(&mut rand::rng()))
}

fn text(rng: &mut impl Rng) -> String {
    let now = Clock::system().now();
    let crowd: Vec<Attacker> = (0..CROWD).map(|_| Attacker::random(rng)).collect();
    let burst = rng.random_range(ENDS..DAYS * 86_400 - 1_800);
    let mut ages: Vec<i64> = (0..LINES)
        .map(|_| quiet(rng))
        .chain((0..BURST).map(|n| burst + i64::try_from(n).unwrap_or(0) * 12))
        .collect();
    ages.sort_unstable_by(|a, b| b.cmp(a));
    let mut text = String::new();
    for seconds in ages {
        // The first of the crowd come more often than the last.
        let most = rng.random_range(0..CROWD);
        let who = rng.random_range(0..=most);
        let at = now - time::Duration::seconds(seconds);
        text.push_str(&crowd[who].line(rng, at));
    }
    text
}

/// Seconds ago; at night (UTC) three times as often as by day.
fn quiet(rng: &mut impl Rng) -> i64 {
    loop {
        let seconds = rng.random_range(ENDS..DAYS * 86_400);
        let hour = (Clock::system().unix() - seconds).rem_euclid(86_400) / 3_600;
        if !(7..20).contains(&hour) || rng.random_ratio(1, 3) {
            return seconds;
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn is_written_once_and_is_older_than_what_counts() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("edge-1/cti_fail2ban.log");
        write(&log).unwrap();
        let text = std::fs::read_to_string(&log).unwrap();
        assert_eq!(text.lines().count(), LINES + BURST);
        std::fs::write(&log, "ours").unwrap();
        write(&log).unwrap();
        assert_eq!(std::fs::read_to_string(&log).unwrap(), "ours");
    }

    #[test]
    fn ages_stay_inside() {
        let mut rng = rand::rngs::StdRng::seed_from_u64(7);
        for _ in 0..1_000 {
            assert!((ENDS..DAYS * 86_400).contains(&quiet(&mut rng)));
        }
    }
}
