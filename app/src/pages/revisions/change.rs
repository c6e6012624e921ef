//! What changes, in terms of the field: one row for each setting, entry or rule.

use leptos::prelude::*;

use crate::request::words;
use crate::widgets::Icon;

/// One difference. Added where there is no `before`, removed where there is no `after`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::pages) struct Change {
    /// The setting, list or entry.
    pub what: String,
    /// As it was.
    pub before: Option<String>,
    /// As it becomes.
    pub after: Option<String>,
}

impl Change {
    /// Of one value; `None` where it stays.
    pub fn of(
        what: impl Into<String>,
        before: impl Into<String>,
        after: impl Into<String>,
    ) -> Option<Self> {
        let (before, after) = (before.into(), after.into());
        (before != after).then(|| Self {
            what: what.into(),
            before: Some(before),
            after: Some(after),
        })
    }

    /// Of a set: what only one of both has.
    pub fn of_set<T: PartialEq + ToString>(
        what: &str,
        before: &[T],
        after: &[T],
    ) -> impl Iterator<Item = Self> {
        let only = |these: &[T], those: &[T]| -> Vec<String> {
            let missing = these.iter().filter(|value| !those.contains(value));
            missing.map(ToString::to_string).collect()
        };
        let (gone, new) = (only(before, after), only(after, before));
        let change = |before, after| Self {
            what: what.to_owned(),
            before,
            after,
        };
        let gone = gone.into_iter().map(|value| change(Some(value), None));
        let new = new.into_iter().map(|value| change(None, Some(value)));
        gone.chain(new).collect::<Vec<_>>().into_iter()
    }
}

/// A row for each change, or that there is none.
#[component]
pub(in crate::pages) fn Changes(
    changes: Vec<Change>,
    /// What stood there, if not "before".
    #[prop(into, optional)]
    before: Option<String>,
    /// What stands there, if not "after".
    #[prop(into, optional)]
    after: Option<String>,
) -> impl IntoView {
    let words = words();
    let before = before.unwrap_or_else(|| words.before_value().to_owned());
    let after = after.unwrap_or_else(|| words.after_value().to_owned());
    if changes.is_empty() {
        return view! { <p class="muted">{words.no_changes()}</p> }.into_any();
    }
    view! {
        <div class="table-box">
            <table class="changes">
                <thead>
                    <tr>
                        <th><span class="visually-hidden">{words.kind()}</span></th>
                        <th>{words.setting()}</th>
                        <th>{before}</th>
                        <th>{after}</th>
                    </tr>
                </thead>
                <tbody>{changes.into_iter().map(|change| view! { <Row change/> }).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Row(change: Change) -> impl IntoView {
    let words = words();
    let (class, icon, mark) = match (&change.before, &change.after) {
        (None, _) => ("added", "plus", words.added_mark()),
        (_, None) => ("removed", "x", words.removed_mark()),
        _ => ("changed", "edit", words.changed_mark()),
    };
    view! {
        <tr class=class>
            <td class="mark"><Icon name=icon/><span>{mark}</span></td>
            <td data-label=words.setting()>{change.what}</td>
            <td class="mono breaks" data-label=words.before_value()>{change.before}</td>
            <td class="mono breaks" data-label=words.after_value()>{change.after}</td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_only_what_differs() {
        assert_eq!(Change::of("a", "1", "1"), None);
        let changes: Vec<_> = Change::of_set("set", &[1, 2, 3], &[2, 3, 4]).collect();
        let change = |before: Option<&str>, after: Option<&str>| Change {
            what: "set".into(),
            before: before.map(Into::into),
            after: after.map(Into::into),
        };
        assert_eq!(changes, [change(Some("1"), None), change(None, Some("4"))]);
    }
}
