//! The table of bans.

use backend::bans::{BanPage, BanRow, BanSort, Holder, Why};
use domain::role::Permission;
use leptos::prelude::*;

use crate::pages::bans::query::PageQuery;
use crate::request::{may, words};
use crate::widgets::{Ago, Chip, Icon, Left, OrderChip, PlaceText, Shade};

#[component]
pub(super) fn BanTable(query: PageQuery, page: BanPage) -> impl IntoView {
    let words = words();
    let acts = may(Permission::Ban);
    let head =
        |sort: BanSort, text: &'static str| view! { <SortHead query=query.clone() sort text/> };
    let pager = |text: &'static str, icon: &'static str, to: PageQuery| {
        view! { <a class="button" href=to.url() data-enhance=""><Icon name=icon/>{text}</a> }
    };
    let previous = page.previous.clone().map(|before| {
        let to = PageQuery {
            before: Some(before),
            ..query.clone().restart()
        };
        pager(words.previous(), "left", to)
    });
    let next = page.next.clone().map(|after| {
        let to = PageQuery {
            after: Some(after),
            ..query.clone().restart()
        };
        pager(words.next(), "right", to)
    });
    view! {
        // A row's button belongs to this form by `form=`, so a click sends that row only; the ticked
        // rows belong to the other form.
        <form id="unban-one" method="post" action="/api/ui/unban" data-enhance=""></form>
        <form id="unban-many" method="post" action="/api/ui/unban" data-enhance=""></form>
        <div class="table-box">
            <table class="bans">
                <thead>
                    <tr>
                        {acts
                            .then(|| {
                                view! {
                                    <th class="tick">
                                        <input type="checkbox" class="js-only" data-select-all="" aria-label=words.select_all()/>
                                    </th>
                                }
                            })}
                        {head(BanSort::Network, words.source_address())}
                        {head(BanSort::Nodes, words.holders())}
                        {head(BanSort::Since, words.banned_since())}
                        {head(BanSort::Until, words.time_left())}
                        <th class="roomy">{words.why()}</th>
                        {head(BanSort::Repeats, words.repeats())}
                        <th class="row-actions"><span class="visually-hidden">{words.actions()}</span></th>
                    </tr>
                </thead>
                <tbody>
                    {page
                        .rows
                        .into_iter()
                        .map(|row| view! { <Row query=query.clone() row acts/> })
                        .collect_view()}
                </tbody>
            </table>
        </div>
        <div class="table-foot">
            {acts
                .then(|| {
                    view! {
                        <button class="button primary bulk" form="unban-many" data-selected="">
                            <Icon name="unlock"/>
                            {words.unban_selected()}
                        </button>
                    }
                })}
            <nav class="pager" aria-label=words.bans()>{previous}{next}</nav>
        </div>
    }
}

#[component]
fn SortHead(query: PageQuery, sort: BanSort, text: &'static str) -> impl IntoView {
    // Beside an open drawer the columns that do not tell rows apart make room.
    let class = (sort == BanSort::Repeats).then_some("roomy");
    let words = words();
    let current = query.sort.unwrap_or(BanSort::Since) == sort;
    let up = current && query.ascending;
    let to = PageQuery {
        sort: Some(sort),
        ascending: current && !up,
        ..query
    }
    .restart();
    let aria = match (current, up) {
        (true, true) => Some("ascending"),
        (true, false) => Some("descending"),
        (false, _) => None,
    };
    view! {
        <th aria-sort=aria class=class>
            <a href=to.url() data-enhance="" title=words.sort_by(text)>
                {text}
                {current.then(|| view! { <Icon name=if up { "up" } else { "down" }/> })}
            </a>
        </th>
    }
}

