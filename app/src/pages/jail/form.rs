//! The editor's fields, from settings to text and back.

use domain::jail::{
    BanTime, FindTime, IGNORE_LIMIT, IgnoreError, JailConfig, MaxRetry, OutOfRange, parse_span,
    span_text,
};
use domain::net::Network;

use crate::words::Words;

/// As typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fields {
    pub bantime: String,
    pub findtime: String,
    pub maxretry: String,
    /// One network a line.
    pub ignore: String,
}

/// A field and what is wrong with it, in the reader's language.
pub(super) type Wrong = (&'static str, String);

impl Fields {
    pub fn of(config: &JailConfig) -> Self {
        let ignore: Vec<String> = config.ignore.iter().map(ToString::to_string).collect();
        Self {
            bantime: span_text(config.bantime.get()),
            findtime: span_text(config.findtime.get()),
            maxretry: config.maxretry.get().to_string(),
            ignore: ignore.join("\n"),
        }
    }

    /// For a form that is shown again.
    pub fn typed(self) -> Vec<(&'static str, String)> {
        vec![
            ("bantime", self.bantime),
            ("findtime", self.findtime),
            ("maxretry", self.maxretry),
            ("ignore", self.ignore),
        ]
    }

    /// # Errors
    /// The first field that is wrong.
    pub fn read(&self, words: Words) -> Result<JailConfig, Wrong> {
        let bantime = span(words, "bantime", &self.bantime, BanTime::try_from)?;
        let findtime = span(words, "findtime", &self.findtime, FindTime::try_from)?;
        let maxretry = self
            .maxretry
            .trim()
            .parse::<i64>()
            .map_err(|_| OutOfRange {
                least: MaxRetry::LEAST,
                most: MaxRetry::MOST,
            })
            .and_then(MaxRetry::try_from)
            .map_err(|range| {
                let (least, most) = (range.least.to_string(), range.most.to_string());
                ("maxretry", words.problem_range(&least, &most))
            })?;
        let ignore = networks(words, &self.ignore)?;
        JailConfig::new(bantime, findtime, maxretry, ignore)
            .map_err(|error| ("ignore", ignore_problem(words, error)))
    }
}

fn span<T>(
    words: Words,
    field: &'static str,
    typed: &str,
    of: impl FnOnce(i64) -> Result<T, OutOfRange>,
) -> Result<T, Wrong> {
    if typed.trim().is_empty() {
        return Err((field, words.problem_missing().to_owned()));
    }
    let seconds = parse_span(typed).ok_or_else(|| (field, words.problem_span().to_owned()))?;
    of(seconds).map_err(|range| {
        let (least, most) = (words.duration(range.least), words.duration(range.most));
        (field, words.problem_range(&least, &most))
    })
}

/// One a line; commas and spaces stand between them too, as fail2ban has it.
fn networks(words: Words, typed: &str) -> Result<Vec<Network>, Wrong> {
    let mut found = Vec::new();
    for (line, text) in (1..).zip(typed.lines()) {
        for one in text.split([' ', ',', '\t']).filter(|one| !one.is_empty()) {
            if found.len() > IGNORE_LIMIT {
                return Err(("ignore", ignore_problem(words, IgnoreError::TooMany)));
            }
            let network = one.parse().map_err(|error| {
                let problem = words.problem(&backend::Problem::Net(error));
                ("ignore", words.problem_line(line, &problem))
            })?;
            found.push(network);
        }
    }
    Ok(found)
}

fn ignore_problem(words: Words, error: IgnoreError) -> String {
    match error {
        IgnoreError::TooMany => words.problem_ignore_many(IGNORE_LIMIT),
        IgnoreError::Everybody(network) => words.problem_ignore_everybody(&network.to_string()),
        IgnoreError::Loopback => words.problem_loopback().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> Fields {
        Fields::of(&JailConfig::default())
    }

    #[test]
    fn what_is_shown_reads_back() {
        let shown = fields();
        assert_eq!(
            (shown.bantime.as_str(), shown.findtime.as_str()),
            ("24h", "3m")
        );
        assert_eq!(shown.read(Words::En), Ok(JailConfig::default()));
        let spaced = Fields {
            ignore: fields().ignore.replace('\n', " , \r\n"),
            ..fields()
        };
        assert_eq!(spaced.read(Words::En), Ok(JailConfig::default()));
    }

    #[test]
    fn the_wrong_field_is_named() {
        let with = |change: fn(&mut Fields)| {
            let mut fields = fields();
            change(&mut fields);
            fields.read(Words::En).unwrap_err()
        };
        let range = |least, most| Words::En.problem_range(least, most);
        for (wrong, field, problem) in [
            (
                with(|f| f.bantime = "soon".into()),
                "bantime",
                Words::En.problem_span().to_owned(),
            ),
            (
                with(|f| f.bantime = " ".into()),
                "bantime",
                Words::En.problem_missing().to_owned(),
            ),
            (
                with(|f| f.bantime = "9".into()),
                "bantime",
                range("10 s", "3650 d"),
            ),
            (
                with(|f| f.findtime = "31d".into()),
                "findtime",
                range("1 s", "30 d"),
            ),
            (
                with(|f| f.findtime = "-1".into()),
                "findtime",
                range("1 s", "30 d"),
            ),
            (
                with(|f| f.maxretry = "0".into()),
                "maxretry",
                range("1", "1000"),
            ),
            (
                with(|f| f.maxretry = "five".into()),
                "maxretry",
                range("1", "1000"),
            ),
            (
                with(|f| f.ignore.push_str("\n198.51.100.7/24")),
                "ignore",
                Words::En.problem_line(7, &Words::En.problem_host_bits("198.51.100.0/24")),
            ),
            (
                with(|f| f.ignore.push_str("\n0.0.0.0/0")),
                "ignore",
                Words::En.problem_ignore_everybody("0.0.0.0/0"),
            ),
            (
                with(|f| f.ignore = "10.0.0.0/8".into()),
                "ignore",
                Words::En.problem_loopback().to_owned(),
            ),
            (
                with(|f| f.ignore = "192.0.2.1\n".repeat(2 * IGNORE_LIMIT)),
                "ignore",
                Words::En.problem_ignore_many(IGNORE_LIMIT),
            ),
        ] {
            assert_eq!(wrong, (field, problem));
        }
    }
}
