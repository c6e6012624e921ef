//! The console against a real Postgres, over real HTTP: one test binary, one file for each feature.

mod accounts;
mod away;
mod bans;
mod ends;
mod flood;
mod guards;
mod ingest;
mod limits;
mod live;
mod nodes;
mod orders;
mod origin;
mod paging;
mod peer;
mod support;
mod whitelist;
