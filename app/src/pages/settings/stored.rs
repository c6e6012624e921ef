//! How much there is now.

use backend::retention::{Limits, Stored};
use leptos::prelude::*;
use time::OffsetDateTime;

use crate::request::words;
use crate::widgets::{Ago, bytes, grouped};

#[component]
pub(super) fn StoredTable(stored: Stored, limits: Limits) -> impl IntoView {
    let words = words();
    let of = |rows, most: u32| words.stored_of(&grouped(rows), &grouped(most.into()));
    let Stored {
        attacks,
        ban_events,
        counts,
        database_bytes,
        ..
    } = stored;
    view! {
        <section class="card" id="stored" aria-labelledby="stored-title">
            <h2 id="stored-title">{words.stored_title()}</h2>
            <div class="table-box">
                <table>
                    <thead>
                        <tr>
                            <th>{words.alert_what()}</th>
                            <th>{words.stored_rows()}</th>
                            <th>{words.stored_oldest()}</th>
                            <th>{words.stored_on_disk()}</th>
                        </tr>
                    </thead>
                    <tbody>
                        <Row what=words.stored_attacks() rows=of(attacks.rows, limits.attack_rows.get()) oldest=attacks.oldest size=attacks.bytes/>
                        <Row what=words.stored_ban_events() rows=of(ban_events.rows, limits.ban_event_rows.get()) oldest=ban_events.oldest size=ban_events.bytes/>
                        <Row what=words.stored_counts() rows=grouped(counts.rows) oldest=counts.oldest size=counts.bytes/>
                        <tr>
                            <td data-label=words.alert_what()>{words.stored_database()}</td>
                            <td></td>
                            <td></td>
                            <td class="nowrap" data-label=words.stored_on_disk()>{on_disk(database_bytes)}</td>
                        </tr>
                    </tbody>
                </table>
            </div>
        </section>
    }
}

fn on_disk(of: i64) -> String {
    bytes(of.try_into().unwrap_or_default())
}

#[component]
fn Row(
    what: &'static str,
    rows: String,
    oldest: Option<OffsetDateTime>,
    size: i64,
) -> impl IntoView {
    let words = words();
    view! {
        <tr>
            <td data-label=words.alert_what()>{what}</td>
            <td data-label=words.stored_rows()>{rows}</td>
            <td class="nowrap" data-label=words.stored_oldest()>
                {match oldest {
                    Some(at) => view! { <Ago at/> }.into_any(),
                    None => words.stored_nothing().into_any(),
                }}
            </td>
            <td class="nowrap" data-label=words.stored_on_disk()>{on_disk(size)}</td>
        </tr>
    }
}
