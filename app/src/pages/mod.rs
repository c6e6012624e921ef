//! One folder for each page: `page.rs` (the page and what it loads), `api.rs` (its server
//! functions), and a file for each part.

pub(crate) mod accounts;
pub(crate) mod acl;
pub(crate) mod addresses;
pub(crate) mod alerts;
mod answer;
pub(crate) mod attacks;
pub(crate) mod audit;
pub(crate) mod bans;
pub(crate) mod dashboard;
mod insights;
pub(crate) mod jail;
pub(crate) mod nodes;
pub(crate) mod not_found;
mod preferences;
pub(crate) mod profiles;
pub(crate) mod revisions;
pub(crate) mod rules;
pub(crate) mod search;
pub(crate) mod settings;
pub(crate) mod whitelist;
