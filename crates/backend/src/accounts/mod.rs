//! Users, their passwords and sessions, and the first admin.

mod hasher;
mod rules;
mod sessions;
mod setup;
mod sign_in;
mod sql;
mod throttle;
mod users;

use domain::ids::UserId;
use domain::role::Role;
use time::OffsetDateTime;

pub use hasher::Hasher;
pub use sessions::{
    Alive, Session, SessionKey, alive_among, create_session, delete_session, load_session,
    operator_addresses, present, save_session, sweep,
};
pub use setup::{create_first_admin, issue_setup_token, setup_needed};
pub use sign_in::sign_in;
pub use users::{create_user, list, set_disabled, set_password, set_role, user_named};

/// Somebody who can sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Row number.
    pub id: UserId,
    /// Login name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Rises when all sessions of the user end; a session keeps the one it was made in.
    pub epoch: i64,
}

/// A signed-in user, as a request finds things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    /// Who.
    pub user: User,
    /// That the session is used was last written more than a minute ago.
    pub stale: bool,
    /// The database takes no changes now.
    pub read_only: bool,
}

/// A line of the list of users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRow {
    /// Row number.
    pub id: UserId,
    /// Login name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Cannot sign in.
    pub disabled: bool,
    /// When the user was added.
    pub created_at: OffsetDateTime,
    /// Live sessions.
    pub sessions: i64,
}
