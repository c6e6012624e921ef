//! Parts that know no page.

mod field;
mod icon;
mod loaded;
mod number;
mod recent_orders;
mod states;
mod undo;
mod when;

pub(crate) use field::{Area, Field, Hint, NetworkField, ScopeFields};
pub(crate) use icon::Icon;
pub(crate) use loaded::{Empty, Loaded};
pub(crate) use number::{bytes, grouped};
pub(crate) use recent_orders::RecentOrders;
pub(crate) use states::{Chip, OrderChip, OrderChips, OrderOutcome, Shade};
pub(crate) use undo::UndoButton;
pub(crate) use when::{Ago, Left};
