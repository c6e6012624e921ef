//! ACL lists: what the switch has loaded and what it answers, compared with our own reading.

use domain::acl::AclLists;
use domain::acl::file::{self, FileError, compare, loaded};
use domain::config::Kind;
use domain::ids::NodeId;
use domain::reason::{Reason, SwitchReason};
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
            return Err(uses::would_vanish(vanishing).into());
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
        return Err(unlike
            .reason(&attempt.backend, attempt.due.node)
            .await
            .into());
    }
    if let Some(gone) = uses::gone(uses, answer.located()) {
        return Err(uses::vanished(gone).into());
    }
    for (asked, probe) in wanted.iter().flat_map(probes) {
        if attempt.ask(asked).await?.yes() != probe.allowed {
            return Err(probe.unlike().into());
        }
    }
    Ok(())
}

/// How what is loaded differs from what should be.
pub(super) enum Unlike {
    /// So.
    Said(Reason),
    /// It is shown so that it cannot be read; why.
    Unreadable(FileError),
}

impl Unlike {
    /// With the place in the file on the node where that is what makes it unreadable.
    pub async fn reason(self, backend: &Backend, node: NodeId) -> Reason {
        let error = match self {
            Self::Said(reason) => return reason,
            Self::Unreadable(error) => error,
        };
        let files = texts(backend, node, Kind::Acl).await.unwrap_or_default();
        let named = files.iter().find_map(|(path, text)| {
            let place = file::read(text).ok()?.unshowable?;
            Some(Reason::file(path, FileError::Unshowable { place }))
        });
        named.unwrap_or_else(|| SwitchReason::ListsUnreadable(error).into())
    }
}

/// Compares what the switch has in its XML with what it should have.
pub(super) fn as_located(wanted: &AclLists, xml: Option<&str>) -> Result<(), Unlike> {
    if wanted.is_empty() {
        return Ok(());
    }
    let xml = xml.ok_or_else(|| Unlike::Said(SwitchReason::NoLists.into()))?;
    let lists = loaded(xml).map_err(Unlike::Unreadable)?;
    let unlike = compare(wanted, &lists)
        .into_iter()
        .map(|unlike| match unlike {
            file::Unlike::Missing(name) => SwitchReason::ListMissing(name).into(),
            file::Unlike::Other(name) => SwitchReason::OtherList(name).into(),
        });
    unlike
        .reduce(Reason::and)
        .map_or(Ok(()), |reason| Err(Unlike::Said(reason)))
}
