//! Call rules and the one evaluator.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

use super::values::{LogName, MAX_PREFIXES, MaxLength, Prefix};

/// What `cti.json` says under `fail2ban`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRules {
    /// Where refused calls are logged.
    pub filename: LogName,
    /// The longest destination number that may be called.
    pub max_len: MaxLength,
    /// Numbers that begin so are refused, whatever `allow` says.
    pub deny: Prefixes,
    /// Where not empty, only numbers that begin so are allowed.
    pub allow: Prefixes,
}

/// What a call center in one country begins with: nothing abroad, no number longer than 12.
impl Default for CallRules {
    fn default() -> Self {
        let prefix = |text: &str| text.parse().expect("digits and + can be dialed");
        Self {
            filename: LogName::default(),
            max_len: MaxLength::default(),
            deny: Prefixes(vec![prefix("00"), prefix("+")]),
            allow: Prefixes::default(),
        }
    }
}

/// At most [`MAX_PREFIXES`] prefixes, in the operator's order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Prefix>", into = "Vec<Prefix>")]
pub struct Prefixes(Vec<Prefix>);

/// The list is longer than [`MAX_PREFIXES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("at most 1000 prefixes")]
pub struct TooMany;

impl TryFrom<Vec<Prefix>> for Prefixes {
    type Error = TooMany;
    fn try_from(prefixes: Vec<Prefix>) -> Result<Self, TooMany> {
        if prefixes.len() > MAX_PREFIXES {
            return Err(TooMany);
        }
        Ok(Self(prefixes))
    }
}

impl From<Prefixes> for Vec<Prefix> {
    fn from(prefixes: Prefixes) -> Self {
        prefixes.0
    }
}

impl Deref for Prefixes {
    type Target = [Prefix];
    fn deref(&self) -> &[Prefix] {
        &self.0
    }
}

impl Prefixes {
    /// The first in the list that begins the number.
    fn first(&self, number: &str) -> Option<&Prefix> {
        self.0.iter().find(|prefix| prefix.begins(number))
    }
}

/// What becomes of a call, and which rule decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// Longer than the maximum.
    TooLong {
        /// Characters of the number.
        length: usize,
        /// Characters it may have.
        max: MaxLength,
    },
    /// The first denied prefix of the list that begins it (another one may begin it, too).
    Denied(&'a Prefix),
    /// There are allowed prefixes, and none begins it.
    NotAllowed,
    /// Nothing refuses it; by the first allowed prefix that begins it, where there are any.
    Allowed(Option<&'a Prefix>),
}

impl Verdict<'_> {
    /// May the call go on?
    pub fn is_allowed(self) -> bool {
        matches!(self, Self::Allowed(_))
    }
}

impl CallRules {
    /// Judges a destination number exactly as it was dialed: nothing is trimmed or rewritten.
    ///
    /// In this order: too long, denied, not among the allowed, allowed. Deny beats allow. Allocates nothing.
    pub fn judge(&self, number: &str) -> Verdict<'_> {
        let max = self.max_len;
        // Bytes are at least as many as characters: most numbers need no counting.
        if number.len() > max.get() {
            let length = number.chars().count();
            if length > max.get() {
                return Verdict::TooLong { length, max };
            }
        }
        if let Some(prefix) = self.deny.first(number) {
            return Verdict::Denied(prefix);
        }
        if self.allow.is_empty() {
            return Verdict::Allowed(None);
        }
        match self.allow.first(number) {
            Some(prefix) => Verdict::Allowed(Some(prefix)),
            None => Verdict::NotAllowed,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rules(max: u64, deny: &[&str], allow: &[&str]) -> CallRules {
        let list = |texts: &[&str]| {
            let prefixes: Vec<Prefix> = texts.iter().map(|text| text.parse().unwrap()).collect();
            Prefixes::try_from(prefixes).unwrap()
        };
        CallRules {
            filename: LogName::default(),
            max_len: MaxLength::try_from(max).unwrap(),
            deny: list(deny),
            allow: list(allow),
        }
    }

    /// A verdict in a word, with the prefix that decided.
    fn said(rules: &CallRules, number: &str) -> String {
        match rules.judge(number) {
            Verdict::TooLong { length, max } => format!("long {length}>{max}"),
            Verdict::Denied(prefix) => format!("deny {prefix}"),
            Verdict::NotAllowed => "none".into(),
            Verdict::Allowed(Some(prefix)) => format!("allow {prefix}"),
            Verdict::Allowed(None) => "allow".into(),
        }
    }

    #[test]
    fn judges_in_the_order_of_the_rules() {
        let stock = rules(12, &["00", "+"], &[]);
        let uk = rules(12, &["447"], &["44", "442"]);
        let several = rules(4, &["001", "00", "0"], &[]);
        for (rules, number, expected) in [
            (&stock, "13800138000", "allow"),
            (&stock, "123456789012", "allow"),
            (&stock, "1234567890123", "long 13>12"),
            (&stock, "0044123456789", "long 13>12"), // too long before denied
            (&stock, "00441", "deny 00"),
            (&stock, "+44", "deny +"),
            (&stock, "0", "allow"),
            (&stock, "", "allow"),
            (&stock, "\u{ff10}\u{ff10}44", "allow"), // other characters, other number
            (&stock, "号号号号号号号号号号号号", "allow"), // 12 characters, 36 bytes
            (&stock, "号号号号号号号号号号号号号", "long 13>12"),
            (&uk, "4420", "allow 44"),
            (&uk, "4471", "deny 447"), // deny beats allow
            (&uk, "1", "none"),
            (&uk, "", "none"),
            (&several, "0012", "deny 001"), // the first in the list, not the longest or shortest
            (&several, "0022", "deny 00"),
            (&several, "0222", "deny 0"),
        ] {
            assert_eq!(said(rules, number), expected, "{number}");
        }
        let case = rules(12, &["a"], &[]);
        assert_eq!(
            (&*said(&case, "abc"), &*said(&case, "Abc")),
            ("deny a", "allow")
        );
    }

    proptest! {
        /// The sentence of the specification, said again the slow way.
        #[test]
        fn agrees_with_the_specification(
            max in 1_u64..20,
            deny in proptest::collection::vec("[0-9+*#ab]{1,3}", 0..6),
            allow in proptest::collection::vec("[0-9+*#ab]{1,3}", 0..6),
            number in "[0-9+*#ab\u{e9}]{0,24}",
        ) {
            let texts = |list: &[String]| list.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
            let rules = rules(
                max,
                &deny.iter().map(String::as_str).collect::<Vec<_>>(),
                &allow.iter().map(String::as_str).collect::<Vec<_>>(),
            );
            let short = number.chars().count() as u64 <= max;
            let begins = |prefix: &String| number.starts_with(prefix.as_str());
            let expected = short
                && !deny.iter().any(begins)
                && (allow.is_empty() || allow.iter().any(begins));
            let verdict = rules.judge(&number);
            prop_assert_eq!(verdict.is_allowed(), expected, "{} | {}", texts(&deny), texts(&allow));
            let json = serde_json::to_string(&rules).unwrap();
            prop_assert_eq!(serde_json::from_str::<CallRules>(&json).unwrap(), rules);
        }
    }

    #[test]
    fn lists_are_bounded_also_when_they_arrive_as_json() {
        let json = |count: usize| format!("[{}]", vec!["\"0\""; count].join(","));
        assert!(serde_json::from_str::<Prefixes>(&json(1000)).is_ok());
        assert!(serde_json::from_str::<Prefixes>(&json(1001)).is_err());
        assert!(serde_json::from_str::<Prefixes>("[\"\"]").is_err());
    }
}
