//! What the charts and top lists of attacks show, from counts; never from raw lines.

mod cut;
mod list;
mod of_keys;
mod over_time;
mod panels;
mod sql;
mod threshold;
mod tops;

pub(crate) use list::Place;
pub use list::{LinePage, LineQuery, LoggedLine, Matches, PAGE_LIMIT, line, list, matches};
pub(crate) use of_keys::of_keys;
pub use over_time::{Bar, over_time};
pub use panels::{Panels, panels};
pub use tops::{Top, Tops, tops};
