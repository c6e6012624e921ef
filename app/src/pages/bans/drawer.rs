//! Everything about one banned address, beside the list.

use backend::bans::{BanDetail, BanRow};
use domain::net::Network;
use domain::role::Permission;
use leptos::prelude::*;

use crate::pages::bans::table::{HolderChip, WhyText};
use crate::request::{may, words};
use crate::widgets::{Ago, Icon, Left, OrderChip, address_url};

#[component]
pub(super) fn Drawer(network: Network, detail: BanDetail, close: String) -> impl IntoView {
    let words = words();
    let name = network.to_string();
    let held = detail.row.is_some();
    let status = match detail.row {
        Some(row) => view! { <Standing row/> }.into_any(),
        None => view! { <p class="muted">{words.ban_ended()}</p> }.into_any(),
    };
    let may_whitelist = may(Permission::Whitelist) && (held || detail.whitelisted.is_empty());
    let whitelisted = detail
        .whitelisted
        .into_iter()
        .map(|entry| {
            view! { <p><a href="/whitelist">{words.whitelisted_by(&entry.actor)}</a>" "{entry.note}</p> }
        })
        .collect_view();
    view! {
        <aside class="drawer card" aria-label=words.details_of(&name)>
            <header>
                <h2 class="mono">{name.clone()}</h2>
                <a class="icon-button" href=close data-enhance="" data-close="" aria-label=words.close()><Icon name="x"/></a>
            </header>
            <p><a href=address_url(network)>{words.address_everything(&name)}</a></p>
            {status}
            {whitelisted}
            <div class="buttons">
                {(held && may(Permission::Ban))
                    .then(|| {
                        view! {
                            <form method="post" action="/api/ui/unban" data-enhance="">
                                <button class="button primary" name="networks[]" value=name.clone()>
                                    {words.unban_named(&name)}
                                </button>
                            </form>
                        }
                    })}
                {may_whitelist
                    .then(|| {
                        view! {
                            <a class="button" href=format!("/whitelist?network={name}#add")>
                                {if held { words.unban_and_whitelist() } else { words.add_to_whitelist() }}
                            </a>
                        }
                    })}
            </div>
            <h3>{if held { words.the_lines() } else { words.its_lines() }}</h3>
            {if detail.lines.is_empty() {
                view! { <p class="muted">{words.no_lines()}</p> }.into_any()
            } else {
                view! {
                    <ol class="lines">
                        {detail
                            .lines
                            .into_iter()
                            .map(|line| {
                                view! {
                                    <li>
                                        <span class="muted"><Ago at=line.at/>" · "{line.node_name}</span>
                                        <code>{line.raw}</code>
                                    </li>
                                }
                            })
                            .collect_view()}
                    </ol>
                }
                    .into_any()
            }}
            <h3>{words.history()}</h3>
            <ol class="lines">
                {detail
                    .events
                    .into_iter()
                    .map(|event| {
                        view! {
                            <li>
                                <Ago at=event.at/>" · "{words.ban_event(event.kind)}" · "{event.node_name}
                            </li>
                        }
                    })
                    .collect_view()}
                {detail
                    .orders
                    .into_iter()
                    .map(|order| {
                        view! {
                            <li>
                                <Ago at=order.ordered_at/>" · "{words.act(order.act)}" · "{order.actor.clone()}" "
                                <OrderChip order/>
                            </li>
                        }
                    })
                    .collect_view()}
            </ol>
        </aside>
    }
}

/// How the ban stands now.
#[component]
pub(in crate::pages) fn Standing(row: BanRow) -> impl IntoView {
    let words = words();
    view! {
        <dl class="facts">
            <dt>{words.time_left()}</dt>
            <dd><Left until=row.until/></dd>
            <dt>{words.banned_since()}</dt>
            <dd><Ago at=row.since/></dd>
            <dt>{words.why()}</dt>
            <dd><WhyText why=row.why/></dd>
            <dt>{words.holders()}</dt>
            <dd class="chips">
                {row.holders.into_iter().map(|holder| view! { <HolderChip holder/> }).collect_view()}
            </dd>
        </dl>
    }
}
