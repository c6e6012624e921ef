//! What the page's address says: the list that is open, the entry that is edited, the place in it.

use domain::acl::{AclList, AclLists};

use crate::request::{query, scope};

/// Entries on one page.
pub(super) const PAGE: usize = 100;

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct Address {
    /// Name of the open list.
    pub list: Option<String>,
    /// Index of the entry that is edited.
    pub edit: Option<usize>,
    /// First entry shown.
    pub from: usize,
    /// Address to test.
    pub test: Option<String>,
}

impl Address {
    pub fn read() -> Self {
        Self {
            list: query("list"),
            edit: query("edit").and_then(|index| index.parse().ok()),
            from: query("from")
                .and_then(|from| from.parse().ok())
                .unwrap_or(0),
            test: query("address"),
        }
    }

    /// The open list, else the first.
    pub fn open<'a>(&self, lists: &'a AclLists) -> Option<&'a AclList> {
        let named = self.list.as_ref().and_then(|name| lists.get(name));
        named.or_else(|| lists.iter().next())
    }
}

/// The page with that list open, in the visitor's scope; `more` is more of the query.
pub(super) fn list_address(name: &str, more: &str) -> String {
    address_of(name, scope().map(|node| node.0), more)
}

/// The same, where the form says the scope.
pub(super) fn address_of(name: &str, node: Option<i64>, more: &str) -> String {
    let node = node.map(|node| format!("node={node}&")).unwrap_or_default();
    // Names hold nothing that a query could misread.
    format!("/acl?{node}list={name}{more}")
}
