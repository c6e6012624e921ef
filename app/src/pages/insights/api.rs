//! Server functions of the findings.

use backend::insights::{self, Rest};
use domain::role::Permission;
use leptos::prelude::*;

use crate::error::AppError;
use crate::pages::answer::answer;
use crate::request::{Flash, Undo, require, words};

/// Hides a finding for everybody, for a day or a week.
#[server(prefix = "/api/ui", endpoint = "insight_dismiss")]
async fn insight_dismiss(
    kind: String,
    key: String,
    #[server(default)] rest: String,
) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Ban)?;
    let words = words();
    let rest = if rest == "week" {
        Rest::Week
    } else {
        Rest::Day
    };
    let result = insights::dismiss(&backend, &actor, &kind, &key, rest).await;
    answer(result, "/", ("insight", Vec::new()), |dismissed| {
        let mut message = Flash::good(words.insight_dismissed());
        message.undo = Some(Undo {
            action: "/api/ui/insight_restore".into(),
            id: dismissed.id,
        });
        message
    })
    .await
}

/// Shows it again.
#[server(prefix = "/api/ui", endpoint = "insight_restore")]
async fn insight_restore(id: i64) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Ban)?;
    let words = words();
    let result = insights::restore(&backend, &actor, id).await;
    answer(result, "/", ("insight", Vec::new()), |()| {
        Flash::good(words.insight_shown_again())
    })
    .await
}
