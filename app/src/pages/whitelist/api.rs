//! Server functions of the whitelist page.

use backend::whitelist::{self, Expiry, NewEntry};
use domain::ids::EntryId;
use domain::role::Permission;
use leptos::prelude::*;
use time::PrimitiveDateTime;
use time::macros::format_description;

use crate::error::AppError;
use crate::pages::answer::{answer, refuse};
use crate::pages::bans::{chosen, scope_of};
use crate::request::{Flash, Undo, flash, go, require, words};

/// Adds an entry and lifts the bans inside it.
#[server(prefix = "/api/ui", endpoint = "whitelist_add")]
async fn whitelist_add(
    network: String,
    #[server(default)] note: String,
    #[server(default)] expiry: String,
    #[server(default)] at: String,
    #[server(default)] scope: String,
    #[server(default)] nodes: Vec<i64>,
) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Whitelist)?;
    let words = words();
    let result = match expiry_of(&expiry, &at) {
        Some(until) => {
            let entry = NewEntry {
                network: network.clone(),
                note: note.clone(),
                expiry: until,
                scope: scope_of(&scope, &nodes),
            };
            whitelist::add(&backend, &actor, entry).await
        }
        None if at.is_empty() => Err(backend::Error::invalid("at", backend::Problem::Missing)),
        None => Err(backend::Error::invalid("at", backend::Problem::Wrong)),
    };
    let mut typed = vec![
        ("network", network.clone()),
        ("note", note),
        ("expiry", expiry),
        ("at", at),
    ];
    typed.extend(chosen(scope, &nodes));
    match result {
        Ok(_) => {
            flash(Flash::good(words.whitelist_added(network.trim()))).await;
            // Without the address that another page had filled in.
            go("/whitelist");
            Ok(())
        }
        Err(error) => refuse(error, "/whitelist", ("whitelist", typed)).await,
    }
}

/// Removes an entry everywhere.
#[server(prefix = "/api/ui", endpoint = "whitelist_remove")]
async fn whitelist_remove(id: i64) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Whitelist)?;
    let words = words();
    let result = whitelist::remove(&backend, &actor, EntryId(id)).await;
    answer(result, "/whitelist", ("remove", Vec::new()), |network| {
        let mut message = Flash::good(words.whitelist_removed(&network.to_string()));
        message.undo = Some(Undo {
            action: "/api/ui/whitelist_restore".into(),
            id,
        });
        message
    })
    .await
}

/// Puts an entry back as it was.
#[server(prefix = "/api/ui", endpoint = "whitelist_restore")]
async fn whitelist_restore(id: i64) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Whitelist)?;
    let words = words();
    let result = whitelist::restore(&backend, &actor, EntryId(id)).await;
    answer(result, "/whitelist", ("restore", Vec::new()), |network| {
        Flash::good(words.whitelist_added(&network.to_string()))
    })
    .await
}

/// As `<input type="datetime-local">` sends it, taken as UTC (its label says so).
fn expiry_of(expiry: &str, at: &str) -> Option<Expiry> {
    match expiry {
        "" | "8h" => Some(Expiry::Hours8),
        "30d" => Some(Expiry::Days30),
        "never" => Some(Expiry::Never),
        "at" => {
            let form = format_description!("[year]-[month]-[day]T[hour]:[minute]");
            let at = PrimitiveDateTime::parse(at.get(..16)?, &form).ok()?;
            Some(Expiry::At(at.assume_utc()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expiries() {
        assert_eq!(expiry_of("8h", ""), Some(Expiry::Hours8));
        assert_eq!(expiry_of("never", ""), Some(Expiry::Never));
        assert_eq!(expiry_of("at", ""), None);
        assert_eq!(expiry_of("at", "tomorrow, perhaps"), None);
        assert_eq!(expiry_of("soon", ""), None);
        let at = time::macros::datetime!(2026-11-22 10:40 UTC);
        assert_eq!(expiry_of("at", "2026-11-22T10:40"), Some(Expiry::At(at)));
    }
}
