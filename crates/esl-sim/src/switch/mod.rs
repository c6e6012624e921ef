//! The switch itself: configuration, lists, profiles, modules, calls. Knows nothing of connections.

mod heartbeat;
mod load;
mod modules;
mod profile;
mod state;

pub use load::{Identity, ReloadError};
pub use modules::Modules;
pub use profile::{Gateway, Profile, RESTART};
pub use state::{Call, Registration};

use std::path::PathBuf;
use std::sync::Arc;

use runtime::Clock;
use tokio::time::Instant;

use crate::acl::Lists;
use crate::event::{Event, Origin, Stamped};
use crate::xml::{Tree, Variables};

/// A running FreeSWITCH, without its Event Socket.
pub struct Switch {
    pub folder: PathBuf,
    pub identity: Identity,
    pub clock: Clock,
    pub core_uuid: String,
    pub started: Instant,
    pub variables: Variables,
    pub tree: Arc<Tree>,
    pub lists: Lists,
    pub profiles: Vec<Profile>,
    pub modules: Modules,
    pub registrations: Vec<Registration>,
    pub calls: Vec<Call>,
    /// `cti.json` as `mod_cti` last read it.
    pub rules: Option<String>,
    /// Password and access lists of the Event Socket, as read at start.
    pub password: String,
    pub access: Vec<String>,
    /// Profiles that went down to come back.
    pub to_start: Vec<String>,
    sequence: u64,
    fired: Vec<Stamped>,
}

impl Switch {
    /// An event gets its number now; it is sent when the command is done.
    pub fn stamp(&mut self, event: Event) -> Stamped {
        self.sequence += 1;
        let ipv4 = self.identity.ipv4.to_string();
        let origin = Origin {
            core_uuid: &self.core_uuid,
            hostname: &self.identity.hostname,
            ipv4: &ipv4,
        };
        event.stamp(&origin, self.clock.now(), self.sequence)
    }

    /// Sends an event.
    pub fn fire(&mut self, event: Event) {
        let event = self.stamp(event);
        self.fired.push(event);
    }

    /// Sends an event that has its number already.
    pub fn fire_stamped(&mut self, event: Stamped) {
        self.fired.push(event);
    }

    /// What is to be sent since last asked.
    pub fn take_fired(&mut self) -> Vec<Stamped> {
        std::mem::take(&mut self.fired)
    }

    /// A running profile by name or alias.
    pub fn profile(&self, name: &str) -> Option<&Profile> {
        let by_name = self
            .profiles
            .iter()
            .find(|profile| profile.name.eq_ignore_ascii_case(name));
        by_name
            .or_else(|| {
                self.profiles
                    .iter()
                    .find(|profile| profile.aliases.iter().any(|alias| alias == name))
            })
            .filter(|profile| profile.is_running())
    }
}
