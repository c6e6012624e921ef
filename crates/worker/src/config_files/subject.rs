//! What a kind of configuration is on the disk.

use std::fmt::Debug;
use std::path::PathBuf;

use domain::config::{Deploy, Kind, KindReport};
use domain::reason::Reason;
use domain::wire::{ConfigReport, DesiredConfig};
use serde::Serialize;

use super::paths::Paths;
use super::present::Present;

/// One kind, in files.
pub(super) trait Subject: Send + 'static {
    /// What the console speaks of.
    type Content: Clone + PartialEq + Debug + Serialize + Send;
    /// Which.
    const KIND: Kind;

    /// Its files, those that are not there yet among them.
    fn files(paths: &Paths) -> Vec<PathBuf>;

    /// What is ours in them; `None` where nothing is.
    ///
    /// # Errors
    /// Why they cannot be read.
    fn content(files: &[Present]) -> Result<Option<Self::Content>, Reason>;

    /// The files with `content` in them, as many as were given; all else stays as it is.
    ///
    /// # Errors
    /// Why they cannot be changed.
    fn edit(files: &[Present], content: &Self::Content) -> Result<Vec<Option<Vec<u8>>>, Reason>;

    /// Do the files say that?
    fn holds(files: &[Present], content: &Self::Content) -> bool;

    /// Its part of what the node shall have.
    fn wanted(desired: &DesiredConfig) -> Option<&Deploy<Self::Content>>;

    /// Its part of a report.
    fn report(report: KindReport<Self::Content>) -> ConfigReport;
}
