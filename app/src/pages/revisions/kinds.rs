//! What each kind of configuration is called, where its page is, how two of it are compared.

use backend::config::Content;
use domain::config::Kind;

use crate::pages::revisions::Change;
use crate::pages::{acl, jail, profiles, rules};
use crate::words::Words;

/// The page where a kind is edited.
pub(in crate::pages) fn page(kind: Kind) -> &'static str {
    match kind {
        Kind::CallRules => "/rules",
        Kind::Acl => "/acl",
        Kind::Profiles => "/acl/profiles",
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
        (Some(Content::Acl(before)), Content::Acl(after)) => {
            acl::changes(words, Some(before), after)
        }
        (_, Content::Acl(after)) => acl::changes(words, None, after),
        (Some(Content::Profiles(before)), Content::Profiles(after)) => {
            profiles::changes(words, Some(before), after)
        }
        (_, Content::Profiles(after)) => profiles::changes(words, None, after),
    }
}

/// As text, one setting or entry a line, for reading side by side.
pub(super) fn text(content: &Content) -> String {
    match content {
        Content::Acl(lists) => acl::text(lists),
        Content::Jail(jail) => jail::text(jail),
        Content::CallRules(rules) => rules::text(rules),
        Content::Profiles(_) => content.to_text(),
    }
}
