//! ACL lists: what the switch has loaded and what it answers, compared with our own reading.

use domain::acl::AclLists;
use domain::acl::file::{self, FileError, compare, loaded};
use domain::config::Kind;
use domain::ids::NodeId;
use esl::{Command, ConfigName};

use super::attempt::{Attempt, Stop};
use super::probes::probes;
use super::uses::{self, Use};
use crate::Backend;
use crate::config::texts;

/// Has the switch load the lists, unless one would vanish that a profile asks: that answers 403 to
/// everybody from then on. The uses of lists that are
/// not ours and have to be there afterwards.
pub(super) async fn load(attempt: &mut Attempt, wanted: &AclLists) -> Result<Vec<Use>, Stop> {
    let answer = attempt.ask(Command::XmlLocate(ConfigName::Sofia)).await?;
    let mut uses = uses::of_profiles(answer.located());
    uses.retain(|used| wanted.get(&used.list).is_none());
    if !uses.is_empty() {
        let files = texts(&attempt.backend, attempt.due.node, Kind::Acl).await;
        let text = files.ok().and_then(|texts| texts.into_values().next());
        let (mut missing, open) = uses::missing(&mut uses, text.as_deref());
        if open || !missing.is_empty() {
            let answer = attempt.ask(Command::XmlLocate(ConfigName::Acl)).await?;
            uses::retain_loaded(&mut missing, answer.located());
            if open {
                uses::retain_loaded(&mut uses, answer.located());
            }
        }
        if let Some(vanishing) = missing.first() {
            // A revision of the profiles that waits behind this one may name other lists.
            if attempt.profiles_wait {
                return Err(Stop::Wait);
            }
            return Err(Stop::Fail(format!(
                "{}; the switch was not told to load this: change the profile first",
                uses::would_refuse(vanishing)
            )));
        }
    }
    attempt.ask(Command::ReloadAcl).await?;
    Ok(uses)
}

/// Asks what the switch has loaded. `uses` are lists of others that it must have.
pub(super) async fn verify(
    attempt: &mut Attempt,
    wanted: &AclLists,
    uses: &[Use],
) -> Result<(), Stop> {
    let answer = attempt.ask(Command::XmlLocate(ConfigName::Acl)).await?;
    if let Err(unlike) = as_located(wanted, answer.located()) {
        let reason = unlike.words(&attempt.backend, attempt.due.node).await;
        return Err(Stop::Fail(reason));
    }
    if let Some(gone) = uses::gone(uses, answer.located()) {
        return Err(Stop::Fail(uses::refuses(gone)));
    }
    for (address, list, expected) in wanted.iter().flat_map(probes) {
        let name = list.clone();
        let answer = attempt.ask(Command::Acl { address, list }).await?;
        if answer.yes() != expected {
            let expected = word(expected);
            let said = word(answer.yes());
            return Err(Stop::Fail(format!(
                "list {name}: the switch would have {address} {said}, it should be {expected}"
            )));
        }
    }
    Ok(())
}

/// How what is loaded differs from what should be.
pub(super) enum Unlike {
    /// In words.
    Said(String),
    /// It is shown so that it cannot be read; why.
    Unreadable(String),
}

impl Unlike {
    /// In words, with the place in the file on the node where that is what makes it unreadable.
    pub async fn words(self, backend: &Backend, node: NodeId) -> String {
        let error = match self {
            Self::Said(words) => return words,
            Self::Unreadable(error) => error,
        };
        let files = texts(backend, node, Kind::Acl).await.unwrap_or_default();
        let named = files.iter().find_map(|(path, text)| {
            let place = file::read(text).ok()?.unshowable?;
            Some(format!("{path}: {}", FileError::Unshowable { place }))
        });
        named.unwrap_or_else(|| {
            format!(
                "what the switch has loaded cannot be read back ({error}); a \"<!\" in an attribute of a \
                 file that acl.conf.xml brings in does that"
            )
        })
    }
}

/// Compares what the switch has in its XML with what it should have.
pub(super) fn as_located(wanted: &AclLists, xml: Option<&str>) -> Result<(), Unlike> {
    let said = |words: &str| Unlike::Said(words.to_owned());
    if wanted.is_empty() {
        return Ok(());
    }
    let xml = xml.ok_or_else(|| said("the switch has loaded no acl.conf at all"))?;
    let lists = loaded(xml).map_err(|error| Unlike::Unreadable(error.to_string()))?;
    let unlike = compare(wanted, &lists);
    if unlike.is_empty() {
        return Ok(());
    }
    let words = unlike.iter().map(|unlike| match unlike {
        file::Unlike::Missing(name) => format!("the switch has not loaded list {name}"),
        file::Unlike::Other(name) => format!("list {name}: the switch has loaded something else"),
    });
    Err(Unlike::Said(words.collect::<Vec<_>>().join("; ")))
}

pub(super) fn word(allowed: bool) -> &'static str {
    if allowed { "allowed" } else { "denied" }
}
