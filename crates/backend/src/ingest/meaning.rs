//! What a line means besides what it says: where its source is, what was tried, which rule refuses it.

use std::borrow::Cow;

use domain::wire::AttackEvent;

/// Columns of `attacks` that the console finds out itself, when the line is stored.
#[derive(Debug, Default)]
pub(super) struct Meaning<'a> {
    /// Of the source; ISO 3166 alpha-2.
    pub country: Option<Cow<'a, str>>,
    /// Of the source.
    pub asn: Option<i64>,
    /// User agent.
    pub agent: Option<Cow<'a, str>>,
    /// Of the number.
    pub prefix: Option<Cow<'a, str>>,
    /// Of the node's call rules, about the number.
    pub rule: Option<Cow<'a, str>>,
}

/// Nothing is known about any line yet.
pub(super) fn of(_event: &AttackEvent) -> Meaning<'_> {
    Meaning::default()
}
