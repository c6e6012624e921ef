//! What every page of configuration shares: head of its line, saving and deploying, history,
//! comparison, progress on the nodes, drift; and the pages of deployments.
//!
//! A page loads a [`Screen`] with [`load`] and puts its editor into [`LineScreen`]; the editor's form
//! carries [`DraftFields`] and its server function ends with [`saved`].

mod api;
mod change;
mod compare;
mod deployment;
mod deployments;
mod diff;
mod diff_view;
mod drift;
mod head;
mod history;
mod kinds;
mod line_screen;
mod preview;
mod progress;
mod publish;
mod screen;

pub(in crate::pages) use api::{line_of, saved};
pub(in crate::pages) use change::Change;
pub(crate) use deployment::DeploymentPage;
pub(crate) use deployments::DeploymentsPage;
pub(in crate::pages) use drift::{DriftChip, lingers};
pub(in crate::pages) use kinds::page;
pub(in crate::pages) use line_screen::{DraftFields, LineScreen};
pub(in crate::pages) use progress::StepChip;
pub(in crate::pages) use screen::{Screen, begun, load};
