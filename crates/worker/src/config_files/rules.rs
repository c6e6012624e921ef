//! Call rules: the `fail2ban` object of `cti.json`.

use std::path::PathBuf;

use domain::config::{Deploy, Kind, KindReport};
use domain::cti::CallRules;
use domain::cti::file::{self, Section};
use domain::reason::{FileReason, Reason};
use domain::wire::{ConfigReport, DesiredConfig};

use super::paths::Paths;
use super::present::Present;
use super::subject::Subject;

/// [`Kind::CallRules`].
pub(super) struct Rules;

impl Subject for Rules {
    type Content = CallRules;
    const KIND: Kind = Kind::CallRules;

    fn files(paths: &Paths) -> Vec<PathBuf> {
        vec![paths.cti_json.clone()]
    }

    fn content(files: &[Present]) -> Result<Option<CallRules>, Reason> {
        let [file] = files else { return Ok(None) };
        let section = file::read(file.content()).map_err(|problem| file.says(problem))?;
        match section {
            Section::Whole(rules) => Ok(Some(rules)),
            Section::Absent => Ok(None),
            Section::Partial { missing } => Err(file.says(FileReason::Lacks(missing))),
        }
    }

    fn edit(files: &[Present], rules: &CallRules) -> Result<Vec<Option<Vec<u8>>>, Reason> {
        let edit = |file: &Present| {
            let written = file::write(file.content(), rules);
            written.map(Some).map_err(|problem| file.says(problem))
        };
        files.iter().map(edit).collect()
    }

    fn holds(files: &[Present], rules: &CallRules) -> bool {
        Self::content(files).is_ok_and(|found| found.as_ref() == Some(rules))
    }

    fn wanted(desired: &DesiredConfig) -> Option<&Deploy<CallRules>> {
        desired.call_rules.as_ref()
    }

    fn report(report: KindReport<CallRules>) -> ConfigReport {
        ConfigReport {
            call_rules: Some(report),
            ..ConfigReport::default()
        }
    }
}
