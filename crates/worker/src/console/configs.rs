//! Reports of configuration: joined while they wait, taken apart where they are too much at once.

use domain::config::KindReport;
use domain::wire::ConfigReport;

/// Puts `newer` over what waits: of a kind the newer answer and the newer state count.
pub(crate) fn join(waiting: &mut ConfigReport, newer: ConfigReport) {
    let ConfigReport {
        call_rules,
        acl,
        profiles,
        jail,
    } = newer;
    join_kind(&mut waiting.call_rules, call_rules);
    join_kind(&mut waiting.acl, acl);
    join_kind(&mut waiting.profiles, profiles);
    join_kind(&mut waiting.jail, jail);
}

fn join_kind<T>(waiting: &mut Option<KindReport<T>>, newer: Option<KindReport<T>>) {
    let Some(newer) = newer else { return };
    let kind = waiting.get_or_insert(KindReport {
        answer: None,
        found: None,
    });
    kind.answer = newer.answer.or(kind.answer.take());
    kind.found = newer.found.or(kind.found.take());
}

/// How many different things it tells: answers together are one.
pub(super) fn parts(report: &ConfigReport) -> usize {
    let ConfigReport {
        call_rules,
        acl,
        profiles,
        jail,
    } = report;
    let kinds = [
        told(call_rules.as_ref()),
        told(acl.as_ref()),
        told(profiles.as_ref()),
        told(jail.as_ref()),
    ];
    let answered = kinds.iter().any(|(answered, _)| *answered);
    usize::from(answered) + kinds.iter().filter(|(_, found)| *found).count()
}

fn told<T>(kind: Option<&KindReport<T>>) -> (bool, bool) {
    kind.map_or((false, false), |kind| {
        (kind.answer.is_some(), kind.found.is_some())
    })
}

/// The answers first, then what is found of each kind.
pub(super) fn split(mut report: ConfigReport) -> Vec<ConfigReport> {
    let call_rules = found_of(&mut report.call_rules).map(|kind| ConfigReport {
        call_rules: Some(kind),
        ..ConfigReport::default()
    });
    let acl = found_of(&mut report.acl).map(|kind| ConfigReport {
        acl: Some(kind),
        ..ConfigReport::default()
    });
    let profiles = found_of(&mut report.profiles).map(|kind| ConfigReport {
        profiles: Some(kind),
        ..ConfigReport::default()
    });
    let jail = found_of(&mut report.jail).map(|kind| ConfigReport {
        jail: Some(kind),
        ..ConfigReport::default()
    });
    let found = [call_rules, acl, profiles, jail].into_iter().flatten();
    std::iter::once(report).chain(found).collect()
}

fn found_of<T>(kind: &mut Option<KindReport<T>>) -> Option<KindReport<T>> {
    let found = kind.as_mut()?.found.take()?;
    Some(KindReport {
        answer: None,
        found: Some(found),
    })
}

/// Leaves names, sizes and hashes of files; false where nothing is left out.
pub(super) fn without_texts(report: &mut ConfigReport) -> bool {
    let ConfigReport {
        call_rules,
        acl,
        profiles,
        jail,
    } = report;
    strip(call_rules) | strip(acl) | strip(profiles) | strip(jail)
}

fn strip<T>(kind: &mut Option<KindReport<T>>) -> bool {
    let found = kind.as_mut().and_then(|kind| kind.found.as_mut());
    let texts = found.into_iter().flat_map(|found| &mut found.files);
    texts.filter_map(|file| file.text.take()).count() > 0
}
