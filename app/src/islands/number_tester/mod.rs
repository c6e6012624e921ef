//! Tries numbers against the rules that are being typed: the server's evaluator, in the browser.

mod texts;

use domain::cti::FormText;
use leptos::prelude::*;

pub use texts::Texts;

/// Id of the form whose fields are the rules.
pub const RULES_FORM: &str = "rules-form";

/// The field for a number, the verdict, and what is wrong or unwise about the rules. Without
/// JavaScript its button asks the server, which answers with the same words.
#[island]
pub fn NumberTester(texts: Texts, rules: FormText, number: String) -> impl IntoView {
    let typed = RwSignal::new((rules, number));
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        crate::islands::browser::watch_form(RULES_FORM, move |field| {
            typed.update(|(rules, number)| {
                let take = |name: &str, place: &mut String| {
                    if let Some(text) = field(name) {
                        *place = text;
                    }
                };
                take("filename", &mut rules.filename);
                take("max_len", &mut rules.max_len);
                take("deny", &mut rules.deny);
                take("allow", &mut rules.allow);
                take("number", number);
            });
        });
    });
    let (label, test, notes_title) = (texts.label.clone(), texts.test.clone(), texts.notes.clone());
    let said = Memo::new(move |_| typed.with(|(rules, number)| Said::of(&texts, rules, number)));
    // Also what the field goes back to when its form is reset.
    let current = move || typed.with(|(_, number)| number.clone());
    let state = move || said.with(|said| said.state);
    let icon = move || match state() {
        "allowed" => "/icons.svg#check",
        _ => "/icons.svg#ban",
    };
    view! {
        <div class="tester">
            <div class="field">
                <label for="number">{label}</label>
                <div class="tester-number">
                    <input
                        id="number"
                        name="number"
                        form=RULES_FORM
                        class="mono"
                        inputmode="tel"
                        maxlength="1000"
                        autocomplete="off"
                        spellcheck="false"
                        value=current
                    />
                    <button
                        class="button plain-only"
                        form=RULES_FORM
                        formmethod="get"
                        formaction="/rules"
                        name="try"
                        value="1"
                    >
                        {test}
                    </button>
                </div>
            </div>
            <p class="tester-verdict" role="status" data-verdict=state>
                <svg class="icon" aria-hidden="true" focusable="false"><use href=icon></use></svg>
                <span>{move || said.with(|said| said.verdict.clone())}</span>
            </p>
            <div class="warnings" hidden=move || said.with(|said| said.notes.is_empty())>
                <p class="strong">{notes_title}</p>
                <ul>
                    {move || {
                        said.with(|said| said.notes.iter().map(|note| view! { <li>{note.clone()}</li> }).collect_view())
                    }}
                </ul>
            </div>
        </div>
    }
}

/// What there is to say about what is typed.
#[derive(Clone, PartialEq)]
struct Said {
    /// `allowed`, `refused` or `none`.
    state: &'static str,
    verdict: String,
    notes: Vec<String>,
}

impl Said {
    fn of(texts: &Texts, rules: &FormText, number: &str) -> Self {
        let number = number.trim();
        match rules.parse() {
            Err(problems) => Self {
                state: "none",
                verdict: if number.is_empty() {
                    String::new()
                } else {
                    texts.no_rules.clone()
                },
                notes: problems
                    .iter()
                    .map(|problem| texts.problem(problem))
                    .collect(),
            },
            Ok(rules) => {
                let warnings = rules.warnings();
                let verdict = (!number.is_empty()).then(|| rules.judge(number));
                Self {
                    state: match verdict {
                        Some(verdict) if verdict.is_allowed() => "allowed",
                        Some(_) => "refused",
                        None => "none",
                    },
                    verdict: verdict
                        .map(|verdict| texts.verdict(verdict))
                        .unwrap_or_default(),
                    notes: warnings
                        .iter()
                        .map(|warning| texts.warning(warning))
                        .collect(),
                }
            }
        }
    }
}
