//! The rules editor's server function.

use backend::config::{self, Content};
use domain::config::Kind;
use domain::cti::{Field, FormText};
use domain::role::Permission;
use leptos::prelude::*;

use crate::error::AppError;
use crate::pages::answer::refuse_field;
use crate::pages::revisions::{line_of, saved};
use crate::request::{require, words};

/// Saves the draft. What is typed wrong goes back into the form.
#[server(prefix = "/api/ui", endpoint = "rules_save")]
async fn rules_save(
    #[server(default)] filename: String,
    #[server(default)] max_len: String,
    #[server(default)] deny: String,
    #[server(default)] allow: String,
    #[server(default)] version: String,
    #[server(default)] node: Option<i64>,
) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Configure)?;
    let line = line_of(Kind::CallRules, node);
    let typed = FormText {
        filename,
        max_len,
        deny,
        allow,
    };
    let rules = match typed.parse() {
        Ok(rules) => rules,
        Err(problems) => {
            let first = &problems[0];
            let problem = words().tester_texts().reason(&first.reason);
            return refuse_field(name(first.field), problem, "/rules", form(typed)).await;
        }
    };
    let content = Content::CallRules(rules);
    let seen = version.parse().ok();
    let result = config::save_draft(&backend, &actor, line, &content, seen).await;
    saved(result, line, form(typed)).await
}

fn form(typed: FormText) -> (&'static str, Vec<(&'static str, String)>) {
    let values = vec![
        (name(Field::Filename), typed.filename),
        (name(Field::MaxLength), typed.max_len),
        (name(Field::Deny), typed.deny),
        (name(Field::Allow), typed.allow),
    ];
    ("rules", values)
}

/// The field's name in the form.
fn name(field: Field) -> &'static str {
    match field {
        Field::Filename => "filename",
        Field::MaxLength => "max_len",
        Field::Deny => "deny",
        Field::Allow => "allow",
    }
}
