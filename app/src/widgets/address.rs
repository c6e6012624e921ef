//! Every address and network leads to its page.

use domain::net::Network;
use leptos::prelude::*;

/// The page of an address or network.
pub(crate) fn address_url(network: Network) -> String {
    format!("/addresses/{network}")
}

/// A sentence in which these, in their order, lead to their pages. Nothing else in it is looked at:
/// attackers may have written it.
#[component]
pub(crate) fn Linked(text: String, networks: Vec<Network>) -> impl IntoView {
    let mut rest = text.as_str();
    let mut pieces = Vec::new();
    for network in networks {
        if let Some((before, after)) = rest.split_once(&network.to_string()) {
            pieces.push(before.to_owned().into_any());
            pieces.push(view! { <AddressLink network/> }.into_any());
            rest = after;
        }
    }
    pieces.push(rest.to_owned().into_any());
    pieces
}

/// An address or network in monospace.
#[component]
pub(crate) fn AddressLink(#[prop(into)] network: Network) -> impl IntoView {
    view! { <a class="mono" href=address_url(network)>{network.to_string()}</a> }
}
