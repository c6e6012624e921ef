//! The tables of accounts.

mod failures;
mod sessions;
mod users;

pub(super) use failures::*;
pub(super) use sessions::*;
pub(super) use users::*;
