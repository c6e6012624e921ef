//! Setup, sign-in, sign-out.

use backend::{Error, accounts};
use leptos::prelude::*;

use crate::error::AppError;
use crate::pages::answer::answer;
use crate::request::{Flash, backend, begin_session, end_session, flash, go, visitor, words};

/// Open to anybody who holds the setup token, while there is no user.
#[server(prefix = "/api/ui", endpoint = "setup")]
async fn setup(token: String, name: String, password: String) -> Result<(), AppError> {
    let address = visitor().address;
    match accounts::create_first_admin(&backend(), &token, &name, &password, address).await {
        Ok(user) => {
            begin_session(&user).await?;
            go("/");
            Ok(())
        }
        Err(error) => refuse(error, "/setup", "setup", name).await,
    }
}

/// Open to anybody.
#[server(prefix = "/api/ui", endpoint = "sign_in")]
async fn sign_in(name: String, password: String, next: String) -> Result<(), AppError> {
    match accounts::sign_in(&backend(), &name, &password, visitor().address).await {
        Ok(user) => {
            begin_session(&user).await?;
            go(inside(&next));
            Ok(())
        }
        Err(Error::Invalid { .. }) => {
            flash(Flash::bad(words().sign_in_failed())).await;
            crate::request::go_back("/sign-in");
            Ok(())
        }
        Err(error) => refuse(error, "/sign-in", "sign_in", name).await,
    }
}

/// Whoever is signed in.
#[server(prefix = "/api/ui", endpoint = "sign_out")]
async fn sign_out() -> Result<(), AppError> {
    // The store writes the audit row in the transaction that deletes the session.
    end_session().await?;
    go("/sign-in");
    Ok(())
}

async fn refuse(error: Error, page: &str, form: &str, name: String) -> Result<(), AppError> {
    answer(
        Err::<(), _>(error),
        page,
        (form, vec![("name", name)]),
        |()| Flash::good(""),
    )
    .await
}

/// Only paths of this console are followed.
fn inside(next: &str) -> &str {
    let is_path =
        next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n']);
    if is_path && next.is_ascii() {
        next
    } else {
        "/"
    }
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn sign_in_leads_nowhere_else() {
        for (next, expected) in [
            ("/bans?search=1", "/bans?search=1"),
            ("", "/"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example", "/"),
            ("/a\r\nSet-Cookie: x", "/"),
        ] {
            assert_eq!(inside(next), expected, "{next:?}");
        }
    }
}
