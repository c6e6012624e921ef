//! The one sentence on top of the dashboard.

use backend::alerts::OpenAlert;
use backend::nodes::NodeRow;
use domain::alert::Kind;
use domain::health::HopState;
use leptos::prelude::*;

use crate::request::{scoped, words};
use crate::widgets::{Icon, grouped};
use crate::words::Words;

/// Attention beats attack beats quiet.
#[component]
pub(super) fn Verdict(
    attacks: i64,
    bans: i64,
    not_effective: i64,
    nodes: Vec<NodeRow>,
    /// Names of the nodes whose configuration somebody changed by hand.
    drifted: Vec<String>,
    /// Those that are open.
    alerts: Vec<OpenAlert>,
) -> impl IntoView {
    let words = words();
    let alerts: Vec<Kind> = alerts.iter().map(|alert| alert.fact.kind()).collect();
    let names = |wanted: &dyn Fn(&NodeRow) -> bool| {
        let names: Vec<_> = nodes
            .iter()
            .filter(|node| wanted(node))
            .map(|node| node.name.clone())
            .collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    let away = names(&|node| node.enrolled && !node.revoked && !node.connected);
    let broken = names(&|node| node.connected && has_broken_hop(node));
    let held = broken.is_none() && not_effective == 0;
    let mut details = Vec::new();
    details.extend(away.map(|names| words.nodes_away_text(&names)));
    details.extend(broken.map(|names| words.hops_broken_text(&names)));
    if not_effective > 0 {
        details.push(words.not_effective_count(not_effective));
    }
    let is_away = !details.is_empty() && held;
    if !drifted.is_empty() {
        details.push(words.drift_on(&drifted.join(", ")));
    }
    // Attacks that are told of are held as well as others.
    let is_told = alerts.iter().any(|kind| !is_attack(*kind));
    let attention = !details.is_empty() || is_told;
    details.extend(told(words, &alerts));
    let (class, icon, title) = if nodes.is_empty() {
        details = vec![words.nodes_empty_text().to_owned()];
        ("verdict grey", "server", words.no_nodes_title())
    } else if attention {
        // fail2ban goes on without us: nothing is known to be open.
        let title = match (held, is_away) {
            (false, _) => words.not_held_title(),
            (true, true) => words.away_title(),
            (true, false) if drifted.is_empty() => words.alert_title(),
            (true, false) => words.drift_title_short(),
        };
        ("verdict attention", "alert", title)
    } else if attacks > 0 || !alerts.is_empty() {
        details.insert(0, words.held_text(&grouped(attacks), &grouped(bans)));
        ("verdict bad", "shield", words.under_attack_title())
    } else {
        details.push(words.quiet_text().to_owned());
        ("verdict good", "check", words.quiet_title())
    };
    let (href, link) = if class == "verdict bad" {
        (scoped("/bans"), words.see_bans())
    } else {
        ("/nodes".to_owned(), words.see_nodes())
    };
    view! {
        <section class=class>
            <Icon name=icon/>
            <div>
                <p class="verdict-title">{title}</p>
                {details.into_iter().map(|detail| view! { <p>{detail}</p> }).collect_view()}
            </div>
            {(!alerts.is_empty()).then(|| view! { <a class="button" href="/alerts#open">{words.see_alerts()}</a> })}
            <a class="button" href=href>{link}</a>
        </section>
    }
}

fn is_attack(kind: Kind) -> bool {
    matches!(kind, Kind::AttackRate | Kind::NewCountry)
}

/// How many alerts are open, and of which rules.
fn told(words: Words, alerts: &[Kind]) -> Option<String> {
    let mut kinds: Vec<&str> = Vec::new();
    for kind in alerts.iter().map(|kind| words.alert_kind(*kind)) {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    (!kinds.is_empty()).then(|| words.alerts_open_of(alerts.len(), &kinds))
}

/// Does any hop from log to firewall fail?
pub(crate) fn has_broken_hop(node: &NodeRow) -> bool {
    node.health
        .as_ref()
        .is_some_and(|health| health.hops.iter().any(|hop| hop.state == HopState::Broken))
}
