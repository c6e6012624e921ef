//! The page of SIP profiles.

use backend::config::{self, Content, NodeFound};
use domain::config::Kind;
use domain::profile::{ProfileAccess, Profiles};
use domain::role::Permission;
use leptos::prelude::*;

use crate::error::AppError;
use crate::layout::Frame;
use crate::pages::profiles::changes::{acl, auth, lingering, warnings};
use crate::pages::profiles::form::ProfileForm;
use crate::pages::revisions::{DraftFields, LineScreen, Screen, lingers, load as load_line};
use crate::request::{FormBack, form_back, may, query, require, scope, scoped, words};
use crate::widgets::{Chip, Icon, Loaded, Shade};

#[component]
pub(crate) fn ProfilesPage() -> impl IntoView {
    view! {
        <Frame title=words().sip_profiles()>
            <Loaded load=load() view=|found| view! { <Page found/> }/>
        </Frame>
    }
}

struct Found {
    screen: Screen,
    nodes: Vec<NodeFound>,
    back: Option<FormBack>,
}

async fn load() -> Result<Found, AppError> {
    let (backend, _) = require(Permission::Read)?;
    let mut nodes = config::found(&backend, Kind::Profiles).await?;
    nodes.retain(|found| scope().is_none_or(|node| node == found.node));
    Ok(Found {
        screen: load_line(&backend, Kind::Profiles).await?,
        nodes,
        back: form_back("profile").await,
    })
}

#[component]
fn Page(found: Found) -> impl IntoView {
    let words = words();
    let Found {
        screen,
        nodes,
        back,
    } = found;
    let profiles = match screen.content() {
        Some(Content::Profiles(profiles)) => profiles.clone(),
        _ => Profiles::default(),
    };
    let mut warnings = warnings(words, &profiles);
    warnings.extend(
        nodes
            .iter()
            .flat_map(|found| lingering(words, &profiles, found)),
    );
    let edited = query("profile").and_then(|name| profiles.get(&name).cloned());
    let configures = may(Permission::Configure);
    let form = configures.then(|| {
        let screen = screen.clone();
        view! { <ProfileForm screen edited back/> }
    });
    let editor = screen.clone();
    view! {
        <LineScreen screen text=words.profiles_text() warnings>
            <p><a href=scoped("/acl")>{words.acl_lists()}</a></p>
            <Set profiles screen=editor configures/>
            {form}
            <OnNodes nodes/>
        </LineScreen>
    }
}

/// What is set, a row for each profile.
#[component]
fn Set(profiles: Profiles, screen: Screen, configures: bool) -> impl IntoView {
    let words = words();
    if profiles.is_empty() {
        return view! { <p class="muted">{words.profiles_empty()}</p> }.into_any();
    }
    let profiles: Vec<ProfileAccess> = profiles.into();
    let row = |access: ProfileAccess| {
        let name = access.profile.to_string();
        let own = scope()
            .map(|node| format!("node={node}&"))
            .unwrap_or_default();
        let edit = format!("/acl/profiles?{own}profile={name}#editor");
        view! {
            <tr data-key=name.clone()>
                <td class="mono strong" data-label=words.profile()>{name.clone()}</td>
                <td class="mono breaks" data-label="apply-inbound-acl">{acl(words, &access)}</td>
                <td data-label="auth-calls">{auth(words, &access)}</td>
                <td class="row-actions">
                    {configures
                        .then(|| {
                            view! {
                                <a class="button small" href=edit aria-label=words.edit_named(&name)>{words.edit_short()}</a>
                                " "
                                <button class="button small" form="profile-remove" name="profile" value=name.clone()>
                                    {words.profile_remove_named(&name)}
                                </button>
                            }
                        })}
                </td>
            </tr>
        }
    };
    view! {
        <form id="profile-remove" method="post" action="/api/ui/profile_remove" data-enhance=""><DraftFields screen/></form>
        <div class="table-box">
            <table>
                <thead>
                    <tr>
                        <th>{words.profile()}</th>
                        <th>"apply-inbound-acl"</th>
                        <th>"auth-calls"</th>
                        <th class="row-actions"><span class="visually-hidden">{words.actions()}</span></th>
                    </tr>
                </thead>
                <tbody>{profiles.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// What the files of the nodes say now.
#[component]
fn OnNodes(nodes: Vec<NodeFound>) -> impl IntoView {
    let words = words();
    let rows: Vec<_> = nodes.into_iter().flat_map(rows_of).collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="card" aria-labelledby="profile-nodes-title">
                <h2 id="profile-nodes-title">{words.profile_on_nodes()}</h2>
                <div class="table-box">
                    <table>
                        <thead>
                            <tr>
                                <th>{words.node()}</th>
                                <th>{words.profile()}</th>
                                <th>"apply-inbound-acl"</th>
                                <th>"auth-calls"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </section>
        }
    })
}

fn rows_of(found: NodeFound) -> Vec<AnyView> {
    let words = words();
    let node = found.name;
    if let Some(problem) = found.problem {
        return vec![
            view! {
                <tr data-key=node.clone()>
                    <td class="strong" data-label=words.node()>{node.clone()}</td>
                    <td colspan="3"><Chip shade=Shade::Bad text=words.because(&problem)/></td>
                </tr>
            }
            .into_any(),
        ];
    }
    let Some(Content::Profiles(profiles)) = found.content else {
        return Vec::new();
    };
    // What a variable decides, or nothing, cannot be told from the file.
    let row = |access: &ProfileAccess| {
        let name = access.profile.to_string();
        let lists = access.inbound_acl.is_some().then(|| acl(words, access));
        let calls = access.auth_calls.is_some().then(|| auth(words, access));
        view! {
            <tr data-key=format!("{node}-{name}")>
                <td class="strong" data-label=words.node()>{node.clone()}</td>
                <td class="mono" data-label=words.profile()>{name.clone()}</td>
                <td class="mono breaks" data-label="apply-inbound-acl">{lists.unwrap_or_else(|| "—".to_owned())}</td>
                <td data-label="auth-calls">{calls.unwrap_or("—")}</td>
            </tr>
        }
        .into_any()
    };
    let odd = found.lingering.iter().enumerate().map(|(index, odd)| {
        view! {
            <tr data-key=format!("{node}-lingering-{index}")>
                <td class="strong" data-label=words.node()>{node.clone()}</td>
                <td class="breaks" colspan="3"><Icon name="alert"/>{lingers(odd)}</td>
            </tr>
        }
        .into_any()
    });
    profiles.iter().map(row).chain(odd).collect()
}
