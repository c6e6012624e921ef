//! Call rules: the `fail2ban` object of `cti.json`.

use std::path::PathBuf;

use domain::config::{Deploy, Kind, KindReport};
use domain::cti::CallRules;
use domain::cti::file::{self, Section};
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

    fn content(files: &[Present]) -> Result<Option<CallRules>, String> {
        let [file] = files else { return Ok(None) };
        let section = file::read(file.content()).map_err(|problem| problem_in(file, &problem))?;
        match section {
            Section::Whole(rules) => Ok(Some(rules)),
            Section::Absent => Ok(None),
            Section::Partial { missing } => {
                let missing: Vec<&str> = missing.iter().map(|field| field.key()).collect();
                Err(file.says(&format!("\"fail2ban\" lacks {}", missing.join(", "))))
            }
        }
    }

    fn edit(files: &[Present], rules: &CallRules) -> Result<Vec<Option<Vec<u8>>>, String> {
        files
            .iter()
            .map(|file| {
                let written = file::write(file.content(), rules);
                written
                    .map(Some)
                    .map_err(|problem| problem_in(file, &problem))
            })
            .collect()
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

fn problem_in(file: &Present, problem: &file::FileProblem) -> String {
    file.says(&problem.to_string())
}
