//! Server functions of the page of settings.

use backend::retention::{self, LimitsForm};
use domain::role::Permission;
use leptos::prelude::*;

use crate::error::AppError;
use crate::pages::answer::answer;
use crate::request::{Flash, require, words};

/// Sets how much is kept. `agreed`: the limits whose loss the page has named.
#[server(prefix = "/api/ui", endpoint = "retention_save")]
async fn retention_save(
    days: String,
    attack_rows: String,
    ban_event_rows: String,
    #[server(default)] agreed: String,
) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Configure)?;
    let typed = vec![
        ("days", days.clone()),
        ("attack_rows", attack_rows.clone()),
        ("ban_event_rows", ban_event_rows.clone()),
    ];
    let form = LimitsForm {
        days,
        attack_rows,
        ban_event_rows,
    };
    let saved = match form.read() {
        Ok(limits) => retention::set_settings(&backend, &actor, limits, Some(&agreed)).await,
        Err(error) => Err(error),
    };
    answer(saved, "/settings", ("retention", typed), |()| {
        Flash::good(words().kept_saved())
    })
    .await
}
