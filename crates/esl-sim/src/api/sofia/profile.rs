//! `sofia profile NAME rescan|restart|stop|start`

use crate::event::Event;
use crate::switch::{Profile, Switch};

pub fn answer(switch: &mut Switch, words: &[&str]) -> String {
    let [name, action, ..] = words else {
        return "Invalid Args!\n".to_owned();
    };
    if action.eq_ignore_ascii_case("start") {
        return start(switch, name);
    }
    let Some(name) = switch.profile(name).map(|profile| profile.name.clone()) else {
        return format!("Invalid Profile [{name}]");
    };
    match action.to_ascii_lowercase().as_str() {
        "rescan" => rescan(switch, &name),
        "restart" => go_down(switch, &name, "restarting"),
        "stop" => go_down(switch, &name, "stopping"),
        "siptrace" | "capture" | "watchdog" => {
            format!("Usage: sofia profile <name> {action} <on/off>\n")
        }
        _ => "-ERR Unknown command!\n".to_owned(),
    }
}

fn rescan(switch: &mut Switch, name: &str) -> String {
    let reload = switch.reload_words();
    let tree = switch.tree.clone();
    let mut profiles = switch.profiles.iter_mut();
    let found = profiles.any(|profile| profile.name == name && profile.rescan(&tree));
    let outcome = if found {
        "+OK scan complete\n".to_owned()
    } else {
        format!("-ERR cannot find config for profile {name}\n")
    };
    format!("Reload XML [{reload}]\n{outcome}")
}

fn go_down(switch: &mut Switch, name: &str, verb: &str) -> String {
    let waits = switch.profile(name).and_then(Profile::must_wait);
    if let Some(seconds) = waits {
        let plural = if seconds == 1 { "" } else { "s" };
        return format!(
            "Profile {name} must be up for at least 10 seconds to stop/restart.\n\
             Please wait {seconds} second{plural}\n"
        );
    }
    let reload = switch.reload_words();
    switch.stop_profile(name, verb == "restarting");
    format!("Reload XML [{reload}]\n{verb}: {name}")
}

fn start(switch: &mut Switch, name: &str) -> String {
    let reload = switch.reload_words();
    let outcome = if switch.start_profile(name) {
        format!("{name} started successfully\n")
    } else {
        format!("Failure starting {name}\n")
    };
    format!("Reload XML [{reload}]\n{outcome}")
}

impl Switch {
    /// Takes a profile down; `comes_back` says whether it is to be started again later.
    fn stop_profile(&mut self, name: &str, comes_back: bool) {
        let Some(profile) = self
            .profiles
            .iter_mut()
            .find(|profile| profile.name == name)
        else {
            return;
        };
        profile.stop();
        let gateways: Vec<_> = profile
            .gateways
            .iter()
            .map(|gateway| gateway.name.clone())
            .collect();
        for gateway in gateways {
            let event = Event::custom("sofia::gateway_delete").source(
                "sofia_reg.c",
                "sofia_reg_kill_reg",
                1,
            );
            self.fire(
                event
                    .header("profile-name", name)
                    .header("Gateway", gateway),
            );
        }
        self.registrations.retain(|phone| phone.profile != name);
        if comes_back {
            self.to_start.push(name.to_owned());
        }
    }

    /// Starts a profile with what the files say. False when they do not know it.
    pub fn start_profile(&mut self, name: &str) -> bool {
        let fresh = Profile::all(&self.tree, self.identity.ipv4);
        let Some(fresh) = fresh.into_iter().find(|profile| profile.name == name) else {
            return false;
        };
        let event = Event::custom("sofia::profile_start")
            .source("sofia.c", "config_sofia", 6343)
            .header("module_name", "mod_sofia")
            .header("profile_name", name)
            .header("profile_uri", fresh.url());
        self.fire(event);
        match self
            .profiles
            .iter_mut()
            .find(|profile| profile.name == name)
        {
            Some(profile) if profile.is_running() => {}
            Some(profile) => *profile = fresh,
            None => self.profiles.push(fresh),
        }
        true
    }
}
