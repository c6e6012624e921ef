//! Where an address belongs, in a few words.

use domain::geo::Place;
use leptos::prelude::*;

use crate::request::words;

/// `Germany · AS64500 Example, Inc.`; nothing where nothing is known.
#[component]
pub(crate) fn PlaceText(place: Place, network: Option<String>) -> impl IntoView {
    let country = place.country.map(|country| {
        let name = words().country_name(country.as_str());
        name.map_or_else(|| country.to_string(), str::to_owned)
    });
    let network = place.asn.map(|asn| match network {
        Some(name) => format!("{asn} {name}"),
        None => asn.to_string(),
    });
    let parts: Vec<String> = [country, network].into_iter().flatten().collect();
    let text = parts.join(" · ");
    (!parts.is_empty())
        .then(|| view! { <span class="place" title=text.clone()>{text.clone()}</span> })
}
