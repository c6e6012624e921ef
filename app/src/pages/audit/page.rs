//! Every change, newest first.

use backend::audit::{self, AuditRow};
use backend::{alerts, nodes};
use domain::net::Network;
use domain::role::Permission;
use leptos::prelude::*;

use crate::error::AppError;
use crate::layout::Frame;
use crate::pages::audit::details::{Known, details};
use crate::request::{query, require, words};
use crate::widgets::{AddressLink, Ago, Empty, Loaded};

const PAGE: i64 = 50;

#[component]
pub(crate) fn AuditPage() -> impl IntoView {
    let words = words();
    view! {
        <Frame title=words.audit()>
            <Loaded load=rows() view=|(rows, known)| view! { <Screen rows known/> }/>
        </Frame>
    }
}

async fn rows() -> Result<(Vec<AuditRow>, Known), AppError> {
    let (backend, _) = require(Permission::Audit)?;
    let before = query("before").and_then(|id| id.parse().ok());
    let channels = alerts::channels(&backend).await?.into_iter();
    let known = Known {
        nodes: nodes::names(&backend).await?,
        channels: channels.map(|channel| (channel.id, channel.name)).collect(),
    };
    Ok((audit::list(&backend, before, PAGE).await?, known))
}

#[component]
fn Screen(rows: Vec<AuditRow>, known: Known) -> impl IntoView {
    let words = words();
    view! {
        <header class="page-head">
            <h1>{words.audit()}</h1>
            <p class="muted">{words.audit_text()}</p>
        </header>
        <Rows rows known/>
    }
}

#[component]
fn Rows(rows: Vec<AuditRow>, known: Known) -> impl IntoView {
    let words = words();
    if rows.is_empty() {
        return view! { <Empty icon="list" title=words.audit_empty() text=words.audit_text()/> }
            .into_any();
    }
    let older = rows
        .last()
        .filter(|_| rows.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX));
    let older = older.map(|row| format!("/audit?before={}", row.id));
    view! {
        <div class="table-box">
            <table>
                <thead>
                    <tr>
                        <th>{words.time()}</th>
                        <th>{words.who()}</th>
                        <th>{words.source()}</th>
                        <th>{words.what()}</th>
                        <th>{words.object()}</th>
                        <th>{words.details()}</th>
                    </tr>
                </thead>
                <tbody>{rows.into_iter().map(|row| view! { <Row details=details(words, &row, &known) row/> }).collect_view()}</tbody>
            </table>
        </div>
        <nav class="pager" aria-label=words.audit()>
            {query("before").map(|_| view! { <a class="button" href="/audit" data-enhance="">{words.newest()}</a> })}
            {older
                .map(|href| view! { <a class="button" href=href data-enhance="">{words.older()}</a> })}
        </nav>
    }
    .into_any()
}

#[component]
fn Row(row: AuditRow, details: Vec<String>) -> impl IntoView {
    let words = words();
    let actor = match row.user {
        Some(_) => row.actor,
        None => words.audit_actor(&row.actor),
    };
    let details = details.join(" · ");
    let object = match row.object.parse::<Network>() {
        Ok(network) => view! { <AddressLink network/> }.into_any(),
        Err(_) => words.audit_object(&row.action, &row.object).into_any(),
    };
    view! {
        <tr data-key=row.id.to_string()>
            <td class="nowrap" data-label=words.time()><Ago at=row.at/></td>
            <td class="nowrap" data-label=words.who()>{actor}</td>
            <td data-label=words.source()>
                {row.address.map(|address| view! { <AddressLink network=Network::host(address)/> })}
            </td>
            <td data-label=words.what()>{words.audit_action(&row.action)}</td>
            <td class="mono breaks" data-label=words.object()>{object}</td>
            <td class="muted" data-label=words.details()>
                {(!details.is_empty())
                    .then(|| view! { <span class="clamp" title=details.clone()>{details.clone()}</span> })}
            </td>
        </tr>
    }
}
