//! The `fail2ban` object inside a node's `cti.json`: read, and changed without touching anything else.
//!
//! The file must be JSON as RFC 8259 has it. A byte order mark and comments are passed over and kept: whether
//! a node's module reads them is not known, and a file that has them works there already.
//! Trailing commas and every other liberty are refused. So is what two readers could read differently: our
//! key twice, or in other case (`FreeSWITCH`'s own JSON library compares without case). Doubled keys
//! in sections that are not ours stay as they are.
//!
//! What a module does about a missing key is its own secret, so an object that lacks one of ours is
//! [`Section::Partial`]: no revision equals it. Keys of the object that are not ours are kept.

mod problem;
mod read;
mod tokens;
mod write;

pub use problem::{FileProblem, What};
pub use read::{Section, read};
pub use write::write;

/// Bytes of the largest file that is read or written. More is no configuration.
pub const MAX_BYTES: usize = 5 << 20;
/// Brackets within brackets. `FreeSWITCH`'s own reader stops at 1,000.
pub const MAX_DEPTH: usize = 512;

/// The key of our object.
const SECTION: &str = "fail2ban";

#[cfg(test)]
mod tests;
