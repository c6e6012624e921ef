//! The bans page.

use backend::bans::{self, BanDetail, BanPage};
use backend::nodes::{self, NodeName};
use domain::insight::Insight;
use domain::role::Permission;
use leptos::prelude::*;

use crate::error::AppError;
use crate::layout::Frame;
use crate::pages::bans::ban_form::BanForm;
use crate::pages::bans::drawer::Drawer;
use crate::pages::bans::filters::Filters;
use crate::pages::bans::query::PageQuery;
use crate::pages::bans::table::BanTable;
use crate::pages::bans::tabs::Tabs;
use crate::pages::insights::InsightsBox;
use crate::request::{form_back, may, require, words};
use crate::widgets::{Empty, Loaded, grouped};

#[component]
pub(crate) fn BansPage() -> impl IntoView {
    let query = PageQuery::read();
    view! {
        <Frame title=words().bans()>
            <Loaded load=load(query.clone()) view=|found| view! { <Screen query found/> }/>
        </Frame>
    }
}

struct Found {
    page: BanPage,
    /// The search text was no address: what is wrong with it.
    problem: Option<String>,
    nodes: Vec<NodeName>,
    open: Option<BanDetail>,
    back: Option<crate::request::FormBack>,
}

async fn load(query: PageQuery) -> Result<Found, AppError> {
    let (backend, _) = require(Permission::Read)?;
    let words = words();
    let back = form_back("ban").await;
    let (page, problem) = match bans::list(&backend, &query.question()).await {
        Ok(page) => (page, None),
        Err(backend::Error::Invalid { problem, .. }) => {
            (BanPage::default(), Some(words.problem(&problem)))
        }
        Err(error) => return Err(error.into()),
    };
    let open = match query.open {
        Some(network) => Some(bans::detail(&backend, network).await?),
        None => None,
    };
    Ok(Found {
        page,
        problem,
        nodes: nodes::names(&backend).await?,
        open,
        back,
    })
}

#[component]
fn Screen(query: PageQuery, found: Found) -> impl IntoView {
    let words = words();
    let Found {
        page,
        problem,
        nodes,
        open,
        back,
    } = found;
    let opened = query.open;
    let empty = page.rows.is_empty();
    let total = grouped(page.total);
    let count = if query.is_filtered() {
        words.bans_matching(&total)
    } else {
        words.bans_count(&total)
    };
    view! {
        <header class="page-head">
            <h1>{words.bans()}</h1>
            <Tabs history=false/>
            <p class="muted">{count}</p>
            {may(Permission::Ban).then(|| view! { <BanForm nodes=nodes.clone() back/> })}
        </header>
        <InsightsBox which=|insight: &Insight| insight.network().is_some()/>
        <Filters query=query.clone() nodes=nodes problem=problem.clone()/>
        <div class=if opened.is_some() { "with-drawer open" } else { "with-drawer" }>
            <div>
                {match (empty, query.is_filtered() || problem.is_some()) {
                    (true, true) => {
                        view! {
                            <Empty icon="search" title=words.bans_none_match() text=words.bans_none_match_text()>
                                <a class="button" href="/bans" data-enhance="">{words.clear_filters()}</a>
                            </Empty>
                        }
                            .into_any()
                    }
                    (true, false) => {
                        view! {
                            <Empty icon="check" title=words.bans_empty_title() text=words.bans_empty_text()>
                                <a class="button" href="/nodes">{words.why_empty()}</a>
                            </Empty>
                        }
                            .into_any()
                    }
                    (false, _) => view! { <BanTable query=query.clone() page/> }.into_any(),
                }}
            </div>
            {opened
                .zip(open)
                .map(|(network, detail)| {
                    let close = PageQuery { open: None, ..query.clone() }.url();
                    view! { <Drawer network detail close/> }
                })}
        </div>
    }
}
