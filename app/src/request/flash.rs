//! One message from a form to the page that follows it, kept in the session across the redirect.

use std::borrow::Cow;
use std::sync::Arc;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use tokio::sync::OnceCell;

use crate::request::session::session;
use crate::request::{SESSION_FLASH, request, visitor};

/// How a message is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// It was done.
    Good,
    /// It was not done.
    Bad,
}

/// What the next page says first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Flash {
    /// How it is meant.
    pub tone: Tone,
    /// In the visitor's language.
    pub text: String,
    /// A one-time secret (an enrolment code) to show this once.
    #[serde(default)]
    pub reveal: Option<Reveal>,
    /// A form to show again with what was typed.
    #[serde(default)]
    pub form: Option<FormBack>,
    /// How to take back what was done.
    #[serde(default)]
    pub undo: Option<Undo>,
}

/// A server function and the `id` it takes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Undo {
    /// Its path.
    pub action: Cow<'static, str>,
    /// A row number.
    pub id: i64,
}

/// An enrolment code on its way to the one page that shows it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Reveal {
    /// The node it enrols.
    pub node: String,
    /// One use, a few minutes.
    pub code: String,
}

impl std::fmt::Debug for Reveal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reveal({})", self.node)
    }
}

/// A refused form: nothing typed is lost.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FormBack {
    /// Which form of the page.
    pub name: String,
    /// The field that is wrong.
    pub field: String,
    /// What is wrong with it, in the visitor's language.
    pub problem: String,
    /// What was typed; never a password or token.
    pub values: Vec<(String, String)>,
}

impl Flash {
    /// It was done.
    pub fn good(text: impl Into<String>) -> Self {
        Self {
            tone: Tone::Good,
            text: text.into(),
            reveal: None,
            form: None,
            undo: None,
        }
    }

    /// It was not done.
    pub fn bad(text: impl Into<String>) -> Self {
        Self {
            tone: Tone::Bad,
            text: text.into(),
            reveal: None,
            form: None,
            undo: None,
        }
    }
}

impl FormBack {
    /// What was typed into a field.
    pub fn value(&self, field: &str) -> Option<&str> {
        self.values
            .iter()
            .find(|(name, _)| name == field)
            .map(|(_, value)| value.as_str())
    }

    /// Was this one of the values chosen in a field?
    pub fn has(&self, field: &str, value: &str) -> bool {
        self.values
            .iter()
            .any(|(name, chosen)| name == field && chosen == value)
    }
}

/// Leaves a message for the next page. A lost message is not worth an error of the action.
pub(crate) async fn flash(message: Flash) {
    if let Some(session) = session()
        && let Err(error) = session.insert(SESSION_FLASH, message).await
    {
        tracing::error!("session store: {error}");
    }
}

/// Read once for each page, then shared by its parts: the message on top and the form it gives back.
#[derive(Clone, Default)]
struct OfThisPage(Arc<OnceCell<Option<Flash>>>);

/// Called once, at the top of the page.
pub(crate) fn provide_flash() {
    provide_context(OfThisPage::default());
}

/// The message left for this page. A page that refreshes itself leaves it to the answer of the
/// action under way, and keeps showing the one it has.
pub(crate) async fn take_flash() -> Option<Flash> {
    if request(|parts| parts.headers.contains_key("x-refresh"))? {
        return None;
    }
    let slot = use_context::<OfThisPage>()?;
    let (session, visitor) = (session(), visitor());
    let read = || async move {
        let session = session?;
        let found = session.get::<Flash>(SESSION_FLASH).await.ok().flatten();
        // Where it cannot be taken out, a page that says so is worth more than none.
        if !visitor.read_only && (found.is_some() || visitor.stale) {
            // Whatever changes is stored after the page, and with it that the session is used.
            let _ = session.remove_value(SESSION_FLASH).await;
        }
        found
    };
    slot.0.get_or_init(read).await.clone()
}

/// The refused form named `name`, if this page follows its refusal.
pub(crate) async fn form_back(name: &str) -> Option<FormBack> {
    take_flash().await?.form.filter(|form| form.name == name)
}
