//! The jail's files: filter, action and jail, and the whitelist beside them.

mod check;

mod install;
mod text;
pub mod whitelist;

pub use install::{InstallError, Installed, install, install_plan};
pub use text::{JailPlan, PlanError, files, finds_attacks};
