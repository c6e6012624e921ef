//! The list of attack lines: newest first, live, until it is paused.

use backend::attacks::{self, LinePage, LoggedLine, Matches};
use backend::nodes::{self, NodeName};
use domain::role::Permission;
use leptos::prelude::*;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::error::AppError;
use crate::layout::Frame;
use crate::pages::attacks::drawer::Drawer;
use crate::pages::attacks::filters::Filters;
use crate::pages::attacks::list::LineTable;
use crate::pages::attacks::names::Names;
use crate::pages::attacks::query::PageQuery;
use crate::request::{require, words};
use crate::widgets::{Empty, Icon, Loaded, Pager, PeriodPicker, grouped};

#[component]
pub(crate) fn AttacksPage() -> impl IntoView {
    let query = PageQuery::read();
    view! {
        <Frame title=words().attacks()>
            <Loaded load=load(query.clone()) view=|found| view! { <Screen query found/> }/>
        </Frame>
    }
}

struct Found {
    page: LinePage,
    matches: Matches,
    nodes: Vec<NodeName>,
    open: Option<LoggedLine>,
    names: Names,
    now: OffsetDateTime,
}

async fn load(query: PageQuery) -> Result<Found, AppError> {
    let (backend, _) = require(Permission::Read)?;
    let now = backend.clock.now();
    let open = match &query.open {
        Some(place) => attacks::line(&backend, place).await?,
        None => None,
    };
    let question = query.question(now);
    // How many there are is asked in vain where all fit on this page; then it is quickly said.
    let (page, matches, nodes) = tokio::try_join!(
        attacks::list(&backend, &question),
        attacks::matches(&backend, &question),
        nodes::names(&backend),
    )?;
    let whole = question.after.is_none() && page.next.is_none();
    let matches = if whole {
        Matches::Exactly(i64::try_from(page.rows.len()).unwrap_or(i64::MAX))
    } else {
        matches
    };
    let networks = page.rows.iter().chain(&open).filter_map(|line| line.asn);
    Ok(Found {
        names: Names::of(&backend, networks),
        page,
        matches,
        nodes,
        open,
        now,
    })
}

#[component]
fn Screen(query: PageQuery, found: Found) -> impl IntoView {
    let words = words();
    let Found {
        page,
        matches,
        nodes,
        open,
        names,
        now,
    } = found;
    let shown = query.period.exactly(now);
    let opened = query.open.is_some();
    let list = if page.rows.is_empty() && page.next.is_none() {
        view! { <Nothing filtered=query.is_filtered() || query.after.is_some()/> }.into_any()
    } else {
        let first = query.clone().restart();
        let newest = query.after.is_some().then(|| first.url());
        let older = page.next.clone().map(|after| {
            let next = PageQuery {
                after: Some(after),
                ..first
            };
            next.url()
        });
        let reached = page.reached;
        view! {
            <HowMany matches/>
            <LineTable query=query.clone() page names=names.clone()/>
            <Pager label=words.attacks() newest older reached/>
        }
        .into_any()
    };
    let close = PageQuery {
        open: None,
        ..query.clone()
    };
    view! {
        <header class="page-head">
            <h1>{words.attacks()}</h1>
            <div class="buttons">
                <Pause query=query.clone() now/>
                <a class="button" href=query.csv()>
                    <Icon name="download"/>
                    {words.as_csv()}
                </a>
            </div>
        </header>
        <div class="section-head">
            <Filters query=query.clone() nodes/>
            <PeriodPicker
                period=query.period.clone()
                path="/attacks"
                kept=query.filters()
                shown
                usual=None
            />
        </div>
        <div class=if opened { "with-drawer open" } else { "with-drawer" }>
            <div>{list}</div>
            {opened.then(|| view! { <Drawer line=open names close=close.url()/> })}
        </div>
    }
}

/// Lines on all pages together.
#[component]
fn HowMany(matches: Matches) -> impl IntoView {
    let words = words();
    let text = match matches {
        Matches::AtLeast(0) => None,
        Matches::Exactly(lines) => Some(words.found_exactly(&grouped(lines))),
        Matches::AtLeast(lines) => Some(words.found_at_least(&grouped(lines))),
        Matches::About(lines) => Some(words.found_about(&grouped(lines))),
    };
    text.map(|text| view! { <p class="muted how-many">{text}</p> })
}

/// Stops the list where it is, or lets it go on.
#[component]
fn Pause(query: PageQuery, now: OffsetDateTime) -> impl IntoView {
    let words = words();
    if let Some(at) = query.paused {
        let at = OffsetDateTime::from_unix_timestamp(at).unwrap_or(now);
        let exact = at.format(&Rfc3339).unwrap_or_default();
        let text = format!("{:02}:{:02}", at.hour(), at.minute());
        let go_on = PageQuery {
            paused: None,
            ..query
        };
        view! {
            <span class="chip attention" role="status">
                <Icon name="pause"/>
                {words.paused_at()}" "
                <span data-clock=exact>{text}</span>
            </span>
            <a class="button primary" href=go_on.restart().url() data-enhance="">
                <Icon name="play"/>
                {words.go_on()}
            </a>
        }
        .into_any()
    } else {
        let stop = PageQuery {
            paused: Some(now.unix_timestamp()),
            ..query
        };
        view! {
            <a class="button" href=stop.url() data-enhance="">
                <Icon name="pause"/>
                {words.pause()}
            </a>
        }
        .into_any()
    }
}

#[component]
fn Nothing(filtered: bool) -> impl IntoView {
    let words = words();
    if filtered {
        view! {
            <Empty icon="search" title=words.attacks_none_match() text=words.attacks_none_match_text()>
                <a class="button" href="/attacks" data-enhance="">{words.clear_filters()}</a>
            </Empty>
        }
        .into_any()
    } else {
        view! {
            <Empty icon="check" title=words.attacks_none() text=words.attacks_empty()>
                <a class="button" href="/nodes">{words.why_empty()}</a>
            </Empty>
        }
        .into_any()
    }
}
