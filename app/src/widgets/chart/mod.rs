//! Charts as server-rendered SVG: right without JavaScript, coloured by classes only (the page's
//! policy allows no inline style), every bar a link, the same numbers as a table behind.

mod axis;
mod columns;
mod legend;
mod rank;
mod share;
mod stack;
mod stacked;
mod table;

pub(crate) use rank::{Rank, Ranks};
pub(crate) use stacked::{Column, Series, Stacked, StackedBars};
