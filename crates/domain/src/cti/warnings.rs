//! What is valid, but probably not meant.

use std::collections::HashMap;

use super::form::Field;
use super::rules::CallRules;
use super::values::Prefix;

/// A warning about call rules; they may be saved all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// Every number that begins with `allow` is refused by `deny`: the entry does nothing.
    Shadowed {
        /// The allowed prefix.
        allow: Prefix,
        /// The first denied prefix that begins it.
        deny: Prefix,
    },
    /// No number that is short enough can begin with it.
    LongerThanMaximum {
        /// Which list.
        field: Field,
        /// The entry.
        prefix: Prefix,
    },
    /// The entry stands in its list more than once.
    Duplicate {
        /// Which list.
        field: Field,
        /// The entry.
        prefix: Prefix,
    },
}

impl CallRules {
    /// All warnings, in the order of the lists.
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        for (field, list) in [(Field::Deny, &self.deny), (Field::Allow, &self.allow)] {
            let mut seen: HashMap<&Prefix, usize> = HashMap::new();
            for prefix in list.iter() {
                let times = seen.entry(prefix).or_default();
                *times += 1;
                if *times == 2 {
                    let prefix = prefix.clone();
                    warnings.push(Warning::Duplicate { field, prefix });
                }
                if *times > 1 {
                    continue;
                }
                if prefix.chars() > self.max_len.get() {
                    let prefix = prefix.clone();
                    warnings.push(Warning::LongerThanMaximum { field, prefix });
                }
                let shadow = |deny: &&Prefix| field == Field::Allow && deny.begins(prefix.as_str());
                if let Some(deny) = self.deny.iter().find(shadow) {
                    warnings.push(Warning::Shadowed {
                        allow: prefix.clone(),
                        deny: deny.clone(),
                    });
                }
            }
        }
        warnings
    }
}

#[cfg(test)]
mod tests {
    use super::super::FormText;
    use super::*;

    fn warnings(max_len: &str, deny: &str, allow: &str) -> Vec<Warning> {
        let form = FormText {
            filename: "a".into(),
            max_len: max_len.into(),
            deny: deny.into(),
            allow: allow.into(),
        };
        form.parse().unwrap().warnings()
    }

    #[test]
    fn warns_of_what_does_nothing() {
        let prefix = |text: &str| text.parse::<Prefix>().unwrap();
        assert_eq!(warnings("12", "447,00", "44,86"), []);
        assert_eq!(
            warnings("4", "44,00,44,44,12345", "442,44,86"),
            [
                Warning::Duplicate {
                    field: Field::Deny,
                    prefix: prefix("44")
                },
                Warning::LongerThanMaximum {
                    field: Field::Deny,
                    prefix: prefix("12345")
                },
                Warning::Shadowed {
                    allow: prefix("442"),
                    deny: prefix("44")
                },
                Warning::Shadowed {
                    allow: prefix("44"),
                    deny: prefix("44")
                },
            ]
        );
        // A prefix as long as the maximum matches one number: itself.
        assert_eq!(warnings("2", "00", ""), []);
    }
}
