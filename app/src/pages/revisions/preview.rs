//! A node's files, exactly as they will be written.

use backend::config::FilePreview;
use leptos::prelude::*;

use crate::pages::revisions::diff_view::MarkedText;
use crate::pages::revisions::kinds::page;
use crate::pages::revisions::screen::{Previewed, Screen};
use crate::request::{scope, words};
use crate::widgets::Hint;

/// For admins only: a file may hold other programs' secrets.
#[component]
pub(super) fn Preview(screen: Screen) -> impl IntoView {
    let words = words();
    let targets = screen.targets();
    let chosen = screen.previewed.as_ref().map(|previewed| previewed.node);
    if targets.is_empty() || !screen.kind.needs_switch() || screen.content().is_none() {
        return ().into_any();
    }
    let options = targets.into_iter().map(|(node, name)| {
        view! { <option value=node.to_string() selected=chosen == Some(node)>{name}</option> }
    });
    view! {
        <section class="card" id="preview" aria-labelledby="preview-title">
            <h2 id="preview-title">{words.preview()}</h2>
            <form method="get" action=format!("{}#preview", page(screen.kind)) class="filters">
                {scope().map(|node| view! { <input type="hidden" name="node" value=node.to_string()/> })}
                <label for="preview-node">{words.node()}</label>
                <select id="preview-node" name="preview">{options.collect_view()}</select>
                <button class="button">{words.preview_show()}</button>
            </form>
            <Hint text=words.preview_text()/>
            {screen.previewed.map(|previewed| view! { <Files previewed/> })}
        </section>
    }
    .into_any()
}

#[component]
fn Files(previewed: Previewed) -> impl IntoView {
    let words = words();
    if previewed.files.is_empty() {
        return view! { <p class="muted">{words.preview_unknown(&previewed.name)}</p> }.into_any();
    }
    let files = previewed
        .files
        .into_iter()
        .map(|file| view! { <File file/> });
    files.collect_view().into_any()
}

#[component]
fn File(file: FilePreview) -> impl IntoView {
    let words = words();
    let body = match file.after {
        Err(problem) => {
            view! { <p class="problem">{words.file_problem()}": "<span class="mono breaks">{words.file_reason(&problem)}</span></p> }
                .into_any()
        }
        Ok(text) if text == file.before => {
            view! { <p class="muted">{words.preview_same()}</p> }.into_any()
        }
        Ok(text) => {
            let made = file.before.is_empty().then(|| view! { <p class="muted">{words.preview_new()}</p> });
            view! { {made}<MarkedText before=file.before text/> }.into_any()
        }
    };
    view! {
        <h3 class="mono breaks">{file.path}</h3>
        {body}
    }
}
