//! ACL lists: what they are, what they answer, how `acl.conf.xml` is read and written, what to warn of.

pub mod checks;
mod comment;
mod decide;
mod event_socket;
pub mod file;
mod lists;
mod name;
pub mod paste;
#[cfg(test)]
mod tests;

pub use comment::{Comment, CommentError};
pub use decide::Decision;
pub use event_socket::inbound_acl;
pub use lists::{AclError, AclList, AclLists, Action, Entry, EntryError, LIMITS, Limits};
pub use name::{ListName, NameError};
