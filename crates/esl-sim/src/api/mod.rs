//! `api` commands: each takes its argument as one text and answers with one.

mod acl;
mod calls;
mod core;
mod modules;
mod sofia;
mod users;
mod variables;
mod xml;

pub use core::{VERSION, up_time};
pub use users::parameter;

use crate::event::Event;
use crate::switch::Switch;

/// What a shell would be: never run here, answered as a hardened site answers.
const HARDENED: [&str; 5] = ["system", "bg_system", "spawn", "bg_spawn", "spawn_stream"];

/// Runs a command; its whole answer. Unknown ones are answered, too.
pub fn execute(switch: &mut Switch, command: &str, argument: Option<&str>) -> String {
    let name = command.to_ascii_lowercase();
    if HARDENED.contains(&name.as_str()) {
        return unknown(command);
    }
    let mut event = Event::new("API")
        .source("switch_loadable_module.c", "switch_api_execute", 3140)
        .header("API-Command", command);
    if let Some(argument) = argument {
        event = event.header("API-Command-Argument", argument);
    }
    // It has its number before the command runs, and is sent after it.
    let event = switch.stamp(event);
    let answer = known(switch, &name, argument.unwrap_or_default());
    if answer.is_some() {
        switch.fire_stamped(event);
    }
    answer.unwrap_or_else(|| unknown(command))
}

fn unknown(command: &str) -> String {
    format!("-ERR {command} Command not found!\n")
}

fn known(switch: &mut Switch, name: &str, argument: &str) -> Option<String> {
    Some(match name {
        "acl" => acl::ask(switch, argument),
        "reloadacl" => acl::reload(switch, argument),
        "reloadxml" => xml::reload(switch),
        "xml_locate" => xml::locate(switch, argument),
        "xml_flush_cache" => "+OK cleared 0 entries\n".to_owned(),
        "global_getvar" => variables::get(switch, argument),
        "global_setvar" => variables::set(switch, argument),
        "eval" => variables::eval(switch, argument),
        "module_exists" => modules::exists(switch, argument),
        "load" => modules::load(switch, argument),
        "unload" => modules::unload(switch, argument),
        "reload" => modules::reload(switch, argument),
        "status" => core::status(switch),
        "version" => core::version(argument),
        "uptime" => core::uptime(switch, argument),
        "hostname" | "switchname" => switch.identity.hostname.clone(),
        "strftime" => core::strftime(switch, argument)?,
        "fsctl" => core::control(argument),
        "nat_map" => "false".to_owned(),
        "show" => calls::show(switch, argument),
        "sofia" => sofia::execute(switch, argument),
        "sofia_contact" => users::contact(switch, argument),
        "sofia_count_reg" => users::count(switch, argument),
        "list_users" => users::list(switch, argument),
        "user_exists" => users::exists(switch, argument),
        "user_data" => users::data(switch, argument),
        "domain_exists" => users::domain_exists(switch, argument),
        _ => return None,
    })
}
