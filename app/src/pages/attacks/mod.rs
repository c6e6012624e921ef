//! What attackers sent.

mod table;

pub(in crate::pages) use table::AttackTable;
