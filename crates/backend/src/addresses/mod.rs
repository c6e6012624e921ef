//! Everything about one address or network, over all nodes. Whatever it did, a page costs about the
//! same: every query has a limit and goes down an index.

mod around;
mod fold;
mod page;
mod sql;
mod timeline;
mod tried;
mod views;

pub use around::{Members, members};
pub use page::{over_time, page};
pub use timeline::timeline;
pub use views::{
    AddressPage, Attempts, Burst, Event, LogEntry, Neighbour, Neighbours, Timeline, Totals, Tried,
    Verdict,
};

/// Addresses of a network that are looked at, the first in order.
pub const MOST_MEMBERS: i64 = 256;
/// Lines that are read for one page, of all its addresses together; by the newest ones it says what was tried.
const LINES: i64 = 1_000;
