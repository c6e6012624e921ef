//! The whitelist page.

use backend::nodes::{self, NodeName};
use backend::whitelist::{self, EntryRow, ProofRow};
use domain::role::Permission;
use leptos::prelude::*;

use crate::error::AppError;
use crate::layout::Frame;
use crate::pages::whitelist::add_form::{AddForm, OwnAddress};
use crate::request::{FormBack, form_back, may, require, scope, words};
use crate::widgets::{AddressLink, Ago, Chip, Empty, Left, Loaded, Shade};

#[component]
pub(crate) fn WhitelistPage() -> impl IntoView {
    view! {
        <Frame title=words().whitelist()>
            <Loaded load=load() view=|(entries, nodes, back)| view! { <Screen entries nodes back/> }/>
        </Frame>
    }
}

type Found = (Vec<EntryRow>, Vec<NodeName>, Option<FormBack>);

async fn load() -> Result<Found, AppError> {
    let (backend, _) = require(Permission::Read)?;
    let back = form_back("whitelist").await;
    let mut entries = whitelist::list(&backend).await?;
    if let Some(node) = scope() {
        entries.retain(|entry| entry.proofs.iter().any(|proof| proof.node == node));
    }
    Ok((entries, nodes::names(&backend).await?, back))
}

#[component]
fn Screen(
    entries: Vec<EntryRow>,
    nodes: Vec<NodeName>,
    #[prop(optional_no_strip)] back: Option<FormBack>,
) -> impl IntoView {
    let words = words();
    view! {
        <header class="page-head">
            <h1>{words.whitelist()}</h1>
            <p class="muted">{words.whitelist_text()}</p>
            {may(Permission::Whitelist).then(|| view! { <OwnAddress/> })}
        </header>
        {may(Permission::Whitelist).then(|| view! { <AddForm nodes back/> })}
        {if entries.is_empty() {
            view! { <Empty icon="check" title=words.whitelist_empty_title() text=words.whitelist_empty_text()/> }
                .into_any()
        } else {
            view! { <Entries entries/> }.into_any()
        }}
    }
}

#[component]
fn Entries(entries: Vec<EntryRow>) -> impl IntoView {
    let words = words();
    view! {
        <form id="whitelist-remove" method="post" action="/api/ui/whitelist_remove" data-enhance=""></form>
        <div class="table-box">
            <table>
                <thead>
                    <tr>
                        <th>{words.entry()}</th>
                        <th>{words.note()}</th>
                        <th>{words.who()}</th>
                        <th>{words.added()}</th>
                        <th>{words.expires()}</th>
                        <th>{words.proof()}</th>
                        <th class="row-actions"><span class="visually-hidden">{words.actions()}</span></th>
                    </tr>
                </thead>
                <tbody>{entries.into_iter().map(|entry| view! { <Row entry/> }).collect_view()}</tbody>
            </table>
        </div>
    }
}

#[component]
fn Row(entry: EntryRow) -> impl IntoView {
    let words = words();
    let network = entry.network.to_string();
    let note = if entry.note.is_empty() {
        view! { <span class="muted">{words.no_note()}</span> }.into_any()
    } else {
        entry.note.into_any()
    };
    view! {
        <tr data-key=entry.id.to_string() tabindex="0">
            <td class="breaks" data-label=words.entry()><AddressLink network=entry.network/></td>
            <td data-label=words.note()><span class="clamp">{note}</span></td>
            <td data-label=words.who()>{entry.actor}</td>
            <td class="nowrap" data-label=words.added()><Ago at=entry.created_at/></td>
            <td class="nowrap" data-label=words.expires()><Left until=entry.expires_at/></td>
            <td data-label=words.proof()>
                <span class="chips">
                    {entry.proofs.into_iter().map(|proof| view! { <Proof proof/> }).collect_view()}
                </span>
            </td>
            <td class="row-actions">
                {may(Permission::Whitelist)
                    .then(|| {
                        view! {
                            <button
                                class="button small"
                                form="whitelist-remove"
                                name="id"
                                value=entry.id.to_string()
                                aria-label=words.remove_named(&network)
                            >
                                {words.remove()}
                            </button>
                        }
                    })}
            </td>
        </tr>
    }
}

/// What the node answered when the entry was read back.
#[component]
fn Proof(proof: ProofRow) -> impl IntoView {
    let words = words();
    let (shade, text) = match (proof.applied, proof.in_file, proof.in_jail) {
        (true, true, true) => (Shade::Good, words.proven()),
        (true, true, false) => (Shade::Bad, words.in_file_only()),
        (true, false, true) => (Shade::Bad, words.in_jail_only()),
        (true, false, false) => (Shade::Bad, words.not_applied()),
        (false, ..) if proof.connected => (Shade::Grey, words.on_its_way()),
        (false, ..) => (Shade::Grey, words.node_away()),
    };
    let title = match proof.error {
        Some(error) => words.because(&error),
        None if shade == Shade::Good => words.proven_explained().to_owned(),
        None => text.to_owned(),
    };
    view! { <Chip shade text=format!("{}: {text}", proof.name) title/> }
}
