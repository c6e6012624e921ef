//! The jail editor's server function.

use backend::config::{self, Content};
use domain::config::Kind;
use domain::role::Permission;
use leptos::prelude::*;

use crate::error::AppError;
use crate::pages::answer::refuse_field;
use crate::pages::jail::form::Fields;
use crate::pages::revisions::{line_of, saved};
use crate::request::{require, words};

/// Saves the draft. What is typed wrong goes back into the form.
#[server(prefix = "/api/ui", endpoint = "jail_save")]
async fn jail_save(
    #[server(default)] bantime: String,
    #[server(default)] findtime: String,
    #[server(default)] maxretry: String,
    #[server(default)] ignore: String,
    #[server(default)] version: String,
    #[server(default)] node: Option<i64>,
) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Configure)?;
    let line = line_of(Kind::Jail, node);
    let fields = Fields {
        bantime,
        findtime,
        maxretry,
        ignore,
    };
    let content = match fields.read(words()) {
        Ok(jail) => Content::Jail(jail),
        Err((field, problem)) => {
            return refuse_field(field, problem, "/jail", ("jail", fields.typed())).await;
        }
    };
    let seen = version.parse().ok();
    let result = config::save_draft(&backend, &actor, line, &content, seen).await;
    saved(result, line, ("jail", fields.typed())).await
}
