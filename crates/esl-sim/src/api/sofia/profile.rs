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
        let mut profiles = self.profiles.iter_mut();
        let Some(profile) = profiles.find(|profile| profile.name == name) else {
            return;
        };
        profile.stop();
        let profile = profile.clone();
        for gateway in &profile.gateways {
            let event = gateway_event("sofia::gateway_delete", "sofia_reg_check_gateway", 343);
            let event = event.header("profile-name", name);
            self.fire(event.header("Gateway", gateway.name.as_str()));
        }
        self.registrations.retain(|phone| phone.profile != name);
        if comes_back {
            self.to_start.push(name.to_owned());
        } else {
            self.fire(announcement("UNPUBLISH", &profile, 3543));
        }
    }

    /// Starts a profile with what the files say. False when they do not know it.
    pub fn start_profile(&mut self, name: &str) -> bool {
        let fresh = Profile::all(&self.tree, self.identity.ipv4);
        let Some(fresh) = fresh.into_iter().find(|profile| profile.name == name) else {
            return false;
        };
        let known = self.profiles.iter().position(|known| known.name == name);
        match known {
            Some(index) if self.profiles[index].is_running() => return true,
            // It is only now that the old one is gone.
            Some(index) => {
                let old = std::mem::replace(&mut self.profiles[index], fresh.clone());
                self.fire(announcement("UNPUBLISH", &old, 3543));
            }
            None => self.profiles.push(fresh.clone()),
        }
        let event = Event::custom("sofia::profile_start").source("sofia.c", "config_sofia", 6343);
        self.fire(describe(event, &fresh));
        self.fire(announcement("PUBLISH", &fresh, 3433));
        for gateway in &fresh.gateways {
            let event = gateway_event("sofia::gateway_add", "sofia_reg_add_gateway", 3723);
            let event = event.header("Gateway", gateway.name.as_str());
            self.fire(event.header("profile-name", name));
        }
        true
    }
}

fn gateway_event(subclass: &str, function: &str, line: u32) -> Event {
    Event::custom(subclass).source("sofia_reg.c", function, line)
}

fn announcement(event: &str, profile: &Profile, line: u32) -> Event {
    let event = Event::new(event)
        .source("sofia.c", "sofia_profile_thread_run", line)
        .header("service", "_sip._udp,_sip._tcp,_sip._sctp")
        .header("port", profile.port().to_string());
    describe(event, profile)
}

fn describe(event: Event, profile: &Profile) -> Event {
    event
        .header("module_name", "mod_sofia")
        .header("profile_name", profile.name.as_str())
        .header("profile_uri", profile.url())
}
