//! The attributes of one tag.

use super::buffer::{Buffer, Entities, Kind};
use super::parse::WHITE;

/// A quote that is never closed.
pub struct Unclosed(pub u8);

/// Reads attributes from there to the `/`, the `>` or the end, and says where that is. A value
/// without quotes is no value; what stands there is taken for further names.
pub fn read(
    buffer: &mut Buffer,
    entities: &Entities,
    mut at: usize,
) -> Result<(Vec<(String, String)>, usize), Unclosed> {
    let mut attributes = Vec::new();
    while !matches!(buffer.at(at), 0 | b'/' | b'>') {
        let start = at;
        at = buffer.skip_to(at, b"\t\r\n =/>");
        let name = text(buffer.part(start, at));
        let mut value = String::new();
        if buffer.at(at) == b'=' || buffer.at(at).is_ascii_whitespace() {
            buffer.cut(at);
            at = buffer.skip_over(at + 1, b"\t\r\n =");
            let quote = buffer.at(at);
            if quote == b'"' || quote == b'\'' {
                let inside = at + 1;
                at = buffer.skip_to(inside, &[quote]);
                if buffer.at(at) != quote {
                    return Err(Unclosed(quote));
                }
                buffer.cut(at);
                at += 1;
                value = text(&buffer.decode(inside, entities, Kind::Attribute));
            }
        }
        attributes.push((name, value));
        at = buffer.skip_over(at, WHITE);
    }
    Ok((attributes, at))
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
