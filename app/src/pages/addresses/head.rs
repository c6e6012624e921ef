//! Who it is, how it stands, and what can be done.

use backend::Problem;
use backend::addresses::Totals;
use backend::bans::BanRow;
use backend::nodes::NodeName;
use backend::whitelist::EntryRow;
use domain::geo::Place;
use domain::net::Network;
use domain::role::Permission;
use leptos::prelude::*;

use crate::pages::bans::{BanForm, Standing};
use crate::request::{FormBack, may, query, words};
use crate::widgets::{AddressLink, Ago, Chip, Icon, Left, Shade, address_url, grouped};

#[component]
pub(super) fn Head(
    network: Network,
    place: Place,
    #[prop(optional_no_strip)] network_name: Option<String>,
    bans: Vec<BanRow>,
    whitelisted: Vec<EntryRow>,
    #[prop(optional_no_strip)] protected: Option<Problem>,
    totals: Totals,
    nodes: Vec<NodeName>,
    #[prop(optional_no_strip)] back: Option<FormBack>,
) -> impl IntoView {
    let words = words();
    let name = network.to_string();
    let title = if network.is_host() {
        words.address_title(&name)
    } else {
        words.network_title(&name)
    };
    let own = bans.iter().any(|ban| ban.network == network);
    let chip = match bans.first() {
        Some(_) if own => view! { <Chip shade=Shade::Bad icon="ban" text=words.address_banned()/> },
        Some(ban) => {
            let text = words.address_banned_in(&ban.network.to_string());
            view! { <Chip shade=Shade::Bad icon="ban" text/> }
        }
        None => view! { <Chip shade=Shade::Grey icon="unlock" text=words.address_free()/> },
    };
    let why_protected = protected.as_ref().map(|problem| words.problem(problem));
    let country = place.country.map(|country| {
        let name = words.country_name(country.as_str());
        name.map_or_else(|| country.to_string(), str::to_owned)
    });
    let asn = place.asn.map(|asn| {
        let registered = network_name.map(|name| format!(" {name}"));
        format!("{asn}{}", registered.unwrap_or_default())
    });
    let unknown = || words.address_unknown_place().to_owned();
    view! {
        <header class="page-head">
            <h1 class="breaks">{title}</h1>
            {chip}
            {(!whitelisted.is_empty())
                .then(|| view! { <Chip shade=Shade::Good text=words.address_whitelisted()/> })}
            {why_protected
                .clone()
                .map(|why| {
                    view! { <Chip shade=Shade::Attention icon="shield" text=words.address_protected() title=why/> }
                })}
        </header>
        <Acts network bans=bans.clone() free=!own protected=why_protected.clone() nodes back/>
        <section class="card address-facts">
            <dl class="facts">
                <dt>{words.country()}</dt>
                <dd>{country.unwrap_or_else(unknown)}</dd>
                <dt>{words.network_asn()}</dt>
                <dd>{asn.unwrap_or_else(unknown)}</dd>
                <dt>{words.address_total()}</dt>
                <dd>
                    {if totals.lines > 0 {
                        words.address_total_text(&grouped(totals.lines), totals.days)
                    } else {
                        words.address_no_lines().to_owned()
                    }}
                </dd>
                {why_protected
                    .map(|why| view! { <dt>{words.address_why_protected()}</dt> <dd>{why}</dd> })}
            </dl>
            {bans
                .into_iter()
                .map(|row| {
                    let other = (row.network != network)
                        .then(|| view! { <h3><AddressLink network=row.network/></h3> });
                    view! { <div>{other}<Standing row/></div> }
                })
                .collect_view()}
            {whitelisted.into_iter().map(|entry| view! { <Entry entry/> }).collect_view()}
        </section>
    }
}

/// A whitelist entry that touches it.
#[component]
fn Entry(entry: EntryRow) -> impl IntoView {
    let words = words();
    view! {
        <dl class="facts">
            <dt><a href="/whitelist">{words.whitelist()}</a></dt>
            <dd><AddressLink network=entry.network/></dd>
            <dt>{words.who()}</dt>
            <dd>{entry.actor}" · "<Ago at=entry.created_at/></dd>
            <dt>{words.expires()}</dt>
            <dd><Left until=entry.expires_at/></dd>
            <dt>{words.note()}</dt>
            <dd>{entry.note}</dd>
        </dl>
    }
}

/// Unban, whitelist, ban: the forms of their own pages.
#[component]
fn Acts(
    network: Network,
    bans: Vec<BanRow>,
    /// It has no ban of its own.
    free: bool,
    /// Why it may never be banned.
    #[prop(optional_no_strip)]
    protected: Option<String>,
    nodes: Vec<NodeName>,
    #[prop(optional_no_strip)] back: Option<FormBack>,
) -> impl IntoView {
    let words = words();
    let name = network.to_string();
    let held = !bans.is_empty();
    let around = around(network).filter(|around| bans.iter().all(|ban| ban.network != *around));
    let asked = query("ban").is_some();
    // That it is banned already is said on top.
    let refusal = match &protected {
        _ if !may(Permission::Ban) => Some(words.ban_not_you().to_owned()),
        Some(why) => Some(words.ban_not_here(why)),
        None => None,
    };
    let offered = free && refusal.is_none();
    view! {
        <div class="buttons address-acts">
            {may(Permission::Ban)
                .then(|| {
                    bans.into_iter()
                        .map(|ban| {
                            let banned = ban.network.to_string();
                            view! {
                                <form method="post" action="/api/ui/unban" data-enhance="">
                                    <button class="button primary" name="networks[]" value=banned.clone()>
                                        <Icon name="unlock"/>
                                        {words.unban_named(&banned)}
                                    </button>
                                </form>
                            }
                        })
                        .collect_view()
                })}
            {may(Permission::Whitelist)
                .then(|| {
                    view! {
                        <a class="button" href=format!("/whitelist?network={name}#add")>
                            <Icon name="check"/>
                            {if held { words.unban_and_whitelist() } else { words.add_to_whitelist() }}
                        </a>
                    }
                })}
            {offered.then(|| view! { <BanForm nodes network=name asked back/> })}
            {around
                // What may not be banned lies in it.
                .filter(|_| may(Permission::Ban) && protected.is_none())
                .map(|around| {
                    view! {
                        <a class="button" href=format!("{}?ban=1", address_url(around))>
                            <Icon name="ban"/>
                            {words.ban_network_named(&around.to_string())}
                        </a>
                    }
                })}
        </div>
        {refusal.filter(|_| asked).map(|text| view! { <p class="problem" role="status">{text}</p> })}
    }
}

/// The /24 or /48 round a single address.
fn around(network: Network) -> Option<Network> {
    let length = if network.address().is_ipv4() { 24 } else { 48 };
    network
        .is_host()
        .then(|| Network::around(network.address(), length).ok())
        .flatten()
}
