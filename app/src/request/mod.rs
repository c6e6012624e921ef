//! What a page may know about the request it answers: the backend, who is asking, in which
//! language. The only place that takes these out of the context the server provides.

mod flash;
mod session;
mod visitor;

pub use flash::{Flash, FormBack, Reveal, Tone, Undo};
pub(crate) use flash::{flash, form_back, provide_flash, take_flash};
pub use session::{SESSION_ADDRESS, SESSION_EPOCH, SESSION_FLASH, SESSION_USER};
pub(crate) use session::{begin_session, end_session, has_session};
pub use visitor::{PublicUrl, Visitor};
pub(crate) use visitor::{
    Theme, console_url, go, go_back, may, narrow_navigation, navigated, path, query, request,
    rescoped, scope, scoped, theme, visitor, words, words_of,
};

use backend::{Actor, Backend};
use domain::role::Permission;
use leptos::prelude::*;

use crate::error::AppError;

/// The backend, provided by the server with `provide_context(Backend)`.
pub(crate) fn backend() -> Backend {
    expect_context::<Backend>()
}

/// First line of every server function: the backend and who asks, if they may.
///
/// # Errors
/// [`AppError::SignedOut`], [`AppError::Forbidden`].
pub(crate) fn require(permission: Permission) -> Result<(Backend, Actor), AppError> {
    let visitor = visitor();
    let user = visitor.user.ok_or(AppError::SignedOut)?;
    if !user.role.may(permission) {
        return Err(AppError::Forbidden.told());
    }
    let actor = Actor {
        user: Some(user.id),
        name: user.name,
        role: user.role,
        address: visitor.address,
    };
    Ok((backend(), actor))
}
