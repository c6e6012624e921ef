//! `module_exists`, `load`, `unload`, `reload`.

use crate::event::Event;
use crate::switch::Switch;

const USAGE: &str = "-USAGE: [-f] <mod_name>\n";

/// `module_exists NAME`
pub fn exists(switch: &Switch, name: &str) -> String {
    if name.is_empty() {
        return String::new();
    }
    switch.modules.has(name).to_string()
}

/// `load NAME`
pub fn load(switch: &mut Switch, name: &str) -> String {
    if name.is_empty() {
        return "-USAGE: <mod_name>\n".to_owned();
    }
    let reloaded = reload_xml(switch);
    match start(switch, name) {
        Ok(()) => format!("{reloaded}+OK\n"),
        Err(why) => format!("{reloaded}-ERR [{why}]\n"),
    }
}

/// `unload NAME`
pub fn unload(switch: &mut Switch, argument: &str) -> String {
    match name_in(argument) {
        "" => USAGE.to_owned(),
        name => match stop(switch, name) {
            Ok(()) => "+OK\n".to_owned(),
            Err(why) => format!("-ERR [{why}]\n"),
        },
    }
}

/// `reload NAME`: what it reads at its start, it reads again.
pub fn reload(switch: &mut Switch, argument: &str) -> String {
    let name = name_in(argument);
    if name.is_empty() {
        return USAGE.to_owned();
    }
    let reloaded = reload_xml(switch);
    let unloaded = match stop(switch, name) {
        Ok(()) => "+OK module unloaded\n".to_owned(),
        Err(why) => format!("-ERR unloading module [{why}]\n"),
    };
    let loaded = match start(switch, name) {
        Ok(()) => "+OK module loaded\n".to_owned(),
        Err(why) => format!("-ERR loading module [{why}]\n"),
    };
    [reloaded, &unloaded, &loaded].concat()
}

/// Nothing is said of a configuration that is not taken.
fn reload_xml(switch: &mut Switch) -> &'static str {
    match switch.reload_xml() {
        Ok(()) => "+OK Reloading XML\n",
        Err(_) => "",
    }
}

fn start(switch: &mut Switch, name: &str) -> Result<(), &'static str> {
    if name == "mod_xml_curl" && !has_gateway_url(switch) {
        return Err("module load file routine returned an error");
    }
    switch.modules.load(name)?;
    if name == "mod_cti" {
        switch.read_rules();
    }
    switch.fire(event("MODULE_LOAD", name));
    Ok(())
}

/// `mod_xml_curl` does not start without one. It posts nothing here.
fn has_gateway_url(switch: &Switch) -> bool {
    let file = switch.tree.configuration("xml_curl.conf").into_iter();
    file.flat_map(|file| file.children("bindings"))
        .flat_map(|bindings| bindings.children("binding"))
        .flat_map(|binding| binding.settings("param"))
        .any(|(name, value)| name == "gateway-url" && !value.is_empty())
}

fn stop(switch: &mut Switch, name: &str) -> Result<(), &'static str> {
    switch.modules.unload(name)?;
    switch.fire(event("MODULE_UNLOAD", name));
    Ok(())
}

fn event(event: &str, module: &str) -> Event {
    Event::new(event)
        .source(
            "switch_loadable_module.c",
            "switch_loadable_module_process",
            1,
        )
        .header("type", "generic")
        .header("name", module)
        .header("key", module)
}

fn name_in(argument: &str) -> &str {
    match argument.split_once(' ') {
        Some((options, name)) if options.starts_with('-') => name,
        _ => argument,
    }
}
