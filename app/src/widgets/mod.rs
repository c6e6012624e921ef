//! Parts that know no page.

mod address;
mod chart;
mod field;
mod filter_chip;
mod icon;
mod loaded;
mod number;
mod pager;
mod period;
mod place;
mod recent_orders;
mod states;
mod undo;
mod when;

pub(crate) use address::{AddressLink, Linked, address_url};
pub(crate) use chart::{Column, Rank, Ranks, Series, Stacked, StackedBars};
pub(crate) use field::{Area, Field, Hint, NetworkField, ScopeFields};
pub(crate) use filter_chip::FilterChip;
pub(crate) use icon::Icon;
pub(crate) use loaded::{Empty, Loaded};
pub(crate) use number::{bytes, grouped};
pub(crate) use pager::Pager;
pub(crate) use period::{Period, PeriodPicker, address, written};
pub(crate) use place::PlaceText;
pub(crate) use recent_orders::RecentOrders;
pub(crate) use states::{Chip, OrderChip, OrderChips, OrderOutcome, Shade};
pub(crate) use undo::UndoButton;
pub(crate) use when::{Ago, Left, NextTry};
