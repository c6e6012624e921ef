//! What happened, newest first. What attackers sent is only ever text here.

use backend::addresses::{Attempts, Burst, Event, LogEntry, Timeline};
use backend::audit::AuditRow;
use backend::orders::OrderRow;
use domain::ban::{Act, BanEventKind};
use domain::net::Network;
use leptos::prelude::*;
use time::OffsetDateTime;

use crate::request::{query, words};
use crate::widgets::{
    AddressLink, Ago, Icon, Linked, OrderChips, Period, address, address_url, grouped,
};
use crate::words::Words;

/// Chips of one click.
const MOST_CHIPS: usize = 8;

#[component]
pub(super) fn Happened(network: Network, timeline: Timeline, period: Period) -> impl IntoView {
    let words = words();
    let url = address_url(network);
    // The chart's period stays.
    let page_of = |until: Option<(&'static str, String)>| {
        let until: Vec<_> = until.into_iter().collect();
        format!("{}#timeline", address(&url, &period.pairs(), &until))
    };
    let older = timeline.next.map(|next| {
        let micros = next.unix_timestamp_nanos() / 1_000;
        page_of(Some(("until", micros.to_string())))
    });
    let first = query("until").map(|_| page_of(None));
    let empty = timeline.events.is_empty();
    view! {
        <section class="card" id="timeline" aria-labelledby="timeline-title">
            <h2 id="timeline-title">{words.address_timeline()}</h2>
            {if empty {
                view! { <p class="muted">{words.address_nothing()}</p> }.into_any()
            } else {
                view! {
                    <ol class="timeline">
                        {timeline
                            .events
                            .into_iter()
                            .map(|event| view! { <Item network event/> })
                            .collect_view()}
                    </ol>
                }
                    .into_any()
            }}
            <nav class="pager" aria-label=words.address_timeline()>
                {first.map(|href| view! { <a class="button" href=href data-enhance="">{words.address_newest()}</a> })}
                {older.map(|href| view! { <a class="button" href=href data-enhance="">{words.address_older()}</a> })}
            </nav>
        </section>
    }
}

#[component]
fn Item(network: Network, event: Event) -> impl IntoView {
    let at = event.at();
    let (shade, icon) = look(&event);
    let what = match event {
        Event::Attempts(burst) => view! { <Attempted network burst/> }.into_any(),
        Event::Log(entry) => view! { <Logged network entry/> }.into_any(),
        Event::Orders(orders) => view! { <Ordered network orders/> }.into_any(),
        Event::Audit(row) => view! { <Audited network row=*row/> }.into_any(),
    };
    view! {
        <li class=shade>
            <Icon name=icon/>
            <div>{what}</div>
            <span class="muted nowrap"><Ago at/></span>
        </li>
    }
}

/// Colour and icon.
fn look(event: &Event) -> (&'static str, &'static str) {
    match event {
        Event::Attempts(_) => ("bad", "alert"),
        Event::Log(entry) => match entry.kind {
            BanEventKind::Ban | BanEventKind::Restore => ("good", "ban"),
            BanEventKind::Unban | BanEventKind::Other => ("grey", "unlock"),
        },
        Event::Orders(orders) => match orders.first().map(|order| order.act) {
            Some(Act::Ban) => ("action", "ban"),
            _ => ("action", "unlock"),
        },
        Event::Audit(row) if row.action == "ban refused" => ("attention", "shield"),
        Event::Audit(_) => ("action", "check"),
    }
}

/// `100, 101 and 7 more`.
fn named(words: Words, attempts: &Attempts) -> String {
    let mut text = attempts.some.join(", ");
    let more = attempts.all.saturating_sub(attempts.some.len());
    if more > 0 {
        text = format!("{text} {}", words.attempts_and_more(more));
    }
    text
}

fn length(words: Words, from: OffsetDateTime, to: OffsetDateTime) -> Option<String> {
    let seconds = (to - from).whole_seconds();
    (seconds > 0).then(|| words.attempts_for(&words.duration(seconds)))
}

