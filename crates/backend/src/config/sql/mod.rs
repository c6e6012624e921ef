//! The tables of configuration.

mod called;
mod deployments;
mod desired;
mod engine;
mod lines;
mod nodes;
mod report;
mod views;

pub(super) use called::*;
pub(super) use deployments::*;
pub(super) use desired::*;
pub(super) use engine::*;
pub(super) use lines::*;
pub(super) use nodes::*;
pub(super) use report::*;
pub(super) use views::*;
