//! What each kind of configuration is called, where its page is, how two of it are compared.

use backend::config::Content;
use domain::config::Kind;

use crate::pages::revisions::Change;
use crate::pages::{jail, rules};
use crate::words::Words;

/// The page where a kind is edited.
pub(in crate::pages) fn page(kind: Kind) -> &'static str {
    match kind {
        Kind::CallRules => "/rules",
        Kind::Acl | Kind::Profiles => "/acl",
        Kind::Jail => "/jail",
    }
}

/// What differs, in terms of the kind. `before`: nothing of ours yet.
pub(super) fn changes(words: Words, before: Option<&Content>, after: &Content) -> Vec<Change> {
    match (before, after) {
        (Some(Content::Jail(before)), Content::Jail(after)) => {
            jail::changes(words, Some(before), after)
        }
        (_, Content::Jail(after)) => jail::changes(words, None, after),
        (Some(Content::CallRules(before)), Content::CallRules(after)) => {
            rules::changes(words, Some(before), after)
        }
        (_, Content::CallRules(after)) => rules::changes(words, None, after),
        (before, after) => whole(words, before, after),
    }
}

/// As text, one setting or entry a line, for reading side by side.
pub(super) fn text(content: &Content) -> String {
    match content {
        Content::Jail(jail) => jail::text(jail),
        Content::CallRules(rules) => rules::text(rules),
        other => other.to_text(),
    }
}

/// Of a kind that has no better words yet.
fn whole(words: Words, before: Option<&Content>, after: &Content) -> Vec<Change> {
    let change = Change {
        what: words.config_kind(after.kind()).to_owned(),
        before: before.map(text),
        after: Some(text(after)),
    };
    let same = change.before == change.after;
    if same { Vec::new() } else { vec![change] }
}
