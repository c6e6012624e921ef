//! One change to the lists that are being edited, saved as the draft.

use backend::config::{self, Content};
use backend::{Actor, Backend};
use domain::acl::{AclList, AclLists};
use domain::config::Kind;
use domain::role::Permission;

use crate::error::AppError;
use crate::pages::answer::{Typed, refuse, refuse_field};
use crate::pages::revisions::{begun, line_of};
use crate::request::{Flash, flash, go, require, words};

/// Which form asked for a change, and what to do with the answer.
pub(super) struct Asked<'a> {
    pub backend: Backend,
    actor: Actor,
    /// Version of the draft that was shown.
    version: &'a str,
    node: Option<i64>,
    form: Typed<'a>,
}

impl<'a> Asked<'a> {
    /// By somebody who may.
    ///
    /// # Errors
    /// Where they may not.
    pub fn new(form: Typed<'a>, version: &'a str, node: Option<i64>) -> Result<Self, AppError> {
        let (backend, actor) = require(Permission::Configure)?;
        Ok(Self {
            backend,
            actor,
            version,
            node,
            form,
        })
    }

    /// Gives the form back.
    ///
    /// # Errors
    /// None.
    pub async fn refuse(self, field: &'static str, problem: String) -> Result<(), AppError> {
        refuse_field(field, problem, "/acl", self.form).await
    }
}

/// A field and what is wrong with it.
pub(super) type Wrong = (&'static str, String);

/// What was done, in words, and the page to show.
pub(super) struct Done {
    pub text: String,
    pub page: String,
}

/// Changes the lists and saves them.
///
/// # Errors
/// Faults; a wrong field is no fault.
pub(super) async fn edit(
    asked: Asked<'_>,
    change: impl FnOnce(&mut Vec<AclList>) -> Result<Done, Wrong>,
) -> Result<(), AppError> {
    let line = line_of(Kind::Acl, asked.node);
    let mut lists: Vec<AclList> = match begun(&asked.backend, line).await? {
        Some(Content::Acl(lists)) => lists.into(),
        _ => Vec::new(),
    };
    let done = match change(&mut lists) {
        Ok(done) => done,
        Err((field, problem)) => return asked.refuse(field, problem).await,
    };
    let lists = match AclLists::new(lists) {
        Ok(lists) => lists,
        Err(error) => {
            let problem = words().acl_error(&error).to_owned();
            return asked.refuse("name", problem).await;
        }
    };
    let seen = asked.version.parse().ok();
    let content = Content::Acl(lists);
    match config::save_draft(&asked.backend, &asked.actor, line, &content, seen).await {
        Ok(_) => {
            flash(Flash::good(done.text)).await;
            go(&done.page);
            Ok(())
        }
        Err(error) => refuse(error, "/acl", asked.form).await,
    }
}

/// The list of that name.
pub(super) fn named<'a>(lists: &'a mut [AclList], name: &str) -> Result<&'a mut AclList, Wrong> {
    let found = lists.iter_mut().find(|list| list.name.as_str() == name);
    found.ok_or_else(|| ("draft", words().gone_meanwhile().to_owned()))
}

/// The place of an entry, told as its index and network: the one that was meant, or none.
pub(super) fn place(list: &AclList, told: &str) -> Result<usize, Wrong> {
    let gone = || ("draft", words().gone_entry().to_owned());
    let (index, network) = told.split_once(' ').ok_or_else(gone)?;
    let index: usize = index.parse().map_err(|_| gone())?;
    let entry = list.entries.get(index).ok_or_else(gone)?;
    if entry.network().to_string() == network {
        Ok(index)
    } else {
        Err(gone())
    }
}

/// As [`place`] reads it.
pub(super) fn told(list: &AclList, index: usize) -> String {
    format!("{index} {}", list.entries[index].network())
}
