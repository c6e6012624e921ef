//! Asks a list about the address that is being typed, with the one matcher of the product.

use domain::acl::AclList;
use domain::net::parse_address;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Its words, given by the server in the page's language.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AclTexts {
    /// Of the field.
    pub label: String,
    /// Let in.
    pub allowed: String,
    /// Kept out.
    pub denied: String,
    /// An entry decided.
    pub by: String,
    /// The default decided.
    pub default: String,
    /// Neither.
    pub not_address: String,
    /// Of an entry.
    pub allow: String,
    /// Of an entry.
    pub deny: String,
}

/// What is said.
pub struct AclAnswer {
    /// `allowed`, `refused` or `none`.
    pub state: &'static str,
    /// The sentence.
    pub text: String,
}

impl AclTexts {
    /// Asks the list.
    pub fn answer(&self, list: &AclList, typed: &str) -> AclAnswer {
        let typed = typed.trim();
        if typed.is_empty() {
            let text = String::new();
            return AclAnswer {
                state: "none",
                text,
            };
        }
        let Ok(address) = parse_address(typed) else {
            let text = self.not_address.clone();
            return AclAnswer {
                state: "none",
                text,
            };
        };
        let decision = list.decide(address);
        let (state, verdict) = if decision.allowed {
            ("allowed", &self.allowed)
        } else {
            ("refused", &self.denied)
        };
        let because = match decision.by {
            None => self.default.clone(),
            Some(index) => {
                let entry = &list.entries[index];
                let action = match entry.action {
                    domain::acl::Action::Allow => &self.allow,
                    domain::acl::Action::Deny => &self.deny,
                };
                let by = format!("{} {}: {action} {}", self.by, index + 1, entry.network());
                if entry.comment.is_empty() {
                    by
                } else {
                    format!("{by} ({})", entry.comment)
                }
            }
        };
        let text = format!("{verdict} · {because}");
        AclAnswer { state, text }
    }
}

/// The field and the answer; its form asks the server where there is no JavaScript.
#[island]
pub fn AclTester(list: AclList, texts: AclTexts, typed: String) -> impl IntoView {
    let (address, set_address) = signal(typed.clone());
    let label = texts.label.clone();
    let answer = move || texts.answer(&list, &address.get());
    let state = answer.clone();
    view! {
        <div class="field">
            <label for="address">{label}</label>
            <input
                id="address"
                name="address"
                class="mono"
                maxlength="64"
                autocomplete="off"
                spellcheck="false"
                value=typed
                on:input=move |event| set_address.set(event_target_value(&event))
            />
        </div>
        <p role="status" class="tester-verdict" data-test="verdict" data-verdict=move || state().state>
            {move || answer().text}
        </p>
    }
}
