//! What a line means besides what it says: where its source is, what was tried, which rule refuses it.

use std::borrow::Cow;
use std::sync::Arc;

use domain::attack::prefix;
use domain::cti::CallRules;
use domain::ids::NodeId;
use domain::wire::{AttackEvent, Chunk};
use sqlx::PgConnection;

use super::check;
use crate::geo::Places;
use crate::{Backend, Error, config};

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

/// What lines of one report are judged by.
#[derive(Debug)]
pub(super) struct Judge {
    places: Arc<Places>,
    rules: Option<CallRules>,
}

impl Judge {
    /// For the lines of `chunks`. The node's rules are read once, and only where a number was dialed.
    pub async fn of(
        backend: &Backend,
        conn: &mut PgConnection,
        node: NodeId,
        chunks: &[Chunk],
    ) -> Result<Self, Error> {
        let mut lines = chunks.iter().flat_map(|chunk| &chunk.attacks);
        let rules = if lines.any(|line| line.number.is_some()) {
            config::rules_in_force(conn, node).await?
        } else {
            None
        };
        Ok(Self {
            places: backend.geo().places(),
            rules,
        })
    }

    /// What is known of one line.
    pub fn meaning<'a>(&self, event: &'a AttackEvent) -> Meaning<'a> {
        let place = event.source.map(|source| self.places.place(source));
        let place = place.unwrap_or_default();
        let number = check::said(event.number.as_deref());
        let rule = number
            .as_deref()
            .zip(self.rules.as_ref())
            .and_then(|(number, rules)| rules.judge(number).rule());
        Meaning {
            country: place.country.map(|country| country.to_string().into()),
            asn: place.asn.map(|asn| asn.0.into()),
            agent: check::said(event.agent.as_deref()),
            // Nothing but digits, `+`, `*` and `#`, whatever the number is.
            prefix: event
                .number
                .as_deref()
                .and_then(prefix::tried)
                .map(Cow::from),
            rule: rule.map(|rule| rule.to_string().into()),
        }
    }
}
