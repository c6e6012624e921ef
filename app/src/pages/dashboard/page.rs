//! The dashboard.

use backend::bans::BanEventRow;
use backend::overview::{Overview, overview};
use domain::role::Permission;
use leptos::prelude::*;

use crate::error::AppError;
use crate::layout::Frame;
use crate::pages::attacks::AttackTable;
use crate::pages::dashboard::panels::{self, Numbers, Panels};
use crate::pages::dashboard::verdict::Verdict;
use crate::pages::insights::Insights;
use crate::request::{require, scope, scoped, words};
use crate::widgets::{AddressLink, Ago, Loaded, address, grouped};

#[component]
pub(crate) fn DashboardPage() -> impl IntoView {
    view! {
        <Frame title=words().dashboard()>
            <Loaded load=load() view=|(overview, numbers)| view! { <Screen overview numbers/> }/>
        </Frame>
    }
}

async fn load() -> Result<(Overview, Numbers), AppError> {
    let (backend, _) = require(Permission::Read)?;
    // The lists and charts are half of the work.
    let now = async { Ok(overview(&backend, scope()).await?) };
    tokio::try_join!(now, panels::load(&backend, scope()))
}

#[component]
fn Screen(overview: Overview, numbers: Numbers) -> impl IntoView {
    let words = words();
    let up = overview.nodes.iter().filter(|node| node.connected).count();
    let effective = if overview.not_effective > 0 {
        words.not_effective_count(overview.not_effective)
    } else {
        words.all_effective().to_owned()
    };
    let node = scope().map(|node| ("node", node.to_string()));
    let node: Vec<_> = node.into_iter().collect();
    let attacks = |period: &[_]| address("/attacks", &node, period);
    view! {
        <h1 class="visually-hidden">{words.dashboard()}</h1>
        <Verdict
            attacks=overview.attacks_last_hour
            bans=overview.bans_now
            not_effective=overview.not_effective
            nodes=overview.nodes.clone()
            drifted=overview.drifted
            alerts=overview.alerts
        />
        <div class="tiles">
            <Tile
                href=attacks(&[("window", "1h".to_owned())])
                label=words.attacks_last_hour()
                value=overview.attacks_last_hour
                note=words.hour_before(&grouped(overview.attacks_previous_hour))
            />
            <Tile href=scoped("/bans") label=words.bans_now() value=overview.bans_now note=effective/>
            <Tile href="#bans" label=words.bans_new() value=overview.bans_new_today note=words.automatic_and_by_hand()/>
            <Tile
                href="/nodes"
                label=words.nodes()
                value=i64::try_from(overview.nodes.len()).unwrap_or_default()
                note=words.nodes_up(up, overview.nodes.len())
            />
        </div>
        <Insights rows=overview.insights/>
        <Panels numbers/>
        <div class="columns wide-first">
            <section class="card" id="attacks">
                <h2><a href=attacks(&[])>{words.last_attacks()}</a></h2>
                <AttackTable lines=overview.last_attacks empty=words.attacks_empty()/>
            </section>
            <section class="card" id="bans">
                <h2><a href=scoped("/bans/history")>{words.last_bans()}</a></h2>
                <BanEvents events=overview.last_bans/>
            </section>
        </div>
    }
}

#[component]
fn Tile(
    #[prop(into)] href: String,
    label: &'static str,
    value: i64,
    #[prop(into, optional)] note: String,
) -> impl IntoView {
    view! {
        <a class="tile" href=href>
            <span class="tile-label">{label}</span>
            <span class="tile-value">{grouped(value)}</span>
            <span class="muted">{note}</span>
        </a>
    }
}

#[component]
fn BanEvents(events: Vec<BanEventRow>) -> impl IntoView {
    let words = words();
    if events.is_empty() {
        return view! { <p class="muted">{words.bans_events_empty()}</p> }.into_any();
    }
    view! {
        <div class="table-box">
            <table class="compact latest">
                <thead>
                    <tr>
                        <th>{words.time()}</th>
                        <th>{words.what()}</th>
                        <th>{words.source_address()}</th>
                        <th>{words.node()}</th>
                    </tr>
                </thead>
                <tbody>
                    {events
                        .into_iter()
                        .map(|event| {
                            view! {
                                <tr>
                                    <td class="when nowrap"><Ago at=event.at/></td>
                                    <td class="kind">{words.ban_event(event.kind)}</td>
                                    <td class="who"><AddressLink network=event.network/></td>
                                    <td class="where cut">{event.node_name}</td>
                                </tr>
                            }
                        })
                        .collect_view()}
                </tbody>
            </table>
        </div>
    }
    .into_any()
}
