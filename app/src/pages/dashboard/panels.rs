//! What happened in the chosen period: charts and top lists, all nodes or one.

use backend::Backend;
use backend::attacks::{self, Bar, Tops};
use domain::attack::facet::Facet;
use domain::attack::window::{Span, Window};
use domain::ids::NodeId;
use leptos::prelude::*;
use time::OffsetDateTime;

use crate::error::AppError;
use crate::pages::attacks::Names;
use crate::pages::dashboard::charts::{self, Scene};
use crate::request::{scope, words};
use crate::widgets::{Period, PeriodPicker, Rank, Ranks, StackedBars, address_url, grouped};

/// Where the address names no period.
const USUAL: Span = Span::Day;
/// Rows of each list.
const TOP: usize = 8;

/// The numbers.
#[derive(Clone)]
pub(super) struct Numbers {
    period: Period,
    window: Window,
    now: OffsetDateTime,
    panels: attacks::Panels,
    /// Who runs the networks among them.
    names: Names,
}

/// Reads them, of the period that the address names and of the one before.
pub(super) async fn load(backend: &Backend, node: Option<NodeId>) -> Result<Numbers, AppError> {
    let (now, period) = (backend.clock.now(), Period::read());
    let window = period
        .window(now)
        .unwrap_or_else(|| Window::last(USUAL, now));
    let panels = attacks::panels(backend, node, window, TOP).await?;
    let of_networks = |tops: &&Tops| tops.facet == Facet::Network;
    let tops = panels.tops.iter().filter(of_networks);
    let networks = tops
        .flat_map(|tops| &tops.rows)
        .filter_map(|top| top.key.parse().ok());
    let names = Names::of(backend, networks);
    Ok(Numbers {
        period,
        window,
        now,
        panels,
        names,
    })
}

/// Period, charts, lists.
#[component]
pub(super) fn Panels(numbers: Numbers) -> impl IntoView {
    let words = words();
    let scene = Scene {
        words,
        node: scope(),
        period: &numbers.period,
        window: numbers.window,
        now: numbers.now,
    };
    let panels = &numbers.panels;
    let total: i64 = panels.bars.iter().map(Bar::total).sum();
    let attacks = charts::attacks(&scene, &panels.bars, &panels.before);
    let bans = charts::bans(&scene, &panels.bars, &panels.before);
    let mut tops = panels
        .tops
        .iter()
        .map(|tops| top_card(&scene, tops, &numbers.names, total));
    let sources = tops.next();
    let others = tops.collect_view();
    view! {
        <div class="section-head">
            <h2>{words.in_the_period()}</h2>
            <PeriodPicker
                period=numbers.period.clone()
                path="/"
                kept=scene.node()
                shown=Some((numbers.window.from(), numbers.window.to()))
                usual=Some(USUAL)
            />
        </div>
        <section class="card">
            <h2>{words.attacks_over_time()}</h2>
            <StackedBars chart=attacks/>
        </section>
        <div class="columns">
            <section class="card">
                <h2>{words.bans_over_time()}</h2>
                <StackedBars chart=bans/>
            </section>
            {sources}
        </div>
        <div class="cards">{others}</div>
    }
}

fn top_card(scene: &Scene<'_>, tops: &Tops, names: &Names, total: i64) -> impl IntoView + use<> {
    let (words, facet) = (scene.words, tops.facet);
    let (title, head, empty) = words.top(facet);
    let ranks = tops
        .rows
        .iter()
        .map(|top| Rank {
            name: match facet {
                Facet::Network => format!("AS{}", top.key),
                Facet::Source | Facet::Country | Facet::Extension | Facet::Prefix => {
                    top.key.clone()
                }
            },
            note: match facet {
                Facet::Network => names.name(top.key.parse().ok()),
                Facet::Country => words.country_name(&top.key).map(str::to_owned),
                Facet::Source | Facet::Extension | Facet::Prefix => None,
            },
            href: match facet {
                Facet::Source => match top.key.parse() {
                    Ok(network) => address_url(network),
                    Err(_) => scene.lines(("search", top.key.clone())),
                },
                Facet::Network => scene.lines(("asn", top.key.clone())),
                Facet::Country => scene.lines(("country", top.key.clone())),
                Facet::Extension => scene.lines(("extension", top.key.clone())),
                Facet::Prefix => scene.lines(("prefix", top.key.clone())),
            },
            events: top.events,
            before: top.before,
        })
        .collect();
    let keys = tops
        .keys
        .filter(|keys| usize::try_from(*keys).is_ok_and(|keys| keys > tops.rows.len()))
        .map(|keys| view! { <span class="muted">{words.top_of(&grouped(keys))}</span> });
    view! {
        <section class="card">
            <h2>{title}" "{keys}</h2>
            <Ranks ranks whole=total head empty/>
            {(!tops.exact).then(|| view! { <p class="hint">{words.top_of_equals()}</p> })}
        </section>
    }
}
