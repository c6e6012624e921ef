//! The console against a real Postgres, over real HTTP: one test binary, one file for each feature.

mod bans;
mod flood;
mod guards;
mod ingest;
mod nodes;
mod orders;
mod paging;
mod support;
mod whitelist;
