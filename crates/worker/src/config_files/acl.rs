//! ACL lists: our part of `acl.conf.xml`.

use std::path::PathBuf;

use domain::acl::AclLists;
use domain::acl::file;
use domain::config::{Deploy, Kind, KindReport};
use domain::wire::{ConfigReport, DesiredConfig};

use super::paths::Paths;
use super::present::Present;
use super::subject::Subject;

/// [`Kind::Acl`].
pub(super) struct Acl;

impl Subject for Acl {
    type Content = AclLists;
    const KIND: Kind = Kind::Acl;

    fn files(paths: &Paths) -> Vec<PathBuf> {
        vec![paths.acl_conf.clone()]
    }

    fn content(files: &[Present]) -> Result<Option<AclLists>, String> {
        let [file] = files else { return Ok(None) };
        let read = file::read(text(file)?).map_err(|error| file.says(&error.to_string()))?;
        if !read.has_block() {
            return Ok(None);
        }
        let ours = read.ours().map_err(|error| file.says(&error.to_string()))?;
        Ok(Some(ours))
    }

    fn edit(files: &[Present], lists: &AclLists) -> Result<Vec<Option<Vec<u8>>>, String> {
        let edit = |file: &Present| {
            let written = file::write(text(file)?, lists);
            let written = written.map_err(|error| file.says(&error.to_string()))?;
            Ok(Some(written.into_bytes()))
        };
        files.iter().map(edit).collect()
    }

    fn holds(files: &[Present], lists: &AclLists) -> bool {
        Self::content(files).is_ok_and(|ours| ours.as_ref() == Some(lists))
    }

    fn wanted(desired: &DesiredConfig) -> Option<&Deploy<AclLists>> {
        desired.acl.as_ref()
    }

    fn report(report: KindReport<AclLists>) -> ConfigReport {
        ConfigReport {
            acl: Some(report),
            ..ConfigReport::default()
        }
    }
}

/// Every FreeSWITCH comes with the file, so it is not made: it would lack what else stands in it.
fn text(file: &Present) -> Result<&str, String> {
    if file.bytes.is_none() {
        return Err(file.says("there is no such file"));
    }
    file.text()
}
