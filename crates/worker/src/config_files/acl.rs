//! ACL lists: our part of `acl.conf.xml`.

use std::path::PathBuf;

use domain::acl::AclLists;
use domain::acl::file;
use domain::config::{Deploy, Kind, KindReport};
use domain::reason::{FileReason, Reason};
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

    fn content(files: &[Present]) -> Result<Option<AclLists>, Reason> {
        let [file] = files else { return Ok(None) };
        let read = file::read(text(file)?).map_err(|error| file.says(error))?;
        if !read.has_block() {
            return Ok(None);
        }
        let ours = read.ours().map_err(|error| file.says(error))?;
        Ok(Some(ours))
    }

    fn edit(files: &[Present], lists: &AclLists) -> Result<Vec<Option<Vec<u8>>>, Reason> {
        let edit = |file: &Present| {
            let written = file::write(text(file)?, lists);
            let written = written.map_err(|error| file.says(error))?;
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
fn text(file: &Present) -> Result<&str, Reason> {
    if file.bytes.is_none() {
        return Err(file.says(FileReason::Missing));
    }
    file.text()
}
