//! `acl`, `reloadacl`.

use crate::switch::Switch;

/// `acl ADDRESS LIST`
pub fn ask(switch: &Switch, argument: &str) -> String {
    let mut words = argument.splitn(3, ' ').filter(|word| !word.is_empty());
    let allowed = match (words.next(), words.next()) {
        (Some(address), Some(list)) => switch.lists.allows(address, list),
        _ => false,
    };
    allowed.to_string()
}

/// `reloadacl [reloadxml]`
pub fn reload(switch: &mut Switch, argument: &str) -> String {
    let mut answer = String::new();
    if argument.eq_ignore_ascii_case("reloadxml") {
        answer.push_str("This option is deprecated, we now always reloadxml.\n");
    }
    match switch.reload_acl() {
        Ok(()) => answer.push_str("+OK acl reloaded\n"),
        Err(error) => put!(answer, "-ERR [{error}]\n"),
    }
    answer
}
