//! The page of settings: admins change, everybody reads.

use backend::geo::State;
use backend::retention::{self, Limits, LimitsForm, Loss, Stored};
use domain::role::Permission;
use leptos::prelude::*;

use crate::error::AppError;
use crate::layout::Frame;
use crate::pages::settings::geo::Geo;
use crate::pages::settings::kept::Kept;
use crate::pages::settings::stored::StoredTable;
use crate::request::{FormBack, form_back, require, words};
use crate::widgets::Loaded;

#[component]
pub(crate) fn SettingsPage() -> impl IntoView {
    view! {
        <Frame title=words().settings()>
            <Loaded load=load() view=|found| view! { <Screen found/> }/>
        </Frame>
    }
}

struct Found {
    limits: Limits,
    stored: Stored,
    back: Option<FormBack>,
    asked: Option<Asked>,
    geo: State,
}

/// Limits that were typed, and what they delete: to be agreed to.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub(super) limits: Limits,
    pub(super) loss: Loss,
}

async fn load() -> Result<Found, AppError> {
    let (backend, _) = require(Permission::Read)?;
    let back = form_back("retention").await;
    let asked = match back.as_ref().and_then(asked_about) {
        Some(limits) => {
            let loss = retention::loss(&backend, limits).await?;
            Some(Asked { limits, loss })
        }
        None => None,
    };
    Ok(Found {
        limits: retention::settings(&backend).await?,
        stored: retention::stored(&backend).await?,
        back,
        asked,
        geo: backend.geo().state(),
    })
}

/// Limits that were refused for what they delete.
fn asked_about(back: &FormBack) -> Option<Limits> {
    let text = |field| back.value(field).unwrap_or_default().to_owned();
    let form = LimitsForm {
        days: text("days"),
        attack_rows: text("attack_rows"),
        ban_event_rows: text("ban_event_rows"),
    };
    (back.field == "agreed").then(|| form.read().ok()).flatten()
}

#[component]
fn Screen(found: Found) -> impl IntoView {
    let words = words();
    let Found {
        limits,
        stored,
        back,
        asked,
        geo,
    } = found;
    view! {
        <header class="page-head">
            <h1>{words.settings()}</h1>
            <p class="muted">{words.settings_text()}</p>
        </header>
        <Kept limits chosen=stored.limits_chosen back asked/>
        <StoredTable stored limits/>
        <Geo state=geo/>
    }
}
