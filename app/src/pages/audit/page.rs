//! Every change, newest first.

use backend::audit::{self, AuditRow};
use domain::role::Permission;
use leptos::prelude::*;

use crate::error::AppError;
use crate::layout::Frame;
use crate::request::{query, require, words};
use crate::widgets::{Ago, Empty, Loaded};

const PAGE: i64 = 50;

#[component]
pub(crate) fn AuditPage() -> impl IntoView {
    let words = words();
    view! {
        <Frame title=words.audit()>
            <header class="page-head">
                <h1>{words.audit()}</h1>
                <p class="muted">{words.audit_text()}</p>
            </header>
            <Loaded load=rows() view=|rows| view! { <Rows rows/> }/>
        </Frame>
    }
}

async fn rows() -> Result<Vec<AuditRow>, AppError> {
    let (backend, _) = require(Permission::Audit)?;
    let before = query("before").and_then(|id| id.parse().ok());
    Ok(audit::list(&backend, before, PAGE).await?)
}

#[component]
fn Rows(rows: Vec<AuditRow>) -> impl IntoView {
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
                <tbody>{rows.into_iter().map(|row| view! { <Row row/> }).collect_view()}</tbody>
            </table>
        </div>
        <nav class="pager" aria-label=words.audit()>
            <a class="button" href="/audit" data-enhance="">{words.newest()}</a>
            {older
                .map(|href| view! { <a class="button" href=href data-enhance="">{words.older()}</a> })}
        </nav>
    }
    .into_any()
}

#[component]
fn Row(row: AuditRow) -> impl IntoView {
    let words = words();
    let json = |title: &'static str, value: Option<serde_json::Value>| {
        value.map(|value| {
            view! {
                <p class="muted">{title}</p>
                <pre class="mono">{format!("{value:#}")}</pre>
            }
        })
    };
    let has_details = row.before.is_some() || row.after.is_some();
    view! {
        <tr data-key=row.id.to_string()>
            <td><Ago at=row.at/></td>
            <td>{row.actor}</td>
            <td class="mono">{row.address.map(|address| address.to_string())}</td>
            <td>{row.action}</td>
            <td class="mono">{row.object}</td>
            <td>
                {has_details
                    .then(|| {
                        view! {
                            <details>
                                <summary>{words.details()}</summary>
                                {json(words.before(), row.before)}
                                {json(words.after(), row.after)}
                            </details>
                        }
                    })}
            </td>
        </tr>
    }
}
