//! What differs between two sets of rules, in words.

use domain::cti::{CallRules, Field, Prefix};

use crate::pages::revisions::Change;
use crate::words::Words;

/// Each setting, and each prefix that only one of both has; the order where only that differs.
pub(in crate::pages) fn changes(
    words: Words,
    before: Option<&CallRules>,
    after: &CallRules,
) -> Vec<Change> {
    let value = |field: Field, of: fn(&CallRules) -> String| {
        let change = Change {
            what: words.rules_field(field).to_owned(),
            before: before.map(of),
            after: Some(of(after)),
        };
        (change.before != change.after).then_some(change)
    };
    let list = |field: Field, of: fn(&CallRules) -> &[Prefix]| -> Vec<Change> {
        let what = words.rules_field(field);
        let (old, new) = (before.map_or(&[][..], of), of(after));
        let changes: Vec<Change> = Change::of_set(what, old, new).collect();
        if changes.is_empty() {
            return Change::of(what, joined(old, ", "), joined(new, ", "))
                .into_iter()
                .collect();
        }
        changes
    };
    let settings = [
        value(Field::MaxLength, |rules| rules.max_len.to_string()),
        value(Field::Filename, |rules| rules.filename.to_string()),
    ];
    settings
        .into_iter()
        .flatten()
        .chain(list(Field::Deny, |rules| &rules.deny))
        .chain(list(Field::Allow, |rules| &rules.allow))
        .collect()
}

/// As in `cti.json`, one prefix a line.
pub(in crate::pages) fn text(rules: &CallRules) -> String {
    let list = |prefixes: &[Prefix]| match prefixes {
        [] => String::new(),
        prefixes => format!("\n  {}", joined(prefixes, "\n  ")),
    };
    format!(
        "{} = {}\n{} = {}\n{} ={}\n{} ={}\n",
        Field::Filename.key(),
        rules.filename,
        Field::MaxLength.key(),
        rules.max_len,
        Field::Deny.key(),
        list(&rules.deny),
        Field::Allow.key(),
        list(&rules.allow),
    )
}

fn joined(prefixes: &[Prefix], between: &str) -> String {
    let texts: Vec<&str> = prefixes.iter().map(Prefix::as_str).collect();
    texts.join(between)
}

#[cfg(test)]
mod tests {
    use domain::cti::FormText;

    use super::*;

    #[test]
    fn tells_settings_prefixes_and_order() {
        let before = CallRules::default();
        assert_eq!(changes(Words::En, Some(&before), &before), []);
        let change = |change: fn(&mut FormText)| {
            let mut form = FormText::from(&before);
            change(&mut form);
            changes(Words::En, Some(&before), &form.parse().unwrap())
        };
        let told = change(|form| (form.max_len, form.deny) = ("16".into(), "+\n1900".into()));
        let told: Vec<_> = told
            .iter()
            .map(|change| {
                (
                    &*change.what,
                    change.before.as_deref(),
                    change.after.as_deref(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                (Words::En.max_length(), Some("12"), Some("16")),
                (Words::En.denied_prefixes(), Some("00"), None),
                (Words::En.denied_prefixes(), None, Some("1900")),
            ]
        );
        let order = change(|form| form.deny = "+\n00".into());
        assert_eq!((order.len(), order[0].after.as_deref()), (1, Some("+, 00")));
        assert_eq!(changes(Words::En, None, &before).len(), 4);
        assert_eq!(
            text(&before),
            "filename = cti_fail2ban.log\ndestination_number_max_len = 12\ndeny_prefix =\n  00\n  +\nallow_prefix =\n"
        );
    }
}
