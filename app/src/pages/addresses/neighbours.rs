//! Other addresses of the same network.

use backend::addresses::{self, MOST_MEMBERS, Neighbour};
use domain::net::Network;
use leptos::prelude::*;

use crate::request::words;
use crate::widgets::{AddressLink, Ago, Chip, Hint, Shade, grouped};

#[component]
pub(super) fn Neighbours(network: Network, neighbours: addresses::Neighbours) -> impl IntoView {
    let words = words();
    let title = if network.is_host() {
        words.address_neighbours(&neighbours.network.to_string())
    } else {
        words.address_members().to_owned()
    };
    let shown = neighbours.rows.len();
    let more = match (neighbours.cut, neighbours.all > shown) {
        (true, _) => Some(words.address_newest_of_first(shown, MOST_MEMBERS)),
        (false, true) => Some(words.address_newest_of(shown, neighbours.all)),
        (false, false) => None,
    };
    let more = more.map(|text| view! { <Hint text/> });
    view! {
        <section class="card" aria-labelledby="neighbours-title">
            <h2 id="neighbours-title">{title}</h2>
            {more}
            {if neighbours.rows.is_empty() {
                view! { <p class="muted">{words.address_no_neighbours()}</p> }.into_any()
            } else {
                view! { <Rows rows=neighbours.rows dated=true/> }.into_any()
            }}
        </section>
    }
}

/// The busiest of the same autonomous system.
#[component]
pub(super) fn SameNetwork(asn: String, rows: Vec<Neighbour>) -> impl IntoView {
    (!rows.is_empty()).then(|| {
        view! {
            <section class="card" aria-labelledby="asn-title">
                <h2 id="asn-title">{words().address_same_asn(&asn)}</h2>
                <Rows rows/>
            </section>
        }
    })
}

#[component]
fn Rows(rows: Vec<Neighbour>, #[prop(optional)] dated: bool) -> impl IntoView {
    let words = words();
    view! {
        <div class="table-box short">
            <table class="compact">
                <thead>
                    <tr>
                        <th>{words.source_address()}</th>
                        <th class="number">{words.address_lines()}</th>
                        {dated.then(|| view! { <th>{words.address_last_seen()}</th> })}
                        <th>{words.address_state()}</th>
                    </tr>
                </thead>
                <tbody>
                    {rows
                        .into_iter()
                        .map(|row| {
                            let state = row
                                .banned
                                .then(|| view! { <Chip shade=Shade::Bad icon="ban" text=words.address_banned()/> });
                            view! {
                                <tr data-key=row.network.to_string()>
                                    <td class="nowrap"><AddressLink network=row.network/></td>
                                    <td class="number">{row.lines.map(grouped)}</td>
                                    {dated
                                        .then(|| {
                                            view! { <td class="nowrap">{row.last.map(|at| view! { <Ago at/> })}</td> }
                                        })}
                                    <td>{state}</td>
                                </tr>
                            }
                        })
                        .collect_view()}
                </tbody>
            </table>
        </div>
    }
}
