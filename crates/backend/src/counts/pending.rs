//! The sums of one report.

use std::collections::HashMap;

use domain::attack::facet::Facet;
use domain::ban::BanEventKind;
use domain::ids::NodeId;
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};

use super::{KINDS, code, sql};

/// Lines of each minute by kind and facet.
#[derive(Default)]
pub(crate) struct Sums {
    facets: HashMap<i16, HashMap<OffsetDateTime, HashMap<String, i64>>>,
}

impl Sums {
    /// A line of that kind.
    pub(crate) fn kind(&mut self, at: OffsetDateTime, kind: &str) {
        self.add(KINDS, at, kind);
    }

    /// A line of `fail2ban.log`.
    pub(crate) fn ban(&mut self, at: OffsetDateTime, kind: BanEventKind) {
        self.add(KINDS, at, key_of(kind));
    }

    /// A line with that value; an empty one says nothing.
    pub(crate) fn facet(&mut self, at: OffsetDateTime, facet: Facet, key: &str) {
        if !key.is_empty() {
            self.add(code(facet), at, key);
        }
    }

    fn add(&mut self, facet: i16, at: OffsetDateTime, key: &str) {
        let minute = domain::attack::window::floor(at, Duration::MINUTE);
        let keys = self.facets.entry(facet).or_default();
        let keys = keys.entry(minute).or_default();
        match keys.get_mut(key) {
            Some(events) => *events += 1,
            None => {
                keys.insert(key.to_owned(), 1);
            }
        }
    }

    /// Into `pending_counts`, a row for each facet.
    pub(crate) async fn store(
        self,
        conn: &mut PgConnection,
        node: NodeId,
    ) -> Result<(), sqlx::Error> {
        for (facet, minutes) in self.facets {
            let (mut starts, mut keys, mut events) = (Vec::new(), Vec::new(), Vec::new());
            for (minute, counts) in minutes {
                for (key, count) in counts {
                    starts.push(minute);
                    keys.push(key);
                    events.push(count);
                }
            }
            sql::insert_pending(conn, node, facet, &starts, &keys, &events).await?;
        }
        Ok(())
    }
}

/// As `event_counts` names it: a kind of attack is called `other`, too.
fn key_of(kind: BanEventKind) -> &'static str {
    match kind {
        BanEventKind::Other => "ban_other",
        known => known.as_str(),
    }
}
