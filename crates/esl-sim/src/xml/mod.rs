//! How FreeSWITCH reads its configuration: lines are preprocessed into one text, which a lenient
//! parser turns into a tree. Its leniency and its mistakes are kept: they are what nodes live with.

mod attributes;
mod buffer;
mod parse;
mod preprocess;
mod tree;
mod write;

pub use parse::Mistake;
pub use preprocess::{Variables, preprocess};
pub use tree::{Element, Tree};
