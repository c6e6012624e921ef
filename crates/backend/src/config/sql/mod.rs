//! The tables of configuration.

mod deployments;
mod lines;
mod nodes;
mod views;

pub(super) use deployments::*;
pub(super) use lines::*;
pub(super) use nodes::*;
pub(super) use views::*;
