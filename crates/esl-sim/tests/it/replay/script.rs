//! The transcripts of commands: `>>> command`, `<<< [ms] kind len=n`, the body, `### notes`.

pub const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/transcripts");

/// One line of notes, or one command with its answer.
#[derive(Debug)]
pub enum Step {
    Note(String),
    Command(Command),
}

#[derive(Debug)]
pub struct Command {
    /// Without `api `.
    pub text: String,
    pub answer: String,
    /// How many bytes the answer had.
    pub length: usize,
    /// Is the recorded answer only its beginning?
    pub is_cut: bool,
}

/// All of one.
pub fn text(name: &str) -> String {
    std::fs::read_to_string(format!("{FOLDER}/{name}.txt")).unwrap()
}

/// Reads one.
pub fn read(name: &str) -> Vec<Step> {
    let text = text(name);
    let mut steps = Vec::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        rest = after;
        if let Some(note) = line.strip_prefix("###") {
            let note = note.strip_prefix(' ').unwrap_or(note);
            steps.push(Step::Note(note.to_owned()));
        } else if let Some(command) = line.strip_prefix(">>> api ") {
            let (command, after) = answer(command, after);
            steps.push(Step::Command(command));
            rest = after;
        }
    }
    assert!(!steps.is_empty(), "{name} has no steps");
    steps
}

fn answer<'a>(command: &str, text: &'a str) -> (Command, &'a str) {
    let (head, body) = text.split_once('\n').unwrap();
    let (_, length) = head.split_once("len=").unwrap();
    let length: usize = length.parse().unwrap();
    let cut = format!("[... cut, {length} bytes in all ...]");
    let cut = body.find(&cut).filter(|at| *at <= length);
    let end = cut.unwrap_or(length);
    let answer = body[..end].to_owned();
    let command = Command {
        text: command.to_owned(),
        // The mark stands on a line of its own.
        answer: cut
            .map_or(answer.as_str(), |_| answer.trim_end_matches('\n'))
            .to_owned(),
        length,
        is_cut: cut.is_some(),
    };
    (command, &body[end..])
}
