//! The files that countries and networks are known from.

use backend::geo::{FILE_NAMES, FileState, State};
use leptos::prelude::*;
use time::{Duration, OffsetDateTime};

use crate::request::{backend, words};
use crate::widgets::{Ago, Chip, Hint, Icon, Shade, grouped};

/// Addresses move slowly; a newer file is due then.
const OLD: Duration = Duration::days(92);

#[component]
pub(super) fn Geo(state: State) -> impl IntoView {
    let words = words();
    let known = state.read_at.is_some();
    let trouble = match (&state.folder, known) {
        (None, _) => Some((words.geo_unset(), words.geo_unset_text())),
        (Some(_), false) => Some((words.geo_unread(), words.geo_unset_text())),
        (Some(_), true) => None,
    };
    let problem = state.problem.map(|problem| {
        view! {
            <div class="verdict attention" role="status">
                <Icon name="alert"/>
                <div><p>{words.geo_refused()}</p><p class="mono">{problem}</p></div>
            </div>
        }
    });
    let now = backend().clock.now();
    let files = known.then(|| view! { <Files files=state.files now/> });
    view! {
        <section class="card settings" id="geo" aria-labelledby="geo-title">
            <h2 id="geo-title">{words.geo_title()}</h2>
            <Hint text=words.geo_text()/>
            {trouble
                .map(|(title, text)| {
                    view! {
                        <p><Chip shade=Shade::Grey text=title/></p>
                        <Hint text/>
                    }
                })}
            {problem}
            <dl class="facts">
                {state
                    .folder
                    .map(|folder| {
                        view! { <dt>{words.geo_folder()}</dt><dd class="mono">{folder.display().to_string()}</dd> }
                    })}
                {state.read_at.map(|at| view! { <dt>{words.geo_read()}</dt><dd><Ago at/></dd> })}
            </dl>
            {files}
            <h3>{words.geo_update_title()}</h3>
            <Hint text=words.geo_update_text()/>
            <pre class="raw">"mv asn-ipv4.csv.new asn-ipv4.csv"</pre>
        </section>
    }
}

#[component]
fn Files(files: Vec<FileState>, now: OffsetDateTime) -> impl IntoView {
    let words = words();
    let rows = FILE_NAMES.map(|name| {
        let file = files.iter().find(|file| file.name == name).cloned();
        let licence = licence(name);
        let state = match &file {
            None => view! { <Chip shade=Shade::Grey text=words.geo_missing()/> }.into_any(),
            Some(file) if now - file.modified > OLD => {
                view! { <Chip shade=Shade::Attention text=words.geo_old()/> }.into_any()
            }
            Some(_) => view! { <Chip shade=Shade::Good text=words.geo_in_use()/> }.into_any(),
        };
        view! {
            <tr>
                <td class="mono" data-label=words.geo_file()>{name}</td>
                <td data-label=words.geo_written()>
                    {file.as_ref().map(|file| view! { <Ago at=file.modified/> })}
                </td>
                <td data-label=words.geo_ranges()>
                    {file.as_ref().map(|file| grouped(i64::try_from(file.ranges).unwrap_or(i64::MAX)))}
                </td>
                <td data-label=words.geo_licence()>{licence}</td>
                <td data-label=words.alert_state()>{state}</td>
            </tr>
        }
    });
    view! {
        <div class="table-box">
            <table>
                <thead>
                    <tr>
                        <th>{words.geo_file()}</th>
                        <th>{words.geo_written()}</th>
                        <th>{words.geo_ranges()}</th>
                        <th>{words.geo_licence()}</th>
                        <th>{words.alert_state()}</th>
                    </tr>
                </thead>
                <tbody>{rows.into_iter().collect_view()}</tbody>
            </table>
        </div>
    }
}

/// Of the packages that docs/operating.md names.
fn licence(file: &str) -> &'static str {
    if file.starts_with("asn-country") {
        "CC0-1.0 (NRO: CC-BY-4.0)"
    } else {
        "CC-BY-4.0 (RouteViews, DB-IP, NRO)"
    }
}
