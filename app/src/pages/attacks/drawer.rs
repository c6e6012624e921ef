//! Everything about one line, beside the list.

use backend::attacks::LoggedLine;
use domain::net::Network;
use leptos::prelude::*;
use time::format_description::well_known::Rfc3339;

use crate::pages::attacks::names::Names;
use crate::request::words;
use crate::widgets::{AddressLink, Ago, Icon};

#[component]
pub(super) fn Drawer(line: Option<LoggedLine>, names: Names, close: String) -> impl IntoView {
    let words = words();
    let content = match line {
        Some(line) => view! { <Facts name=names.name(line.asn) line/> }.into_any(),
        None => view! { <p class="muted">{words.line_gone()}</p> }.into_any(),
    };
    view! {
        <aside class="drawer card" aria-label=words.line_details()>
            <header>
                <h2>{words.line_details()}</h2>
                <a class="icon-button" href=close data-enhance="" data-close="" aria-label=words.close()><Icon name="x"/></a>
            </header>
            {content}
        </aside>
    }
}

#[component]
fn Facts(line: LoggedLine, #[prop(optional_no_strip)] name: Option<String>) -> impl IntoView {
    let words = words();
    let fact = |name: &'static str, value: Option<String>| {
        value.map(|value| view! { <dt>{name}</dt><dd class="mono">{value}</dd> })
    };
    let country = line.country.map(|code| match words.country_name(&code) {
        Some(name) => format!("{code} {name}"),
        None => code,
    });
    let exact = line.at.format(&Rfc3339).unwrap_or_default();
    let (hour, minute, second) = line.at.to_hms();
    let written = format!("{} {hour:02}:{minute:02}:{second:02} UTC", line.at.date());
    view! {
        <dl class="facts">
            <dt>{words.time()}</dt>
            <dd><Ago at=line.at/><br/><span class="muted" data-clock=exact data-form="exact">{written}</span></dd>
            <dt>{words.source_address()}</dt>
            <dd class="mono">
                {line
                    .source
                    .map(|source| view! { <AddressLink network=Network::host(source)/> })}
            </dd>
            {fact(words.country(), country)}
            {fact(words.network_asn(), line.asn.map(|asn| format!("AS{asn} {}", name.unwrap_or_default())))}
            <dt>{words.kind()}</dt>
            <dd>{words.attack_kind(line.kind)}</dd>
            {fact(words.extension(), line.extension)}
            {fact(words.destination_number(), line.number)}
            {fact(words.prefix_tried(), line.prefix)}
            {fact(words.refused_by_rule(), line.rule.map(|rule| words.stored_rule(&rule)))}
            {fact(words.user_agent(), line.agent)}
            <dt>{words.node()}</dt>
            <dd>{line.node_name}</dd>
        </dl>
        <h3>{words.raw_line()}</h3>
        <pre class="raw">{line.raw}</pre>
    }
}