#[component]
fn Attempted(network: Network, burst: Burst) -> impl IntoView {
    let words = words();
    let lines = grouped(burst.lines);
    let count = if burst.at_least {
        words.attempts_at_least(&lines)
    } else if burst.lines == 1 {
        words.attempts_one().to_owned()
    } else {
        words.attempts_count(&lines)
    };
    let kinds: Vec<_> = burst
        .kinds
        .iter()
        .map(|(kind, lines)| match burst.kinds.len() {
            1 => words.attack_kind(*kind).to_owned(),
            _ => format!("{} ×{}", words.attack_kind(*kind), grouped(*lines)),
        })
        .collect();
    let one = burst.source.map(Network::host);
    let one = one.filter(|one| burst.sources == 1 && *one != network);
    let from = match (one, burst.sources) {
        (Some(one), _) => Some(words.attempts_from(&one.to_string())),
        (None, 2..) => Some(words.attempts_of_sources(burst.sources)),
        (None, _) => None,
    };
    let time = length(words, burst.first, burst.last);
    let named = |attempts| named(words, attempts);
    let extensions = match burst.extensions.all {
        0 => None,
        1 => Some(words.attempts_of_extension(&named(&burst.extensions))),
        _ => Some(words.attempts_of_extensions(&named(&burst.extensions))),
    };
    let numbers = match burst.numbers.all {
        0 => None,
        1 => Some(words.attempts_of_number(&named(&burst.numbers))),
        _ => Some(words.attempts_of_numbers(&named(&burst.numbers))),
    };
    let nodes = Some(burst.nodes.join(", "));
    // What was tried stands behind: an attacker may name an address there.
    let rest = [time, from, extensions, numbers, nodes]
        .into_iter()
        .flatten();
    let rest = rest.collect::<Vec<_>>().join(" · ");
    view! {
        <span class="strong">{count}</span>
        {words.colon()}
        {kinds.join(", ")}
        <span class="muted breaks"><Linked text=rest networks=one.into_iter().collect()/></span>
    }
}

/// Whom it is about, where that is not the page's own network.
#[component]
fn About(network: Network, of: Network) -> impl IntoView {
    (network != of).then(|| view! { " "<AddressLink network=of/> })
}

#[component]
fn Logged(network: Network, entry: LogEntry) -> impl IntoView {
    view! {
        <span class="strong">{words().ban_event(entry.kind)}</span>
        <About network of=entry.network/>
        <span class="muted breaks">{entry.nodes.join(", ")}</span>
    }
}

#[component]
fn Ordered(network: Network, orders: Vec<OrderRow>) -> impl IntoView {
    let words = words();
    let first = orders.first()?.clone();
    let reason = first
        .reason
        .map(|text| words.order_reason(&text).to_owned());
    Some(view! {
        <span class="strong">{words.act(first.act)}</span>
        {first.network.map(|of| view! { <About network of/> })}
        {words.comma()}
        {words.ordered_by(&words.audit_actor(&first.actor))}
        {reason.map(|reason| view! { <span class="breaks">{reason}</span> })}
        <OrderChips orders most=MOST_CHIPS/>
    })
}

#[component]
fn Audited(network: Network, row: AuditRow) -> impl IntoView {
    let words = words();
    let said = |key: &str| {
        let text = row.after.as_ref()?.get(key)?.as_str()?;
        (!text.is_empty()).then(|| text.to_owned())
    };
    let text = said("note").or_else(|| said("reason"));
    let of = row.object.parse::<Network>().ok();
    view! {
        <span class="strong">{words.audit_action(&row.action)}</span>
        {of.map(|of| view! { <About network of/> })}
        {words.comma()}
        {words.ordered_by(&words.audit_actor(&row.actor))}
        {text.map(|text| view! { <span class="breaks">{text}</span> })}
    }
}
