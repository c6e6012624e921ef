//! Who is banned, over all nodes; ban and unban by hand; what may never be banned.

mod actions;
mod check;
mod detail;
pub(crate) mod guard;
mod head;
mod heads;
mod history;
mod lines;
mod list;
mod query;
mod span;
mod sql;
mod undo;
mod views;
mod why;

pub use actions::{ban, unban};
pub(crate) use actions::{order, text};
pub use check::protection;
pub(crate) use check::protections;
pub use detail::detail;
pub(crate) use detail::rows_of;
pub(crate) use heads::recompute;
pub use history::{HistoryPage, HistoryQuery, HistoryRow, history};
pub(crate) use lines::{EventLine, Line};
pub use list::list;
pub(crate) use query::part;
pub use query::{BanQuery, BanSort, BanState, PAGE_LIMIT};
pub(crate) use span::{holding, last_inside};
pub(crate) use sql::held_inside;
pub use undo::{UNDO, Undone, undo};
pub use views::{
    AttackRow, BanDetail, BanEventRow, BanPage, BanRequest, BanRow, ByHand, Holder, Scope, Why,
};

/// How many of its newest attack lines say why a network is banned.
pub const WHY_LINES: i64 = 500;
