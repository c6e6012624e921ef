//! The one search box: a node's name leads to the node, everything else to the bans.

use backend::nodes;
use domain::role::Permission;
use leptos::prelude::*;

use crate::error::AppError;
use crate::layout::Frame;
use crate::request::{go, query, require, words};
use crate::widgets::Loaded;

#[component]
pub(crate) fn SearchPage() -> impl IntoView {
    view! {
        <Frame title=words().search()>
            <Loaded load=find(query("q").unwrap_or_default()) view=|()| ()/>
        </Frame>
    }
}

async fn find(text: String) -> Result<(), AppError> {
    let (backend, _) = require(Permission::Read)?;
    let text = text.trim();
    let target = if nodes::is_there(&backend, text).await? {
        format!("/nodes/{text}")
    } else {
        let search: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        format!("/bans?search={search}")
    };
    go(&target);
    Ok(())
}
