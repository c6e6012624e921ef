//! A value under construction.

use std::borrow::Cow;

/// The number of a node.
pub(super) type Id = u32;

/// A value under construction; members are numbers of other nodes, so cycles cost nothing yet.
pub(super) enum Node<'a> {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Cow<'a, str>),
    Bytes(&'a [u8]),
    List(Vec<Id>),
    Tuple(Vec<Id>),
    Dict(Vec<Id>),
    Global(String),
    Object(String, Vec<Id>),
}
