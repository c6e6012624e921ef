//! `global_getvar`, `global_setvar`, `eval`.

use crate::switch::Switch;

/// `global_getvar [NAME]`
pub fn get(switch: &Switch, name: &str) -> String {
    if name.is_empty() {
        let all = switch.variables.iter();
        let all: Vec<_> = all
            .map(|(name, value)| format!("{name}={value}\n"))
            .collect();
        return all.concat();
    }
    switch.variables.get(name).unwrap_or_default().to_owned()
}

/// `global_setvar NAME=VALUE[=OLD]`: with an old value it is compared and set.
pub fn set(switch: &mut Switch, argument: &str) -> String {
    let mut parts = argument.splitn(3, '=');
    let name = parts.next().unwrap_or_default().trim_matches(' ');
    let mut part = || parts.next().filter(|part| !part.is_empty());
    let (value, old) = (part(), part());
    if name.is_empty() {
        return "-USAGE: <var>=<value> [=<value2>]\n".to_owned();
    }
    if old.is_none() || switch.variables.get(name) == old {
        switch.variables.set(name, value);
    }
    "+OK".to_owned()
}

/// `eval TEXT`: global variables and nothing else; without a channel `${name}` is one of them, too.
pub fn eval(switch: &Switch, text: &str) -> String {
    let mut output = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let before = rest[..at].strip_suffix('$').unwrap_or(&rest[..at]);
        output.push_str(before);
        let Some((name, after)) = rest[at + 2..].split_once('}') else {
            output.push_str(&rest[at..]);
            return output;
        };
        output.push_str(switch.variables.get(name).unwrap_or_default());
        rest = after;
    }
    output.push_str(rest);
    output
}
