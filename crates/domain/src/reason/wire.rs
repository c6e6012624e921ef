//! Both forms side by side, to be flattened: an older reader takes the words, under the name that they
//! always had.

use super::Reason;

/// A reason, or perhaps one.
pub trait Perhaps: Sized {
    /// What is told.
    fn reason(&self) -> Option<&Reason>;
    /// What was told.
    fn told(reason: Option<Reason>) -> Self;
}

impl Perhaps for Option<Reason> {
    fn reason(&self) -> Option<&Reason> {
        self.as_ref()
    }
    fn told(reason: Option<Reason>) -> Self {
        reason
    }
}

impl Perhaps for Reason {
    fn reason(&self) -> Option<&Reason> {
        Some(self)
    }
    fn told(reason: Option<Reason>) -> Self {
        reason.unwrap_or_else(|| Self::Said(String::new()))
    }
}

macro_rules! beside {
    ($($(#[$doc:meta])+ $name:ident, $field:literal;)+) => {$(
        $(#[$doc])+
        pub mod $name {
            use serde::{Deserialize, Deserializer, Serialize, Serializer};
            use serde_json::Value;

            use super::Perhaps;
            use crate::reason::text;

            #[derive(Serialize, Deserialize)]
            struct Both {
                #[serde(rename = $field, default, skip_serializing_if = "Option::is_none")]
                words: Option<String>,
                #[serde(default, skip_serializing_if = "Option::is_none")]
                why: Option<Value>,
            }

            /// # Errors
            /// The format's.
            pub fn serialize<S: Serializer>(
                reason: &impl Perhaps,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                let reason = reason.reason();
                let words = reason.map(|reason| text::harmless(&reason.to_string()));
                let why = reason.and_then(text::typed);
                Both { words, why }.serialize(serializer)
            }

            /// # Errors
            /// The format's.
            pub fn deserialize<'de, D: Deserializer<'de>, R: Perhaps>(
                deserializer: D,
            ) -> Result<R, D::Error> {
                let Both { words, why } = Both::deserialize(deserializer)?;
                Ok(R::told(words.map(|words| text::read(&words, why))))
            }
        }
    )+};
}

beside! {
    /// `#[serde(flatten, with = "wire::reason")]`: `reason` and `why`.
    reason, "reason";
    /// The same with `problem` and `why`.
    problem, "problem";
    /// The same with `detail` and `why`.
    detail, "detail";
    /// The same with `error` and `why`.
    error, "error";
}
