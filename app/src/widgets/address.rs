//! Every address and network leads to its page.

use domain::net::Network;
use leptos::prelude::*;

/// The page of an address or network.
pub(crate) fn address_url(network: Network) -> String {
    format!("/addresses/{network}")
}

/// An address or network in monospace.
#[component]
pub(crate) fn AddressLink(#[prop(into)] network: Network) -> impl IntoView {
    view! { <a class="mono" href=address_url(network)>{network.to_string()}</a> }
}
