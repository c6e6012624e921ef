//! Setup, sign-in, sign-out.

use backend::{Error, accounts};
use leptos::prelude::*;

use crate::error::AppError;
use crate::pages::answer::refuse;
use crate::request::{
    Flash, FormBack, backend, begin_session, end_session, flash, go, go_back, visitor, words,
};

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
        Err(error) => refuse(error, "/setup", ("setup", vec![("name", name)])).await,
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
            let text = words().sign_in_failed();
            let mut message = Flash::bad(text);
            // Which of the two is wrong is nobody's business; the name need not be typed again.
            message.form = Some(FormBack {
                name: "sign_in".to_owned(),
                field: String::new(),
                problem: text.to_owned(),
                values: vec![("name".to_owned(), name)],
            });
            flash(message).await;
            go_back("/sign-in");
            Ok(())
        }
        Err(error) => refuse(error, "/sign-in", ("sign_in", vec![("name", name)])).await,
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
