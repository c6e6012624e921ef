//! The history of bans: newest first, page by page.

use backend::bans::{self, HistoryPage};
use backend::nodes::{self, NodeName};
use domain::role::Permission;
use leptos::prelude::*;
use time::OffsetDateTime;

use crate::error::AppError;
use crate::layout::Frame;
use crate::pages::bans::history::filters::Filters;
use crate::pages::bans::history::query::PageQuery;
use crate::pages::bans::history::table::EventTable;
use crate::pages::bans::tabs::Tabs;
use crate::request::{require, words};
use crate::widgets::{Empty, Loaded, Pager, PeriodPicker};

#[component]
pub(crate) fn BanHistoryPage() -> impl IntoView {
    let query = PageQuery::read();
    view! {
        <Frame title=words().ban_history()>
            <Loaded load=load(query.clone()) view=|found| view! { <Screen query found/> }/>
        </Frame>
    }
}

struct Found {
    page: HistoryPage,
    /// The search text was no address: what is wrong with it.
    problem: Option<String>,
    nodes: Vec<NodeName>,
    now: OffsetDateTime,
}

async fn load(query: PageQuery) -> Result<Found, AppError> {
    let (backend, _) = require(Permission::Read)?;
    let words = words();
    let now = backend.clock.now();
    let (page, problem) = match bans::history(&backend, &query.question(now)).await {
        Ok(page) => (page, None),
        Err(backend::Error::Invalid { problem, .. }) => {
            (HistoryPage::default(), Some(words.problem(&problem)))
        }
        Err(error) => return Err(error.into()),
    };
    Ok(Found {
        page,
        problem,
        nodes: nodes::names(&backend).await?,
        now,
    })
}

#[component]
fn Screen(query: PageQuery, found: Found) -> impl IntoView {
    let words = words();
    let Found {
        page,
        problem,
        nodes,
        now,
    } = found;
    let shown = query.period.exactly(now);
    let list = if page.rows.is_empty() && page.next.is_none() {
        view! { <Nothing filtered=query.is_filtered() || query.after.is_some()/> }.into_any()
    } else {
        let newest = query.after.is_some().then(|| query.url(None));
        let older = page.next.map(|after| query.url(Some(after)));
        view! {
            <EventTable rows=page.rows/>
            <Pager label=words.ban_history() newest older reached=page.reached/>
        }
        .into_any()
    };
    view! {
        <header class="page-head">
            <h1>{words.ban_history()}</h1>
            <Tabs history=true/>
        </header>
        <div class="section-head">
            <Filters query=query.clone() nodes problem/>
            <PeriodPicker
                period=query.period.clone()
                path="/bans/history"
                kept=query.filters()
                shown
                usual=None
            />
        </div>
        <div>{list}</div>
    }
}

#[component]
fn Nothing(filtered: bool) -> impl IntoView {
    let words = words();
    if filtered {
        view! {
            <Empty icon="search" title=words.history_none_match() text=words.history_none_match_text()>
                <a class="button" href="/bans/history" data-enhance="">{words.clear_filters()}</a>
            </Empty>
        }
        .into_any()
    } else {
        view! {
            <Empty icon="check" title=words.history_empty_title() text=words.history_empty_text()>
                <a class="button" href="/nodes">{words.why_empty()}</a>
            </Empty>
        }
        .into_any()
    }
}
