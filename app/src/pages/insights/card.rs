//! The card.

use backend::insights::{self, InsightRow};
use backend::nodes;
use domain::insight::Insight;
use domain::role::Permission;
use leptos::prelude::*;

use crate::pages::insights::item::Item;
use crate::request::{backend, scope, visitor, words};

/// Those that concern a page; nothing where there is none.
#[component]
pub(in crate::pages) fn InsightsBox<F>(which: F) -> impl IntoView
where
    F: Fn(&Insight) -> bool + Send + 'static,
{
    let may_read = visitor()
        .user
        .is_some_and(|user| user.role.may(Permission::Read));
    view! {
        <Suspense>
            {Suspend::new(async move {
                if !may_read {
                    return None;
                }
                // Where Postgres is away the page itself says so.
                let backend = backend();
                let mut rows = insights::list(&backend).await.ok()?;
                rows.retain(|row| which(&row.insight));
                if let Some(node) = scope() {
                    // Those of all nodes together, too.
                    let names = nodes::names(&backend).await.ok()?;
                    let name = names.into_iter().find(|name| name.id == node)?.name;
                    rows.retain(|row| row.insight.node().is_none_or(|of| of == name));
                }
                (!rows.is_empty()).then(|| view! { <Insights rows/> })
            })}
        </Suspense>
    }
}

/// These; it says so where there is nothing to act on.
#[component]
pub(in crate::pages) fn Insights(rows: Vec<InsightRow>) -> impl IntoView {
    let words = words();
    view! {
        <section class="card insights" aria-labelledby="insights-title">
            <h2 id="insights-title">{words.insights_title()}</h2>
            {if rows.is_empty() {
                view! { <p class="muted">{words.insights_none()}</p> }.into_any()
            } else {
                view! { <ul>{rows.into_iter().map(|row| view! { <Item row/> }).collect_view()}</ul> }.into_any()
            }}
        </section>
    }
}
