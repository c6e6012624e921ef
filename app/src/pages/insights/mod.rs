//! What an operator should act on: a card of the dashboard and of the pages concerned.

mod api;
mod card;
mod item;

pub(in crate::pages) use card::{Insights, InsightsBox};
