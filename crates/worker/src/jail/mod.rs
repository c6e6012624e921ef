//! The jail's files: filter, action and jail, and beside them the settings that were chosen and the whitelist.

mod check;

mod install;
pub mod settings;
mod text;
pub mod whitelist;

pub use install::{InstallError, Installed, install, install_plan};
pub use text::{JailPlan, PlanError, files, finds_attacks};
