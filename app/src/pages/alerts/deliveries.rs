//! The last messages: sent, waiting for their next try, or given up.

use backend::alerts::{DeliveryRow, DeliveryState};
use leptos::prelude::*;

use crate::request::words;
use crate::widgets::{Ago, Chip, Hint, NextTry, Shade};

#[component]
pub(super) fn Deliveries(deliveries: Vec<DeliveryRow>) -> impl IntoView {
    let words = words();
    let content = if deliveries.is_empty() {
        view! { <Hint text=words.alert_deliveries_none()/> }.into_any()
    } else {
        let rows = deliveries.into_iter().map(|row| view! { <Row row/> });
        view! {
            <div class="table-box">
                <table>
                    <thead>
                        <tr>
                            <th>{words.time()}</th>
                            <th>{words.channel()}</th>
                            <th>{words.alert_message()}</th>
                            <th>{words.alert_state()}</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="card" id="messages" aria-labelledby="messages-title">
            <h2 id="messages-title">{words.alert_deliveries()}</h2>
            {content}
        </section>
    }
}

#[component]
fn Row(row: DeliveryRow) -> impl IntoView {
    let words = words();
    let shade = match row.state {
        DeliveryState::Sent => Shade::Good,
        DeliveryState::GivenUp => Shade::Bad,
        DeliveryState::Waiting if row.tries > 0 => Shade::Attention,
        DeliveryState::Waiting => Shade::Grey,
    };
    let waits = row.state == DeliveryState::Waiting && row.tries > 0;
    view! {
        <tr data-key=row.message>
            <td class="nowrap" data-label=words.time()><Ago at=row.created_at/></td>
            <td data-label=words.channel()>{row.channel}</td>
            <td class="breaks" data-label=words.alert_message()>
                {row.title}
                {row.test.then(|| view! { " "<Chip shade=Shade::Grey icon="send" text=words.alert_test()/> })}
            </td>
            <td data-label=words.alert_state()>
                <Chip shade text=words.delivery(row.state, row.tries)/>
                {row.outcome.map(|outcome| view! { " "<span class="muted">{words.outcome(outcome)}</span> })}
                {waits
                    .then(|| {
                        view! {
                            <p class="hint">
                                {words.delivery_tries(row.tries)}" · "
                                <NextTry at=row.next_try_at/>
                            </p>
                        }
                    })}
            </td>
        </tr>
    }
}
