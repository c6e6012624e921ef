//! What the page shows: everything but secrets.

use domain::alert::{Fact, Kind, Language, PerHour, Rule, Security};
use domain::ids::ChannelId;
use serde::{Deserialize, Serialize};
use sqlx::PgExecutor;
use time::OffsetDateTime;

use super::{Outcome, sql};
use crate::{Backend, Error};

/// Rows of a list.
const SHOWN: i64 = 100;

/// Where a channel leads, without what is secret about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Shown {
    /// The path may be a secret.
    Webhook {
        /// `https://hooks.example.org`
        origin: String,
    },
    /// All but the password.
    Email {
        /// Name or address of the mail server.
        host: String,
        /// Its port.
        port: u16,
        /// TLS or not.
        security: Security,
        /// Who signs in there.
        user: Option<String>,
        /// The sender.
        from: String,
        /// The recipients.
        to: Vec<String>,
    },
}

/// What a password is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Account<'a> {
    pub host: &'a str,
    pub port: u16,
    pub security: Security,
    pub user: &'a str,
}

impl Shown {
    pub(super) fn is_webhook(&self) -> bool {
        matches!(self, Self::Webhook { .. })
    }

    /// `None` where nobody signs in.
    pub(super) fn account(&self) -> Option<Account<'_>> {
        match self {
            Self::Webhook { .. } => None,
            Self::Email {
                host,
                port,
                security,
                user,
                ..
            } => Some(Account {
                host,
                port: *port,
                security: *security,
                user: user.as_deref()?,
            }),
        }
    }
}

/// One channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelRow {
    /// Its row.
    pub id: ChannelId,
    /// Unique.
    pub name: String,
    /// Of its messages.
    pub language: Language,
    /// Most messages in an hour.
    pub per_hour: PerHour,
    /// Messages held back since the last one that was not.
    pub suppressed: i64,
    /// Where it leads.
    pub shown: Shown,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleRow {
    /// As set, or its default.
    pub rule: Rule,
    /// It is on, and somebody is told.
    pub active: bool,
}

/// One thing that is so now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenAlert {
    /// Unique among those of its rule.
    pub subject: String,
    /// What.
    pub fact: Fact,
    /// Since when.
    pub since: OffsetDateTime,
    /// When it was said last; `None`: not yet.
    pub told: Option<OffsetDateTime>,
}

/// How a message fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// It is tried, again and again for a day.
    Waiting,
    /// The receiver has taken it.
    Sent,
    /// It was not taken.
    GivenUp,
}

/// One message to one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRow {
    /// The message's own id.
    pub message: String,
    /// The channel's name.
    pub channel: String,
    /// By the test button.
    pub test: bool,
    /// In the channel's language.
    pub title: String,
    /// How it fares.
    pub state: DeliveryState,
    /// How often it was tried.
    pub tries: i32,
    /// What came of the last try.
    pub outcome: Option<Outcome>,
    /// When it was written.
    pub created_at: OffsetDateTime,
    /// When it is tried next, where it waits.
    pub next_try_at: OffsetDateTime,
}

/// Every channel, by name.
pub async fn channels(backend: &Backend) -> Result<Vec<ChannelRow>, Error> {
    let stored = sql::channels::all(&backend.pool).await?;
    let rows = stored.into_iter().map(|stored| ChannelRow {
        id: stored.id,
        name: stored.name,
        language: stored.language,
        per_hour: stored.per_hour,
        suppressed: stored.suppressed,
        shown: stored.shown,
    });
    Ok(rows.collect())
}

/// Every rule, in the order of [`Kind::ALL`].
pub async fn rules(backend: &Backend) -> Result<Vec<RuleRow>, Error> {
    let channels = channels(backend).await?;
    let rules = sql::rules::all(&backend.pool).await?;
    let rows = rules.into_iter().map(|rule| RuleRow {
        active: rule.on && channels.iter().any(|channel| rule.tells(channel.id)),
        rule,
    });
    Ok(rows.collect())
}

/// What is open now, the newest first.
pub async fn open(backend: &Backend) -> Result<Vec<OpenAlert>, Error> {
    Ok(open_in(&backend.pool).await?)
}

/// As [`open`], on this connection.
pub(crate) async fn open_in(conn: impl PgExecutor<'_>) -> Result<Vec<OpenAlert>, sqlx::Error> {
    sql::alerts::open(conn, SHOWN).await
}

/// The newest messages.
pub async fn deliveries(backend: &Backend) -> Result<Vec<DeliveryRow>, Error> {
    Ok(sql::deliveries::newest(&backend.pool, SHOWN).await?)
}

/// Rules by kind.
pub(super) fn rule_of(rules: &[Rule], kind: Kind) -> Rule {
    let rule = rules.iter().find(|rule| rule.kind() == kind);
    rule.cloned().unwrap_or_else(|| Rule::default_of(kind))
}
