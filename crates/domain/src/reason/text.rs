//! A reason as stored and as JSON: every text in it inert and short, whoever made it.

use serde_json::Value;

use super::Reason;
use crate::inert::{inert, is_inert};

/// Longest text of one field; bytes.
const TEXT: usize = 1_000;
/// Longest typed form; a longer one is kept in words only.
const JSON: usize = 6_000;

/// Cut, and harmless.
pub(super) fn harmless(text: &str) -> String {
    let text = &text[..text.floor_char_boundary(TEXT)];
    if is_inert(text) {
        text.to_owned()
    } else {
        inert(text.as_bytes(), TEXT)
    }
}

fn clean(value: &mut Value) {
    match value {
        Value::String(text) => *text = harmless(text),
        Value::Array(values) => values.iter_mut().for_each(clean),
        Value::Object(fields) => fields.values_mut().for_each(clean),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The typed form; `None` for what is only words, or too long.
pub(super) fn typed(reason: &Reason) -> Option<Value> {
    if matches!(reason, Reason::Said(_)) {
        return None;
    }
    let mut value = serde_json::to_value(reason).ok()?;
    clean(&mut value);
    (value.to_string().len() <= JSON).then_some(value)
}

/// From both forms, each of them perhaps hostile.
pub(super) fn read(words: &str, typed: Option<Value>) -> Reason {
    let typed = typed.filter(|value| value.to_string().len() <= JSON);
    let typed = typed.and_then(|mut value| {
        clean(&mut value);
        serde_json::from_value(value).ok()
    });
    typed.unwrap_or_else(|| Reason::Said(harmless(words)))
}

impl Reason {
    /// As stored: a line of English, and behind it the typed form.
    pub fn to_text(&self) -> String {
        let words = harmless(&self.to_string());
        match typed(self) {
            Some(typed) => format!("{words}\n{typed}"),
            None => words,
        }
    }

    /// Reads [`Self::to_text`]; a text without a typed form, or with one that is not known, is said.
    pub fn from_text(text: &str) -> Self {
        let (words, typed) = text.split_once('\n').unwrap_or((text, ""));
        read(words, serde_json::from_str(typed).ok())
    }
}
