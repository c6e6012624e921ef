//! `sofia`: profiles and gateways.

mod gateway;
mod profile;
mod status;
mod xmlstatus;

use crate::switch::Switch;

/// `sofia status|xmlstatus|profile …`
pub fn execute(switch: &mut Switch, argument: &str) -> String {
    let words: Vec<_> = argument
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect();
    match words[..] {
        ["status", ref rest @ ..] => status::answer(switch, rest),
        ["xmlstatus", ref rest @ ..] => xmlstatus::answer(switch, rest),
        ["profile", ref rest @ ..] => profile::answer(switch, rest),
        _ => "Unknown Command!\n".to_owned(),
    }
}
