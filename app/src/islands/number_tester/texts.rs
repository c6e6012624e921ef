//! Verdicts, warnings and problems in words; the words come from the server, in the page's language.

use domain::cti::{
    FieldProblem, LogNameError, MaxLengthError, PrefixError, Reason, Verdict, Warning,
};
use serde::{Deserialize, Serialize};

/// Sentences; `{0}` and `{1}` stand for what they are about.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each is named as what it says")]
pub struct Texts {
    pub label: String,
    pub test: String,
    pub notes: String,
    pub allowed: String,
    pub allowed_by: String,
    pub too_long: String,
    pub denied: String,
    pub not_allowed: String,
    pub no_rules: String,
    pub shadowed: String,
    pub longer: String,
    pub duplicate: String,
    pub problem: String,
    /// In the order of [`Field::ALL`](domain::cti::Field::ALL).
    pub fields: [String; 4],
    pub prefix_empty: String,
    pub prefix_space: String,
    pub prefix_undialable: String,
    pub prefix_long: String,
    pub prefix_many: String,
    pub length_number: String,
    pub length_zero: String,
    pub length_large: String,
    pub log_missing: String,
    pub log_escapes: String,
    pub log_folder: String,
    pub log_character: String,
    pub log_long: String,
}

impl Texts {
    /// What becomes of a call, and by which rule.
    pub fn verdict(&self, verdict: Verdict<'_>) -> String {
        match verdict {
            Verdict::TooLong { length, max } => {
                fill(&self.too_long, &[&length.to_string(), &max.to_string()])
            }
            Verdict::Denied(prefix) => fill(&self.denied, &[prefix.as_str()]),
            Verdict::NotAllowed => self.not_allowed.clone(),
            Verdict::Allowed(Some(prefix)) => fill(&self.allowed_by, &[prefix.as_str()]),
            Verdict::Allowed(None) => self.allowed.clone(),
        }
    }

    /// A warning, naming its list.
    pub fn warning(&self, warning: &Warning) -> String {
        let in_list = |text: &str, prefix: &domain::cti::Prefix, field| {
            fill(text, &[prefix.as_str(), self.field(field)])
        };
        match warning {
            Warning::Shadowed { allow, deny } => {
                fill(&self.shadowed, &[allow.as_str(), deny.as_str()])
            }
            Warning::LongerThanMaximum { field, prefix } => in_list(&self.longer, prefix, *field),
            Warning::Duplicate { field, prefix } => in_list(&self.duplicate, prefix, *field),
        }
    }

    /// A problem, naming its field.
    pub fn problem(&self, problem: &FieldProblem) -> String {
        let reason = self.reason(&problem.reason);
        fill(&self.problem, &[self.field(problem.field), &reason])
    }

    /// A problem, at its field.
    pub fn reason(&self, reason: &Reason) -> String {
        match reason {
            Reason::Filename(error) => match error {
                LogNameError::Empty => &self.log_missing,
                LogNameError::Escapes => &self.log_escapes,
                LogNameError::Folder => &self.log_folder,
                LogNameError::Character(_) => &self.log_character,
                LogNameError::TooLong => &self.log_long,
            }
            .clone(),
            Reason::MaxLength(error) => match error {
                MaxLengthError::NotANumber => &self.length_number,
                MaxLengthError::Zero => &self.length_zero,
                MaxLengthError::TooLarge => &self.length_large,
            }
            .clone(),
            Reason::Prefix { entry, error } => {
                let text = match error {
                    PrefixError::Empty => &self.prefix_empty,
                    PrefixError::Space => &self.prefix_space,
                    PrefixError::Undialable(_) => &self.prefix_undialable,
                    PrefixError::TooLong => &self.prefix_long,
                };
                fill(text, &[entry])
            }
            Reason::TooMany => self.prefix_many.clone(),
        }
    }

    fn field(&self, field: domain::cti::Field) -> &str {
        &self.fields[field as usize]
    }
}

/// Puts values where their numbers stand; what a value holds is not looked at again.
fn fill(text: &str, values: &[&str]) -> String {
    let mut filled = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let number = after
            .as_bytes()
            .first()
            .map(|digit| usize::from(digit.wrapping_sub(b'0')));
        let value = number.and_then(|number| values.get(number));
        if let (Some(value), Some(behind)) = (value, after.get(2..)) {
            filled.push_str(value);
            rest = behind;
        } else {
            filled.push('{');
            rest = after;
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn values_are_text() {
        assert_eq!(fill("{1} and {0}.", &["a", "{0}"]), "{0} and a.");
        assert_eq!(fill("{x} {", &["a"]), "{x} {");
        assert_eq!(fill("“{0}”", &["号"]), "“号”");
    }
}
