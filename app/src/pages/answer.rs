//! How every form is answered: a redirect to a page that says what happened. A refused form goes
//! back with what was typed and the problem at its field.

use domain::role::Permission;

use crate::error::AppError;
use crate::request::{Flash, FormBack, flash, go, go_back, has_session, may, words};

/// A form's name on its page, and what was typed into it (never a secret).
pub(super) type Typed<'a> = (&'a str, Vec<(&'a str, String)>);

/// Ends a server function. `done` says in words what was done, where the page does not show it anyway.
///
/// # Errors
/// Faults; a wrong field is no fault.
pub(super) async fn answer<T, F: Into<Option<Flash>>>(
    result: Result<T, backend::Error>,
    page: &str,
    form: Typed<'_>,
    done: impl FnOnce(T) -> F,
) -> Result<(), AppError> {
    match result {
        Ok(value) => {
            if let Some(message) = done(value).into() {
                flash(message).await;
            }
            go_back(page);
            Ok(())
        }
        Err(error) => refuse(error, page, form).await,
    }
}

/// Ends a server function whose form the interface itself could not read.
///
/// # Errors
/// None; as [`answer`].
pub(super) async fn refuse_field(
    field: &'static str,
    problem: String,
    page: &str,
    form: Typed<'_>,
) -> Result<(), AppError> {
    give_back(field, problem, form).await;
    go_back(page);
    Ok(())
}

/// What was typed, with the problem at its field.
async fn give_back(field: &'static str, problem: String, form: Typed<'_>) {
    let mut message = Flash::bad(problem.clone());
    message.form = Some(FormBack {
        name: form.0.to_owned(),
        field: field.to_owned(),
        problem,
        values: form
            .1
            .into_iter()
            .map(|(name, text)| (name.to_owned(), text))
            .collect(),
    });
    flash(message).await;
}

/// Ends a server function that did nothing.
///
/// # Errors
/// As [`answer`].
pub(super) async fn refuse(
    error: backend::Error,
    page: &str,
    form: Typed<'_>,
) -> Result<(), AppError> {
    match error {
        backend::Error::Invalid { field, problem } => {
            let problem = match (field, &problem) {
                ("token", backend::Problem::Wrong) => words().setup_token_wrong().to_owned(),
                ("scope", backend::Problem::Missing) => words().problem_no_choice().to_owned(),
                (_, backend::Problem::Wide) if may(Permission::WideNetworks) => {
                    words().problem_wide_confirm().to_owned()
                }
                _ => words().problem(&problem),
            };
            give_back(field, problem, form).await;
        }
        // Who has no session gets none for that: a flood must not fill the table.
        backend::Error::TooMany if has_session() => flash(Flash::bad(words().too_many())).await,
        backend::Error::NotFound => {
            // The page of what is gone is gone, too.
            flash(Flash::bad(words().gone_meanwhile())).await;
            go(page);
            return Ok(());
        }
        error => return Err(error.into()),
    }
    go_back(page);
    Ok(())
}