#[component]
fn Row(query: PageQuery, row: BanRow, acts: bool) -> impl IntoView {
    let words = words();
    let network = row.network.to_string();
    let open = PageQuery {
        open: Some(row.network),
        ..query.clone()
    }
    .url();
    let is_open = query.open == Some(row.network);
    let repeats = if row.repeats > 0 {
        words.repeats_count(row.repeats)
    } else {
        words.first_time().to_owned()
    };
    view! {
        <tr data-key=network.clone() tabindex="0" class=is_open.then_some("current")>
            {acts
                .then(|| {
                    view! {
                        <td class="tick">
                            <input
                                type="checkbox"
                                form="unban-many"
                                name="networks[]"
                                value=network.clone()
                                aria-label=words.select_named(&network)
                            />
                        </td>
                    }
                })}
            <td class="mono nowrap" data-label=words.source_address()>
                <a href=open data-enhance="" data-open="" aria-label=words.details_of(&network)>
                    {network.clone()}
                </a>
                <PlaceText place=row.place network=row.announced_by/>
            </td>
            <td data-label=words.holders()>
                <span class="chips">
                    {row.holders.into_iter().map(|holder| view! { <HolderChip holder/> }).collect_view()}
                </span>
            </td>
            <td class="nowrap" data-label=words.banned_since()><Ago at=row.since/></td>
            <td class="nowrap" data-label=words.time_left()><Left until=row.until/></td>
            <td class="roomy" data-label=words.why()><WhyText why=row.why/></td>
            <td class="nowrap roomy" data-label=words.repeats()>{repeats}</td>
            <td class="row-actions">
                {acts.then(|| view! { <RowActions network=network.clone()/> })}
            </td>
        </tr>
    }
}

#[component]
fn RowActions(network: String) -> impl IntoView {
    let words = words();
    view! {
        {may(Permission::Whitelist)
            .then(|| {
                view! {
                    <a
                        class="button small quiet roomy"
                        href=format!("/whitelist?network={network}#add")
                        title=words.unban_and_whitelist()
                    >
                        <Icon name="check"/>
                        <span>{words.unban_and_whitelist()}</span>
                    </a>
                }
            })}
        <button
            class="button small"
            form="unban-one"
            name="networks[]"
            value=network.clone()
            data-unban=""
            aria-label=words.unban_named(&network)
        >
            {words.unban()}
        </button>
    }
}

/// A node that holds the ban, or what the last order did there.
#[component]
pub(super) fn HolderChip(holder: Holder) -> impl IntoView {
    let words = words();
    if let Some(order) = holder.order {
        return view! { <OrderChip order/> }.into_any();
    }
    let (shade, title) = match (holder.connected, holder.in_firewall) {
        (_, Some(false)) => (Shade::Bad, words.not_in_firewall()),
        (false, _) => (Shade::Grey, words.node_away()),
        (true, Some(true)) => (Shade::Good, words.in_firewall()),
        (true, None) => (Shade::Attention, words.firewall_unread()),
    };
    let text = match shade {
        Shade::Good => holder.name,
        _ => format!("{}: {title}", holder.name),
    };
    view! { <Chip shade text title/> }.into_any()
}

/// By hand and why, or the kinds of lines.
#[component]
pub(super) fn WhyText(why: Why) -> impl IntoView {
    let words = words();
    if let Some(by_hand) = why.by_hand {
        let reason = by_hand.reason.filter(|reason| !reason.is_empty());
        let reason = reason.map(|reason| words.order_reason(&reason).to_owned());
        return view! {
            <span class="clamp" title=reason.clone()>
                {words.by_hand(&by_hand.actor)}
                {reason.clone().map(|reason| view! { <span class="muted">": "{reason}</span> })}
            </span>
        }
        .into_any();
    }
    if why.kinds.is_empty() {
        return view! { <span class="muted">{words.no_lines()}</span> }.into_any();
    }
    let kinds = why
        .kinds
        .into_iter()
        .map(|(kind, count)| {
            view! {
                <span class="why">
                    {words.attack_kind(kind)}" "<span class="muted">"×"{count}</span>
                </span>
            }
        })
        .collect_view();
    view! { <span>{kinds}</span> }.into_any()
}
