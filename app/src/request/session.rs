//! The session's keys, shared with the server's session store and layer.

use backend::accounts::User;
use tower_sessions::Session;

use crate::error::AppError;
use crate::request::{request, visitor};

/// Key of the signed-in user's id (`i64`); the store copies it to `sessions.user_id`.
pub const SESSION_USER: &str = "user_id";
/// Key of the user's epoch at sign-in (`i64`); the store refuses a session of an older epoch.
pub const SESSION_EPOCH: &str = "epoch";
/// Key of the address the user signed in from (text); the store copies it to `sessions.address`.
pub const SESSION_ADDRESS: &str = "address";
/// Key of the message for the next page.
pub const SESSION_FLASH: &str = "flash";

pub(crate) fn session() -> Option<Session> {
    request(|parts| parts.extensions.get::<Session>().cloned()).flatten()
}

/// Is there one already?
pub(crate) fn has_session() -> bool {
    session().is_some_and(|session| session.id().is_some())
}

/// Signs a user in under a new session id, so that a planted one is worth nothing. The old session
/// is deleted before the user is written: if the store fails in between, nobody is signed in.
pub(crate) async fn begin_session(user: &User) -> Result<(), AppError> {
    let session = session().ok_or_else(|| AppError::Unavailable.told())?;
    let address = visitor().address.map(|address| address.to_string());
    session.cycle_id().await.map_err(unavailable)?;
    session
        .insert(SESSION_USER, user.id.0)
        .await
        .map_err(unavailable)?;
    session
        .insert(SESSION_EPOCH, user.epoch)
        .await
        .map_err(unavailable)?;
    session
        .insert(SESSION_ADDRESS, address)
        .await
        .map_err(unavailable)?;
    session.save().await.map_err(unavailable)
}

/// Ends this session on every replica.
pub(crate) async fn end_session() -> Result<(), AppError> {
    match session() {
        Some(session) => session.flush().await.map_err(unavailable),
        None => Ok(()),
    }
}

fn unavailable(error: tower_sessions::session::Error) -> AppError {
    tracing::error!("session store: {error}");
    AppError::Unavailable.told()
}
