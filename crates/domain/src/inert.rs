//! Hostile bytes as harmless text.

/// Shows any bytes as one line of printable text: what is not printable becomes `\xNN` or
/// `\u{N}`, a backslash is doubled. At most `limit` bytes of input are shown.
///
/// Reversible, so the raw line is kept; safe to print to a terminal (no escape codes, no line
/// ends, no direction marks).
pub fn inert(bytes: &[u8], limit: usize) -> String {
    let bytes = &bytes[..bytes.len().min(limit)];
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            push(&mut text, character);
        }
        for byte in chunk.invalid() {
            push_byte(&mut text, *byte);
        }
    }
    text
}

/// Is the text harmless as it stands: nothing in it that [`inert`] would have to write otherwise?
/// (A backslash is harmless; [`inert`] doubles it only to stay reversible.)
pub fn is_inert(text: &str) -> bool {
    text.chars().all(|character| match character {
        ' '..='~' => true,
        '\0'..='\x1f' | '\x7f' => false,
        _ => !is_invisible(character),
    })
}

fn push(text: &mut String, character: char) {
    match character {
        '\\' => text.push_str("\\\\"),
        ' '..='~' => text.push(character),
        '\0'..='\x1f' | '\x7f' => push_byte(text, character as u8),
        _ if is_invisible(character) => {
            use std::fmt::Write;
            // Writing to a String cannot fail.
            let _ = write!(text, "\\u{{{:x}}}", character as u32);
        }
        _ => text.push(character),
    }
}

fn push_byte(text: &mut String, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    text.push_str("\\x");
    text.push(HEX[usize::from(byte >> 4)] as char);
    text.push(HEX[usize::from(byte & 15)] as char);
}

/// C1 controls, line and paragraph separators, zero-width and direction-changing characters.
pub(crate) fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_controls_and_broken_utf8() {
        let cases: [(&[u8], &str); 6] = [
            (b"plain [text]", "plain [text]"),
            (b"a\x1b[31mb\r\n", "a\\x1b[31mb\\x0d\\x0a"),
            (b"\xff\xfe", "\\xff\\xfe"),
            ("\u{202e}evil\u{2028}".as_bytes(), "\\u{202e}evil\\u{2028}"),
            ("分机 1001".as_bytes(), "分机 1001"),
            (b"back\\slash\0", "back\\\\slash\\x00"),
        ];
        for (bytes, expected) in cases {
            assert_eq!(inert(bytes, 1000), expected);
        }
        assert_eq!(inert(b"abcdef", 3), "abc");
        for (_, shown) in cases {
            assert!(is_inert(shown), "{shown}");
        }
        for text in ["a\nb", "\0", "\u{9b}31m", "\u{202e}", "\u{2028}"] {
            assert!(!is_inert(text), "{text:?}");
        }
    }
}
