//! The way through a list that is read page by page, newest first.

use leptos::prelude::*;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::request::words;
use crate::widgets::Icon;

/// How far the list goes, and how to go on.
#[component]
pub(crate) fn Pager(
    /// What is listed.
    label: &'static str,
    /// Its beginning, from anywhere else.
    newest: Option<String>,
    /// The next page, where there may be more.
    older: Option<String>,
    /// The page is not full: no further back than this was looked.
    reached: Option<OffsetDateTime>,
) -> impl IntoView {
    let words = words();
    let newest = newest.map(|to| {
        view! { <a class="button" href=to data-enhance=""><Icon name="left"/>{words.newest()}</a> }
    });
    let further = if reached.is_some() {
        words.look_further()
    } else {
        words.older()
    };
    let older = older.map(|to| {
        view! { <a class="button" href=to data-enhance="" rel="next">{further}<Icon name="right"/></a> }
    });
    let reached = reached.map(|at| {
        let exact = at.format(&Rfc3339).unwrap_or_default();
        let text = format!("{} {:02}:{:02}", words.day(at), at.hour(), at.minute());
        view! {
            <p class="muted" role="status">
                {words.looked_back_to()}" "
                <span data-clock=exact data-form="both">{text}</span>
            </p>
        }
    });
    view! {
        <div class="table-foot">
            {reached}
            <nav class="pager" aria-label=label>{newest}{older}</nav>
        </div>
    }
}
