//! The connection to a node's Event Socket: how it is, why it is not, and where it leads.

use backend::links::{GatewayFact, LinkStatus, LinkView, LinkWord};
use backend::nodes::NodeRow;
use domain::role::Permission;
use leptos::prelude::*;
use time::OffsetDateTime;

use crate::request::{FormBack, may, words};
use crate::widgets::{Ago, Chip, Field, Hint, Shade};

#[component]
pub(super) fn EventSocketCard(
    node: NodeRow,
    #[prop(optional_no_strip)] link: Option<LinkView>,
    #[prop(optional_no_strip)] back: Option<FormBack>,
) -> impl IntoView {
    let words = words();
    let admin = may(Permission::Nodes);
    view! {
        <section class="card" id="event-socket">
            <h2>{words.event_socket()}</h2>
            {match link.clone() {
                None => view! { <Hint text=words.event_socket_none()/> }.into_any(),
                Some(link) => view! { <State link/> }.into_any(),
            }}
            {admin.then(|| view! { <Settings node=node.clone() link=link.clone() back/> })}
        </section>
    }
}

#[component]
fn State(link: LinkView) -> impl IntoView {
    let words = words();
    let place = format!("{}:{}", link.host, link.port);
    let status = link.status.clone().filter(|_| link.held);
    let Some(status) = status else {
        return view! {
            <p><Chip shade=Shade::Grey text=words.link_not_held()/>" "<span class="mono breaks">{place}</span></p>
        }
        .into_any();
    };
    let (shade, text) = match status.state {
        LinkWord::Up => (Shade::Good, words.link_up()),
        LinkWord::Down => (Shade::Bad, words.link_down()),
        LinkWord::Connecting => (Shade::Grey, words.link_connecting()),
    };
    let since = at(status.since);
    let why = status.why.clone();
    let console = status.console;
    view! {
        <p>
            <Chip shade text/>" "<span class="mono breaks">{place}</span>
            {since.map(|at| view! { " "<span class="muted"><Ago at/></span> })}
        </p>
        {why.map(|why| {
            view! {
                <p>{words.link_why(&why)}</p>
                <p class="remedy breaks"><strong>{words.remedy()}": "</strong>{words.link_remedy(&why, console)}</p>
            }
        })}
        <Facts status=status.clone()/>
        {(!status.denied.is_empty())
            .then(|| view! { <p class="hint">{words.link_denied(&status.denied.join(", "))}</p> })}
        {status.too_many_peers.then(|| view! { <Hint text=words.link_too_many_peers()/> })}
    }
    .into_any()
}

#[component]
fn Facts(status: LinkStatus) -> impl IntoView {
    let words = words();
    let fact = |name: &'static str, value: Option<String>| {
        value.map(|value| view! { <dt>{name}</dt><dd>{value}</dd> })
    };
    let beat = status.heartbeat.clone();
    let heard = beat.as_ref().and_then(|beat| at(beat.at));
    let seconds = |seconds: u64| words.duration(i64::try_from(seconds).unwrap_or(i64::MAX));
    let up = status.state == LinkWord::Up;
    view! {
        <dl class="facts">
            {fact(words.switch_version(), status.version.clone())}
            {fact(words.switch_uptime(), beat.as_ref().map(|beat| seconds(beat.up_seconds)))}
            {fact(words.sessions(), beat.as_ref().map(|beat| format!("{} / {}", beat.sessions, beat.max_sessions)))}
            {fact(words.registrations(), status.registrations.map(|count| count.to_string()))}
            {(!status.gateways.is_empty()).then(|| view! { <Gateways gateways=status.gateways.clone()/> })}
            {fact(words.link_source(), status.console.filter(|_| up).map(|console| console.to_string()))}
            {fact(words.round_trip(), status.round_trip.map(milliseconds))}
            {heard.map(|at| view! { <dt>{words.heartbeat()}</dt><dd><Ago at/></dd> })}
            {(up && !status.events).then(|| view! { <dt>{words.heartbeat()}</dt><dd>{words.no_events()}</dd> })}
            {fact(words.lost_connections(), (status.lost_connections > 0).then(|| status.lost_connections.to_string()))}
        </dl>
    }
}

#[component]
fn Gateways(gateways: Vec<GatewayFact>) -> impl IntoView {
    let words = words();
    let each = gateways.into_iter().map(|gateway| {
        let shade = match gateway.state.as_str() {
            "REGED" | "NOREG" if gateway.status == "UP" => Shade::Good,
            "FAILED" | "FAIL_WAIT" | "EXPIRED" => Shade::Bad,
            _ => Shade::Grey,
        };
        let text = format!("{} {}", gateway.name, gateway.state);
        view! { <li><Chip shade text/></li> }
    });
    view! {
        <dt>{words.gateways()}</dt>
        <dd><ul class="lines">{each.collect_view()}</ul></dd>
    }
}

/// The password is never shown again; without one the one before stays.
#[component]
fn Settings(
    node: NodeRow,
    #[prop(optional_no_strip)] link: Option<LinkView>,
    #[prop(optional_no_strip)] back: Option<FormBack>,
) -> impl IntoView {
    let words = words();
    let open = back.is_some();
    let known = link.is_some();
    let (host, port, user) = if let Some(link) = link {
        (link.host, link.port.to_string(), link.user)
    } else {
        let address = node.address.map(|address| address.to_string());
        let port = "8021".to_owned();
        (address.unwrap_or_default(), port, String::new())
    };
    let password = if known {
        words.link_password_stays()
    } else {
        words.link_password_hint()
    };
    let id = node.id.to_string();
    view! {
        <details class="ask" open=open>
            <summary class="button">{if known { words.link_change() } else { words.link_add() }}</summary>
            <form method="post" action="/api/ui/node_link_set" class="form" data-enhance="" autocomplete="off">
                <Field name="host" label=words.link_host() value=host required=true mono=true max=253 back=back.clone()/>
                <Field name="port" label=words.link_port() value=port required=true mono=true max=5 back=back.clone()/>
                <Field name="user" label=words.link_user() hint=words.link_user_hint() value=user mono=true max=320 back=back.clone()/>
                <Field
                    name="password"
                    label=words.link_password()
                    hint=password
                    kind="password"
                    required=!known
                    max=256
                    autocomplete="new-password"
                    back
                />
                <button class="button primary" name="id" value=id.clone()>{words.link_save()}</button>
            </form>
            {known.then(|| {
                view! {
                    <form method="post" action="/api/ui/node_link_remove" data-enhance="">
                        <button class="button danger" name="id" value=id>{words.link_remove()}</button>
                    </form>
                }
            })}
        </details>
    }
}

fn milliseconds(microseconds: u64) -> String {
    format!("{}.{} ms", microseconds / 1_000, microseconds % 1_000 / 100)
}

fn at(milliseconds: i64) -> Option<OffsetDateTime> {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000);
    time.ok().filter(|_| milliseconds > 0)
}
