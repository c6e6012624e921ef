//! What differs between two settings of the jail, in words.

use domain::jail::JailConfig;

use crate::pages::revisions::Change;
use crate::words::Words;

/// Each setting, and each network that is ignored in one of both only.
pub(in crate::pages) fn changes(
    words: Words,
    before: Option<&JailConfig>,
    after: &JailConfig,
) -> Vec<Change> {
    let values = |config: &JailConfig| {
        [
            span(words, config.bantime.get()),
            span(words, config.findtime.get()),
            config.maxretry.get().to_string(),
        ]
    };
    let names = [words.bantime(), words.findtime(), words.maxretry()];
    let old = before.map(values);
    let mut changes: Vec<Change> = names
        .into_iter()
        .zip(values(after))
        .enumerate()
        .filter_map(|(place, (what, after))| match &old {
            Some(old) => Change::of(what, old[place].clone(), after),
            None => Some(Change {
                what: what.to_owned(),
                before: None,
                after: Some(after),
            }),
        })
        .collect();
    let ignored = before.map_or(&[][..], |before| &before.ignore);
    changes.extend(Change::of_set(
        words.ignored_network(),
        ignored,
        &after.ignore,
    ));
    changes
}

/// As fail2ban has it, one network a line.
pub(in crate::pages) fn text(config: &JailConfig) -> String {
    let mut text = format!(
        "bantime  = {}\nfindtime = {}\nmaxretry = {}\nignoreip =",
        config.bantime.get(),
        config.findtime.get(),
        config.maxretry.get(),
    );
    for network in &config.ignore {
        text.push_str("\n  ");
        text.push_str(&network.to_string());
    }
    text.push('\n');
    text
}

/// `24 h`, `67 h`; with the seconds where no unit is exact.
pub(super) fn span(words: Words, seconds: i64) -> String {
    let whole = |unit: i64, least: i64| seconds % unit == 0 && seconds / unit >= least;
    match seconds {
        ..=119 => words.duration(seconds),
        _ if whole(86_400, 2) => words.days_long(seconds / 86_400),
        _ if whole(3_600, 1) => words.hours_long(seconds / 3_600),
        _ if whole(60, 2) => words.minutes_long(seconds / 60),
        _ => format!(
            "{} ({})",
            words.duration(seconds),
            words.seconds_long(seconds)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_settings_and_networks() {
        let before = JailConfig::default();
        assert_eq!(changes(Words::En, Some(&before), &before), []);
        let mut after = before.clone();
        after.bantime = 3_600.try_into().unwrap();
        after
            .ignore
            .retain(|network| network.to_string() != "10.0.0.0/8");
        let told: Vec<_> = changes(Words::En, Some(&before), &after)
            .into_iter()
            .map(|change| (change.what, change.before, change.after))
            .collect();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            told,
            [
                (Words::En.bantime().to_owned(), some("24 h"), some("1 h")),
                (
                    Words::En.ignored_network().to_owned(),
                    some("10.0.0.0/8"),
                    None
                ),
            ]
        );
        assert_eq!(
            changes(Words::En, None, &before).len(),
            3 + before.ignore.len()
        );
        assert!(text(&before).starts_with("bantime  = 86400\nfindtime = 180\n"));
    }

    #[test]
    fn spans_are_exact() {
        assert_eq!(span(Words::En, 86_400), "24 h");
        assert_eq!(span(Words::En, 67 * 3_600), "67 h");
        assert_eq!(span(Words::En, 7 * 86_400), "7 d");
        assert_eq!(span(Words::En, 3_599), "59 min (3599 s)");
        assert_eq!(span(Words::Zh, 7_205), "2 小时 (7205 秒)");
        assert_eq!(span(Words::En, -1), "for ever");
    }
}
