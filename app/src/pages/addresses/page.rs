//! The page of an address or network.

use backend::addresses::{self, AddressPage, MOST_MEMBERS, Timeline};
use backend::nodes::{self, NodeName};
use domain::attack::window::Window;
use domain::insight::Insight;
use domain::net::{NetError, Network};
use domain::role::Permission;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use time::{Duration, OffsetDateTime};

use crate::error::AppError;
use crate::layout::Frame;
use crate::pages::addresses::chart::{Chart, USUAL};
use crate::pages::addresses::head::Head;
use crate::pages::addresses::neighbours::{Neighbours, SameNetwork};
use crate::pages::addresses::timeline::Happened;
use crate::pages::addresses::tried::{LastLines, TriedCard};
use crate::pages::insights::InsightsBox;
use crate::request::{FormBack, form_back, go, path, query, request, require, words};
use crate::widgets::{Hint, Loaded, Period, address_url};

#[component]
pub(crate) fn AddressesPage() -> impl IntoView {
    let asked = asked();
    let title = asked.map_or_else(
        || words().not_found_title().to_owned(),
        |network| network.to_string(),
    );
    view! {
        <Frame title>
            <Loaded load=load(asked) view=|found| view! { <Screen found/> }/>
        </Frame>
    }
}

/// The network that the path names, in whatever spelling.
fn asked() -> Option<Network> {
    let text = use_params_map().read_untracked().get("network")?;
    match text.parse::<Network>() {
        // An address with the length of a network round it means that network.
        Ok(network) | Err(NetError::HostBits { network }) => Some(network),
        Err(_) => None,
    }
}

struct Found {
    page: AddressPage,
    timeline: Timeline,
    period: Period,
    bars: Vec<(OffsetDateTime, i64)>,
    window: Window,
    step: Duration,
    nodes: Vec<NodeName>,
    back: Option<FormBack>,
    /// Who announces the network, as registered.
    network_name: Option<String>,
}

async fn load(asked: Option<Network>) -> Result<Option<Found>, AppError> {
    let (backend, _) = require(Permission::Read)?;
    let network = asked.ok_or(AppError::NotFound)?;
    let canonical = address_url(network);
    if path() != canonical {
        let query = request(|parts| parts.uri.query().map(|query| format!("?{query}"))).flatten();
        go(&format!("{canonical}{}", query.unwrap_or_default()));
        return Ok(None);
    }
    let until = query("until")
        .and_then(|text| text.parse().ok())
        .and_then(|micros: i64| {
            OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000).ok()
        });
    let period = Period::read();
    let now = backend.clock.now();
    let window = period
        .window(now)
        .unwrap_or_else(|| Window::last(USUAL, now));
    let back = form_back("ban").await;
    let members = addresses::members(&backend, network).await?;
    let (page, timeline, bars, nodes) = tokio::try_join!(
        addresses::page(&backend, &members),
        addresses::timeline(&backend, &members, until),
        addresses::over_time(&backend, &members, window),
        nodes::names(&backend),
    )?;
    let places = backend.geo().places();
    let network_name = page.place.asn.and_then(|asn| places.network_name(asn));
    Ok(Some(Found {
        timeline,
        bars,
        nodes,
        network_name: network_name.map(ToOwned::to_owned),
        page,
        step: window.step_of_keys(now),
        period,
        window,
        back,
    }))
}

#[component]
fn Screen(#[prop(optional_no_strip)] found: Option<Found>) -> impl IntoView {
    let found = found?;
    let page = found.page;
    let network = page.network;
    let asn = page.place.asn.map(|asn| asn.to_string());
    Some(view! {
        <Head
            network
            place=page.place
            network_name=found.network_name
            bans=page.bans
            whitelisted=page.whitelisted
            protected=page.protected
            totals=page.totals
            nodes=found.nodes
            back=found.back
        />
        {(!network.is_host() && page.neighbours.cut)
            .then(|| view! { <Hint text=words().address_first_members(MOST_MEMBERS)/> })}
        <InsightsBox which=move |insight: &Insight| {
            insight.network().is_some_and(|about| about.overlaps(network))
        }/>
        <Chart network bars=found.bars period=found.period.clone() window=found.window step=found.step/>
        <div class="columns wide-first">
            <Happened network timeline=found.timeline period=found.period/>
            <div>
                <TriedCard network tried=page.tried/>
                <Neighbours network neighbours=page.neighbours/>
                {asn.map(|asn| view! { <SameNetwork asn rows=page.same_asn/> })}
                <LastLines lines=page.lines/>
            </div>
        </div>
    })
}
