//! ACL lists: what the switch has loaded and what it answers, compared with our own reading.

use domain::acl::AclLists;
use domain::acl::file::{Unlike, compare, loaded};
use domain::config::Kind;
use esl::{Command, ConfigName};

use super::attempt::{Attempt, Stop};
use super::probes::probes;
use super::uses::{self, Use};
use crate::config::texts;

/// Has the switch load the lists, unless one would vanish that a profile asks: that answers 403 to
/// everybody from then on. The uses of lists that are not ours; all of them were there before.
pub(super) async fn load(attempt: &mut Attempt, wanted: &AclLists) -> Result<Vec<Use>, Stop> {
    let answer = attempt.ask(Command::XmlLocate(ConfigName::Sofia)).await?;
    let mut uses = uses::of_profiles(answer.located());
    uses.retain(|used| wanted.get(&used.list).is_none());
    if !uses.is_empty() {
        let answer = attempt.ask(Command::XmlLocate(ConfigName::Acl)).await?;
        uses::retain_loaded(&mut uses, answer.located());
        let file = texts(&attempt.backend, attempt.due.node, Kind::Acl).await;
        let file = file.ok().and_then(|texts| texts.into_values().next());
        if let Some(vanishing) = file.and_then(|text| uses::vanishing(&uses, &text)) {
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

/// Asks what the switch has loaded. `uses` are lists of others that it had before.
pub(super) async fn verify(
    attempt: &mut Attempt,
    wanted: &AclLists,
    uses: &[Use],
) -> Result<(), Stop> {
    let answer = attempt.ask(Command::XmlLocate(ConfigName::Acl)).await?;
    if let Err(reason) = as_located(wanted, answer.located()) {
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

/// Compares what the switch has in its XML with what it should have.
pub(super) fn as_located(wanted: &AclLists, xml: Option<&str>) -> Result<(), String> {
    if wanted.is_empty() {
        return Ok(());
    }
    let xml = xml.ok_or("the switch has loaded no acl.conf at all")?;
    let lists = loaded(xml).map_err(|error| format!("what the switch has loaded: {error}"))?;
    let unlike = compare(wanted, &lists);
    if unlike.is_empty() {
        return Ok(());
    }
    let words = unlike.iter().map(|unlike| match unlike {
        Unlike::Missing(name) => format!("the switch has not loaded list {name}"),
        Unlike::Other(name) => format!("the switch has loaded another list {name}"),
    });
    Err(words.collect::<Vec<_>>().join("; "))
}

pub(super) fn word(allowed: bool) -> &'static str {
    if allowed { "allowed" } else { "denied" }
}
