//! `reloadxml`, `xml_locate`.

use crate::switch::Switch;

/// `reloadxml`: says `+OK` in any case.
pub fn reload(switch: &mut Switch) -> String {
    format!("+OK [{}]\n", switch.reload_words())
}

/// `xml_locate root`, `SECTION` or `SECTION TAG ATTRIBUTE VALUE`
pub fn locate(switch: &Switch, argument: &str) -> String {
    let words: Vec<_> = argument
        .splitn(4, ' ')
        .filter(|word| !word.is_empty())
        .collect();
    let found = match words[..] {
        [root] if root.eq_ignore_ascii_case("root") => return switch.tree.print(),
        [section] => switch.tree.section(section),
        [section, tag, attribute, value] => switch
            .tree
            .section(section)
            .and_then(|section| section.find(tag, attribute, value)),
        _ => return "-ERR bad args\n".to_owned(),
    };
    match found {
        Some(element) => element.print(),
        None => "can't find anything\n".to_owned(),
    }
}
