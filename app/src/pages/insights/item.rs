//! One finding: what was seen, why it matters, one thing to do. What attackers sent is only ever text.

use backend::insights::InsightRow;
use domain::insight::Insight;
use domain::net::Network;
use domain::role::Permission;
use leptos::prelude::*;

use crate::pages::addresses::test_url;
use crate::request::{may, words};
use crate::widgets::{Ago, Icon, Linked, address, address_url, grouped};
use crate::words::Words;

/// A finding in words.
struct Told {
    shade: &'static str,
    icon: &'static str,
    what: String,
    seen: String,
    why: &'static str,
    act: String,
    href: String,
}

#[component]
pub(super) fn Item(row: InsightRow) -> impl IntoView {
    let words = words();
    let (kind, key) = (row.insight.kind(), row.insight.key());
    let id = format!("{kind} {key}");
    let networks: Vec<Network> = row.insight.network().into_iter().collect();
    let told = told(words, row.insight);
    let button = |rest: &'static str, text: &'static str, label: String| {
        view! { <button class="button small quiet" name="rest" value=rest aria-label=label>{text}</button> }
    };
    view! {
        <li class=told.shade data-key=id>
            <Icon name=told.icon/>
            <div>
                <p class="strong breaks"><Linked text=told.what.clone() networks/></p>
                <p class="breaks">{format!("{}{}{}", told.seen, words.next_sentence(), told.why)}</p>
                <p class="muted">{words.insight_since()}" "<Ago at=row.since/></p>
                <div class="buttons">
                    <a class="button small" href=told.href>{told.act}</a>
                    {may(Permission::Ban)
                        .then(|| {
                            view! {
                                <form method="post" action="/api/ui/insight_dismiss" data-enhance="">
                                    <input type="hidden" name="kind" value=kind/>
                                    <input type="hidden" name="key" value=key/>
                                    {button(
                                        "day",
                                        words.insight_dismiss_day(),
                                        words.insight_dismiss_named(&told.what),
                                    )}
                                    {button(
                                        "week",
                                        words.insight_dismiss_week(),
                                        words.insight_dismiss_week_named(&told.what),
                                    )}
                                </form>
                            }
                        })}
                </div>
            </div>
        </li>
    }
}

fn told(words: Words, insight: Insight) -> Told {
    match insight {
        Insight::StillSending {
            network,
            node,
            lines,
            ..
        } => Told {
            shade: "bad",
            icon: "broken",
            what: words.insight_still_sending(&network.to_string(), &node),
            seen: words.insight_still_sending_seen(&grouped(lines)),
            why: words.insight_still_sending_why(),
            act: words.insight_see_node(&node),
            href: format!("/nodes/{node}"),
        },
        Insight::NumberGotThrough {
            number,
            node,
            lines,
            refused,
            example,
        } => Told {
            shade: "bad",
            icon: "phone",
            what: words.insight_number(&number, &node),
            seen: words.insight_number_seen(&grouped(lines), refused, &example),
            why: words.insight_number_why(),
            act: words.insight_see_rules().to_owned(),
            href: test_url(&number),
        },
        Insight::GuessedExtension {
            extension,
            sources,
            lines,
            registered,
        } => Told {
            shade: if registered { "bad" } else { "attention" },
            icon: "lock",
            what: words.insight_extension(&extension, &grouped(sources)),
            seen: words.insight_extension_seen(&grouped(lines)),
            why: if registered {
                words.insight_extension_real()
            } else {
                words.insight_extension_unknown()
            },
            act: words.insight_see_attacks().to_owned(),
            href: address("/attacks", &[], &[("extension", extension)]),
        },
        Insight::RepeatNetwork {
            network,
            addresses,
            bans,
        } => {
            let (name, page) = (network.to_string(), address_url(network));
            let (act, href) = if may(Permission::Ban) {
                (words.ban_network_named(&name), format!("{page}?ban=1"))
            } else {
                (words.address_everything(&name), page)
            };
            Told {
                shade: "attention",
                icon: "ban",
                what: words.insight_network(addresses, &name),
                seen: words.insight_network_seen(&grouped(bans)),
                why: words.insight_network_why(),
                act,
                href,
            }
        }
        Insight::RepeatAsn {
            asn,
            name,
            addresses,
            networks,
        } => Told {
            shade: "attention",
            icon: "ban",
            what: {
                let name = name.map(|name| format!(" {name}")).unwrap_or_default();
                words.insight_asn(addresses, &format!("{asn}{name}"))
            },
            seen: words.insight_asn_seen(networks),
            why: words.insight_asn_why(),
            act: words.insight_see_attacks().to_owned(),
            href: address("/attacks", &[], &[("asn", asn.0.to_string())]),
        },
        Insight::UnusualHour {
            now,
            least,
            most,
            weeks,
        } => hour(words, (now, least, most, weeks)),
    }
}

/// Of an hour unlike those of other weeks.
fn hour(words: Words, (now, least, most, weeks): (i64, i64, i64, i64)) -> Told {
    let more = now > most;
    Told {
        shade: if more { "bad" } else { "attention" },
        icon: if more { "up" } else { "down" },
        what: if more {
            words.insight_more(&grouped(now))
        } else {
            words.insight_fewer(&grouped(now))
        },
        seen: words.insight_usual(&grouped(least), &grouped(most), weeks),
        why: if more {
            words.insight_more_why()
        } else {
            words.insight_fewer_why()
        },
        act: if more {
            words.insight_see_hours()
        } else {
            words.see_nodes()
        }
        .to_owned(),
        href: if more { "/?window=6h" } else { "/nodes" }.to_owned(),
    }
}
