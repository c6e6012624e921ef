//! First-run setup and sign-in.

mod api;
mod setup;
mod sign_in;

pub(crate) use setup::SetupPage;
pub(crate) use sign_in::SignInPage;
