//! The transcripts of bytes: `>>> C->S n bytes`, `<<< S->C n bytes`, each block after its marker.

use super::script::FOLDER;

/// What one side did.
#[derive(Debug)]
pub enum Step {
    Sent(Vec<u8>),
    Received(Vec<u8>),
    Closed,
}

/// Reads one.
pub fn read(name: &str) -> Vec<Step> {
    let bytes = std::fs::read(format!("{FOLDER}/{name}.txt")).unwrap();
    let mut steps = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let end = at + bytes[at..].iter().position(|byte| *byte == b'\n').unwrap();
        let line = std::str::from_utf8(&bytes[at..end]).unwrap();
        at = end + 1;
        if line.starts_with("<<< S->C connection closed") {
            steps.push(Step::Closed);
        } else if let Some(rest) = line.strip_prefix("<<< S->C ") {
            let length = length(rest);
            steps.push(Step::Received(bytes[at..at + length].to_vec()));
            at += length;
        } else if let Some(rest) = line.strip_prefix(">>> C->S ") {
            let length = length(rest);
            steps.push(Step::Sent(bytes[at..at + length].to_vec()));
            at += length;
        }
    }
    steps
}

fn length(rest: &str) -> usize {
    rest.split_once(' ').unwrap().0.parse().unwrap()
}

/// Headers and words that say when and where it was, in plain, JSON and XML.
const VARYING: [&str; 9] = [
    "Core-UUID",
    "Event-Date-Local",
    "Event-Date-GMT",
    "Event-Date-Timestamp",
    "Event-Sequence",
    "Up-Time",
    "Uptime-msec",
    "Idle-CPU",
    "Job-UUID",
];

/// The text with everything replaced that legitimately differs between two runs.
pub fn even(text: &str) -> String {
    let text: Vec<_> = text.split('\n').map(even_line).collect();
    text.join("\n")
}

fn even_line(line: &str) -> String {
    for name in VARYING {
        if line.starts_with(&format!("{name}: ")) {
            return format!("{name}: *");
        }
        if line.trim_start().starts_with(&format!("<{name}>")) {
            return format!("<{name}>*");
        }
    }
    if let Some(id) = line.strip_prefix("Reply-Text: +OK Job-UUID: ") {
        // One that the client chose must come back.
        let chosen = id == "11111111-2222-3333-4444-555555555555";
        return format!("+OK Job-UUID: {}", if chosen { id } else { "*" });
    }
    if line.starts_with("UP 0 years, ") {
        return "UP *".to_owned();
    }
    if line.starts_with("min idle cpu ") {
        return "min idle cpu *".to_owned();
    }
    let mut line = line.to_owned();
    for name in VARYING {
        let key = format!("\"{name}\":\"");
        if let Some(at) = line.find(&key) {
            let start = at + key.len();
            let end = start + line[start..].find('"').unwrap();
            line.replace_range(start..end, "*");
        }
    }
    line
}
