//! Alerts: what the rules see is written down as a state and, in the same transaction, as a message in
//! the outbox (`round.rs`); `send/` takes it from there to a webhook or a mail server.
//!
//! One replica looks at a time, whichever it is; each message has an id of its own that stays the same
//! however often it is sent.

mod channels;
mod form;
mod message;
mod outbox;
mod round;
mod rules;
mod send;
mod sql;
mod text;
mod views;
mod watch;

use domain::alert::Language;
use serde::Deserialize;

pub use channels::{add, change, remove};
pub use form::{ChannelForm, EmailForm, To, WebhookForm};
pub use round::look;
pub use rules::{RuleForm, set_rule};
pub use send::{Outcome, Tested, deliver_due, test};
pub use views::{
    ChannelRow, DeliveryRow, DeliveryState, OpenAlert, RuleRow, Shown, channels, deliveries, open,
    rules,
};

pub(crate) use round::every;
pub(crate) use send::spawn;
pub(crate) use sql::channels::forget_sealed;
pub(crate) use views::open_in;

/// What the settings file says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Receivers may have loopback and private addresses.
    pub allow_private: bool,
    /// Where the console is, for the link in messages.
    #[serde(skip)]
    pub console: Option<String>,
}

/// An alert in one sentence.
pub fn sentence(language: Language, fact: &domain::alert::Fact) -> String {
    text::sentence(language, fact)
}
