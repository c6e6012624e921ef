//! Pickles: what fail2ban's socket speaks. Only plain values are read, nothing is ever created.
//!
//! Written for hostile input: a class name is text, a "call" is a pair of text and values, and
//! input, nodes, memo and depth are bounded.

mod error;
mod input;
mod machine;
mod node;
mod value;

pub use error::PickleError;
pub use machine::read;
pub use value::Value;

/// Writes a request: a list of texts, protocol 2.
pub fn write(words: &[&str]) -> Vec<u8> {
    let size = words.iter().map(|word| word.len() + 5).sum::<usize>();
    let mut bytes = Vec::with_capacity(size + 8);
    bytes.extend(b"\x80\x02](");
    for word in words {
        bytes.push(b'X');
        // A request's words are a few dozen bytes; 4 GiB would have failed long before.
        let length = u32::try_from(word.len()).unwrap_or(u32::MAX);
        bytes.extend(length.to_le_bytes());
        bytes.extend(word.as_bytes());
    }
    bytes.extend(b"e.");
    bytes
}

#[cfg(test)]
mod tests;
