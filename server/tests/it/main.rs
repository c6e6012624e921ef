//! The console against a real Postgres, over real HTTP: one test binary, one file for each feature.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, which clippy does not see as tests"
)]

mod accounts;
mod addresses;
mod alerts;
mod alerts_mail;
mod alerts_page;
mod alerts_sending;
mod alerts_trouble;
mod attack_export;
mod attack_list;
mod attack_texts;
mod attacks;
mod away;
mod ban_history;
mod bans;
mod check;
mod check_acl;
mod commands;
mod config_acl;
mod config_drafts;
mod config_files;
mod config_jail;
mod config_lingering;
mod config_switch;
mod config_trouble;
mod config_vanished;
mod connections;
mod dashboard;
mod ends;
mod files;
mod flood;
mod forms;
mod guards;
mod ingest;
mod insights;
mod insights_page;
mod jail;
mod limits;
mod links;
mod live;
mod meaning;
mod nodes;
mod orders;
mod origin;
mod paging;
mod peer;
mod permissions;
mod read_only;
mod reasons;
mod retention;
mod rules;
mod searches;
mod settings;
mod support;
mod throttle;
mod undo;
mod whitelist;
