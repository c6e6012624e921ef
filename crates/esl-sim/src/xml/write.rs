//! Back to text, as `xml_locate` prints it: indented, although the blanks of the files are kept.

use super::tree::{Element, Tree};

impl Tree {
    /// The whole configuration.
    pub fn print(&self) -> String {
        self.root().print()
    }
}

impl Element {
    /// This element with everything in it.
    pub fn print(&self) -> String {
        let mut output = String::new();
        self.write(&mut output, 0);
        output
    }

    fn write(&self, output: &mut String, depth: usize) {
        if output.ends_with('>') {
            output.push('\n');
        }
        indent(output, depth);
        output.push('<');
        output.push_str(&self.name);
        for (index, (name, value)) in self.attributes.iter().enumerate() {
            // Of two equal names only the first is known, and printed.
            if self.attributes[..index].iter().any(|(key, _)| key == name) {
                continue;
            }
            put!(output, " {name}=\"");
            escape(value, true, output);
            output.push('"');
        }
        output.push('>');

        let mut printed = 0;
        for child in &self.children {
            let offset = child.offset.min(self.text.len());
            // Without any text before it FreeSWITCH prints all that follows, too.
            let end = if offset == printed {
                self.text.len()
            } else {
                offset
            };
            escape(&self.text[printed..end], false, output);
            child.write(output, depth + 1);
            printed = offset;
        }
        escape(&self.text[printed..], false, output);

        if output.ends_with('\n') {
            indent(output, depth);
        }
        put!(output, "</{}>\n", self.name);
    }
}

fn indent(output: &mut String, depth: usize) {
    for _ in 0..depth {
        output.push_str("  ");
    }
}

fn escape(text: &str, in_attribute: bool, output: &mut String) {
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            // A comment that came in as text: the rest is left alone.
            '<' if letters.peek() == Some(&'!') => {
                output.push(letter);
                output.extend(letters);
                return;
            }
            '&' => output.push_str("&amp;"),
            '<' => output.push_str("&lt;"),
            '>' => output.push_str("&gt;"),
            '"' if in_attribute => output.push_str("&quot;"),
            '\n' if in_attribute => output.push_str("&#xA;"),
            '\t' if in_attribute => output.push_str("&#x9;"),
            '\r' => output.push_str("&#xD;"),
            '\u{80}'.. => put!(output, "&#x{:X};", u32::from(letter)),
            _ => output.push(letter),
        }
    }
}
