//! Two texts side by side, and one text with its new lines marked.

use leptos::prelude::*;

use crate::pages::revisions::diff::{Hunk, Line, Row, hunks, marked};
use crate::request::words;

/// What stands on the left and on the right, and where they differ. Both are shown inert.
#[component]
pub(in crate::pages) fn TextDiff(
    left: String,
    right: String,
    #[prop(into)] left_title: String,
    #[prop(into)] right_title: String,
) -> impl IntoView {
    let words = words();
    let (hunks, more) = hunks(&left, &right);
    if hunks.is_empty() {
        return view! { <p class="muted">{words.same_content()}</p> }.into_any();
    }
    view! {
        <div class="diff-box" role="region" aria-label=words.as_text() tabindex="0">
            <table class="compact diff">
                <colgroup><col class="numbers"/><col/><col class="numbers"/><col/></colgroup>
                <thead>
                    <tr>
                        <th colspan="2">{left_title}</th>
                        <th colspan="2">{right_title}</th>
                    </tr>
                </thead>
                {hunks.into_iter().map(|hunk| view! { <HunkRows hunk/> }).collect_view()}
            </table>
        </div>
        {more.then(|| view! { <p class="hint">{words.more_not_shown()}</p> })}
    }
    .into_any()
}

#[component]
fn HunkRows(hunk: Hunk) -> impl IntoView {
    view! { <tbody>{hunk.into_iter().map(|row| view! { <DiffRow row/> }).collect_view()}</tbody> }
}

#[component]
fn DiffRow(row: Row) -> impl IntoView {
    let words = words();
    let changed = row.changed;
    // Never colour alone.
    let side = move |line: Option<Line>,
                     class: &'static str,
                     mark: &'static str,
                     said: &'static str| {
        let class = match (changed, &line) {
            (true, Some(_)) => class,
            (_, None) => "nothing",
            _ => "same",
        };
        let number = line.as_ref().map(|line| line.number.to_string());
        view! {
            <td class="line-number" data-mark=(changed && line.is_some()).then_some(mark)>{number}</td>
            <td class=class>
                {(changed && line.is_some()).then(|| view! { <span class="visually-hidden">{said}": "</span> })}
                <code>{line.map(|line| line.text)}</code>
            </td>
        }
    };
    view! {
        <tr>
            {side(row.left, "removed", "−", words.removed_mark())}
            {side(row.right, "added", "+", words.added_mark())}
        </tr>
    }
}

/// A file as it will be, the lines that `before` has not marked.
#[component]
pub(in crate::pages) fn MarkedText(before: String, text: String) -> impl IntoView {
    let words = words();
    let (lines, more) = marked(&before, &text);
    view! {
        <div class="diff-box" role="region" aria-label=words.preview() tabindex="0">
            <table class="compact diff">
                <colgroup><col class="numbers"/><col/></colgroup>
                <tbody>
                    {lines
                        .into_iter()
                        .map(|(line, new)| {
                            view! {
                                <tr>
                                    <td class="line-number" data-mark=new.then_some("+")>{line.number.to_string()}</td>
                                    <td class=if new { "added" } else { "same" }>
                                        {new.then(|| view! { <span class="visually-hidden">{words.added_mark()}": "</span> })}
                                        <code>{line.text}</code>
                                    </td>
                                </tr>
                            }
                        })
                        .collect_view()}
                </tbody>
            </table>
        </div>
        {more.then(|| view! { <p class="hint">{words.more_not_shown()}</p> })}
    }
}
