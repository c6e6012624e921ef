//! The rule that refused a number, in a form that is stored and counted.

use std::fmt;
use std::str::FromStr;

use super::{MaxLength, Prefix, Verdict};

/// Why a number was refused. As text, which never changes: `longer than 12`, `deny 00`, `not allowed`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Longer than this maximum.
    LongerThan(MaxLength),
    /// Begins with this denied prefix.
    Deny(Prefix),
    /// There are allowed prefixes, and none begins it.
    NotAllowed,
}

const LONGER_THAN: &str = "longer than ";
const DENY: &str = "deny ";
const NOT_ALLOWED: &str = "not allowed";

impl Verdict<'_> {
    /// The rule that refused; `None` where the call may go on.
    pub fn rule(self) -> Option<Rule> {
        match self {
            Self::TooLong { max, .. } => Some(Rule::LongerThan(max)),
            Self::Denied(prefix) => Some(Rule::Deny(prefix.clone())),
            Self::NotAllowed => Some(Rule::NotAllowed),
            Self::Allowed(_) => None,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LongerThan(max) => write!(f, "{LONGER_THAN}{max}"),
            Self::Deny(prefix) => write!(f, "{DENY}{prefix}"),
            Self::NotAllowed => f.write_str(NOT_ALLOWED),
        }
    }
}

/// The text is none that [`Rule`] has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this names no rule")]
pub struct NoRule;

impl FromStr for Rule {
    type Err = NoRule;
    fn from_str(text: &str) -> Result<Self, NoRule> {
        let rule = if let Some(prefix) = text.strip_prefix(DENY) {
            prefix.parse().ok().map(Self::Deny)
        } else if let Some(max) = text.strip_prefix(LONGER_THAN) {
            max.parse().ok().map(Self::LongerThan)
        } else {
            (text == NOT_ALLOWED).then_some(Self::NotAllowed)
        };
        // One text for each rule: `longer than 012` is none.
        rule.filter(|rule| rule.to_string() == text).ok_or(NoRule)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cti::{CallRules, FormText};

    fn rules(max_len: &str, deny: &str, allow: &str) -> CallRules {
        let form = FormText {
            max_len: max_len.into(),
            deny: deny.into(),
            allow: allow.into(),
            ..FormText::from(&CallRules::default())
        };
        form.parse().unwrap()
    }

    #[test]
    fn the_rule_that_decided() {
        let rules = rules("12", "00\n+\n447", "44");
        for (number, expected) in [
            ("0044123", Some("deny 00")),
            ("+44", Some("deny +")),
            ("447", Some("deny 447")),
            ("00441234567890", Some("longer than 12")), // first in the order of the rules
            ("86", Some("not allowed")),
            ("'; drop", Some("not allowed")),
            ("441", None),
        ] {
            let rule = rules.judge(number).rule();
            assert_eq!(
                rule.map(|rule| rule.to_string()).as_deref(),
                expected,
                "{number}"
            );
        }
    }

    #[test]
    fn other_texts_are_none() {
        for text in [
            "",
            "deny",
            "deny ",
            "deny 0 0",
            "Deny 00",
            " deny 00",
            "longer than 0",
            "longer than 012",
            "longer than 1001",
            "not allowed ",
        ] {
            assert_eq!(text.parse::<Rule>(), Err(NoRule), "{text:?}");
        }
    }

    proptest! {
        /// A number is refused by exactly one rule or none, and its text names it again.
        #[test]
        fn is_read_back(
            max in 1_u16..30,
            deny in "([0-9+*#A-Da-d]{1,3}\n){0,4}",
            allow in "([0-9+*#A-Da-d]{1,3}\n){0,4}",
            number in "[0-9+*#A-Da-d\u{e9}]{0,32}",
        ) {
            let rules = rules(&max.to_string(), &deny, &allow);
            let verdict = rules.judge(&number);
            let rule = verdict.rule();
            prop_assert_eq!(rule.is_none(), verdict.is_allowed());
            if let Some(rule) = rule {
                prop_assert_eq!(rule.to_string().parse::<Rule>(), Ok(rule));
            }
        }
    }
}
