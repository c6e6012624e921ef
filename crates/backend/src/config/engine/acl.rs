//! ACL lists: what the switch has loaded and what it answers, compared with our own reading.

use domain::acl::AclLists;
use domain::acl::file::{Unlike, compare, loaded};
use esl::{Command, ConfigName};

use super::attempt::{Attempt, Stop};
use super::probes::probes;

pub(super) async fn verify(attempt: &mut Attempt, wanted: &AclLists) -> Result<(), Stop> {
    let answer = attempt.ask(Command::XmlLocate(ConfigName::Acl)).await?;
    if let Err(reason) = as_located(wanted, answer.located()) {
        return Err(Stop::Fail(reason));
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
