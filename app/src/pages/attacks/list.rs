//! The list of lines. Their text came over SIP: it is only ever text here.

use backend::attacks::{LinePage, LoggedLine};
use domain::net::Network;
use leptos::prelude::*;

use crate::pages::attacks::names::Names;
use crate::pages::attacks::query::PageQuery;
use crate::request::words;
use crate::widgets::{AddressLink, Ago, Icon};

#[component]
pub(super) fn LineTable(query: PageQuery, page: LinePage, names: Names) -> impl IntoView {
    let words = words();
    let rows = page
        .rows
        .into_iter()
        .map(|line| view! { <Row query=query.clone() network=names.name(line.asn) line/> })
        .collect_view();
    view! {
        <div class="table-box">
            <table class="attack-lines">
                <thead>
                    <tr>
                        <th>{words.time()}</th>
                        <th>{words.source_address()}</th>
                        <th class="roomy">{words.country()}" · "{words.network_short()}</th>
                        <th>{words.kind()}</th>
                        <th>{words.extension()}" → "{words.number_called()}</th>
                        <th>{words.node()}</th>
                        <th class="row-actions"><span class="visually-hidden">{words.actions()}</span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

#[component]
fn Row(
    query: PageQuery,
    line: LoggedLine,
    #[prop(optional_no_strip)] network: Option<String>,
) -> impl IntoView {
    let words = words();
    let filtered = |change: &dyn Fn(&mut PageQuery)| {
        let mut query = query.clone().restart();
        change(&mut query);
        query.url()
    };
    let open = PageQuery {
        open: Some(line.place.clone()),
        ..query.clone()
    };
    let is_open = query.open.as_ref() == Some(&line.place);
    let country = line.country.clone().map(|country| {
        let to = filtered(&|query| query.country = Some(country.clone()));
        let name = words.country_name(&country);
        view! { <a href=to data-enhance="" class="chip" title=name>{country}</a>" " }
    });
    let network = line.asn.map(|asn| {
        let to = filtered(&|query| query.asn = Some(asn));
        let number = format!("AS{asn}");
        let name = network.unwrap_or_else(|| number.clone());
        view! { <a href=to data-enhance="" class="quiet-link cut network" title=number>{name}</a> }
    });
    let of = line
        .source
        .map_or_else(String::new, |source| source.to_string());
    let rule = line
        .rule
        .clone()
        .map(|rule| view! { <span class="chip attention"><Icon name="alert"/><span class="cut">{words.stored_rule(&rule)}</span></span> });
    let wanted = (rule.is_some() || !target(&line).is_empty()).then(|| {
        view! { <span><span class="cut" title=target(&line)>{target(&line)}</span>" "{rule}</span> }
    });
    view! {
        <tr data-key=line.place.clone() tabindex="0" class=is_open.then_some("current")>
            <td class="nowrap" data-label=words.time()><Ago at=line.at/></td>
            <td class="mono nowrap" data-label=words.source_address()>
                {line
                    .source
                    .map(|source| view! { <AddressLink network=Network::host(source)/> })}
            </td>
            <td class="nowrap roomy" data-label=words.country()>
                {(country.is_some() || network.is_some()).then(|| view! { <span>{country}{network}</span> })}
            </td>
            <td class="kind" data-label=words.kind()>{words.attack_kind(line.kind)}</td>
            <td class="mono target" data-label=words.extension()>{wanted}</td>
            <td class="nowrap" data-label=words.node()>{line.node_name.clone()}</td>
            <td class="row-actions">
                <a
                    class="icon-button"
                    href=open.url()
                    data-enhance=""
                    data-open=""
                    title=words.raw_line()
                    aria-label=words.line_of(&of)
                >
                    <Icon name="right"/>
                </a>
            </td>
        </tr>
    }
}

/// `1001 → 00972…`
fn target(line: &LoggedLine) -> String {
    let parts = [&line.extension, &line.number];
    let parts: Vec<&str> = parts.into_iter().filter_map(Option::as_deref).collect();
    parts.join(" → ")
}
