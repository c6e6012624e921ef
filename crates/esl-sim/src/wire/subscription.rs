//! What a connection wants to hear, and what it may.

use std::collections::HashSet;

use crate::event::{Format, Stamped};

/// Every event there is, apart from `ALL`.
const NAMES: &str = "CUSTOM CLONE CHANNEL_CREATE CHANNEL_DESTROY CHANNEL_STATE CHANNEL_CALLSTATE \
    CHANNEL_ANSWER CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE CHANNEL_EXECUTE \
    CHANNEL_EXECUTE_COMPLETE CHANNEL_HOLD CHANNEL_UNHOLD CHANNEL_BRIDGE CHANNEL_UNBRIDGE \
    CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA CHANNEL_OUTGOING CHANNEL_PARK CHANNEL_UNPARK \
    CHANNEL_APPLICATION CHANNEL_ORIGINATE CHANNEL_UUID API LOG INBOUND_CHAN OUTBOUND_CHAN STARTUP \
    SHUTDOWN PUBLISH UNPUBLISH TALK NOTALK SESSION_CRASH MODULE_LOAD MODULE_UNLOAD DTMF MESSAGE \
    PRESENCE_IN NOTIFY_IN PRESENCE_OUT PRESENCE_PROBE MESSAGE_WAITING MESSAGE_QUERY ROSTER CODEC \
    BACKGROUND_JOB DETECTED_SPEECH DETECTED_TONE PRIVATE_COMMAND HEARTBEAT TRAP ADD_SCHEDULE \
    DEL_SCHEDULE EXE_SCHEDULE RE_SCHEDULE RELOADXML NOTIFY PHONE_FEATURE PHONE_FEATURE_SUBSCRIBE \
    SEND_MESSAGE RECV_MESSAGE REQUEST_PARAMS CHANNEL_DATA GENERAL COMMAND SESSION_HEARTBEAT \
    CLIENT_DISCONNECTED SERVER_DISCONNECTED SEND_INFO RECV_INFO RECV_RTCP_MESSAGE \
    SEND_RTCP_MESSAGE CALL_SECURE NAT RECORD_START RECORD_STOP PLAYBACK_START PLAYBACK_STOP \
    CALL_UPDATE FAILURE SOCKET_DATA MEDIA_BUG_START MEDIA_BUG_STOP CONFERENCE_DATA_QUERY \
    CONFERENCE_DATA CALL_SETUP_REQ CALL_SETUP_RESULT CALL_DETAIL DEVICE_STATE TEXT \
    SHUTDOWN_REQUESTED CERT_RELOAD";

/// The name of an event as FreeSWITCH spells it.
pub fn event_name(name: &str) -> Option<&'static str> {
    if name.eq_ignore_ascii_case("ALL") {
        return Some("ALL");
    }
    NAMES
        .split(' ')
        .find(|known| known.eq_ignore_ascii_case(name))
}

/// What a restricted user may do; everything, when there is nothing here.
#[derive(Debug, Default)]
pub struct Permissions {
    pub api: Option<HashSet<String>>,
    /// Names, and subclasses of `CUSTOM`.
    pub events: Option<(HashSet<String>, HashSet<String>)>,
    pub no_log: bool,
}

impl Permissions {
    /// Reads a user's lists: parts are separated by blanks if there is one, else by commas.
    pub fn read(api: Option<&str>, events: Option<&str>, log: bool) -> Self {
        Self {
            api: api.map(|list| parts(list).map(str::to_owned).collect()),
            events: events.map(|list| {
                let mut names = HashSet::new();
                let mut subclasses = HashSet::new();
                let mut custom = false;
                for part in parts(list) {
                    if custom {
                        subclasses.insert(part.to_owned());
                    } else if let Some(name) = event_name(part) {
                        custom = name == "CUSTOM";
                        names.insert(name.to_owned());
                    }
                }
                (names, subclasses)
            }),
            no_log: !log,
        }
    }

    /// May it run that command? Commands inside commands are looked at, too.
    pub fn allow_api(&self, command: &str, argument: Option<&str>) -> bool {
        const CARRIERS: [&str; 5] = ["bgapi", "sched_api", "eval", "expand", "xml_wrap"];
        let Some(allowed) = &self.api else {
            return true;
        };
        let mut words = argument
            .unwrap_or_default()
            .split(' ')
            .filter(|word| !word.is_empty());
        let mut command = command;
        loop {
            if !allowed.contains(command) {
                return false;
            }
            let carries = CARRIERS
                .iter()
                .any(|carrier| carrier.eq_ignore_ascii_case(command));
            match words.next() {
                Some(next) if carries => command = next,
                _ => return true,
            }
        }
    }

    fn allow_event(&self, name: &str) -> bool {
        let Some((names, _)) = &self.events else {
            return true;
        };
        names.contains(name) || names.contains("ALL")
    }

    fn allow_subclass(&self, name: &str) -> bool {
        self.events
            .as_ref()
            .is_none_or(|(_, subclasses)| subclasses.contains(name))
    }
}

fn parts(list: &str) -> impl Iterator<Item = &str> {
    list.split(if list.contains(' ') { ' ' } else { ',' })
}

/// Why `event` or `nixevent` did nothing.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    NoKeywords,
    Denied,
}

/// What one connection wants.
#[derive(Debug, Default)]
pub struct Subscription {
    pub format: Format,
    pub listens: bool,
    all: bool,
    /// After `ALL`, even when single names were taken out of it again.
    all_subclasses: bool,
    names: HashSet<&'static str>,
    subclasses: HashSet<String>,
    filters: Vec<(String, String)>,
    /// Log lines up to this level.
    pub log: Option<u8>,
    pub permissions: Permissions,
}

impl Subscription {
    /// `event [plain|json|xml] NAME … CUSTOM SUBCLASS …`
    pub fn add(&mut self, words: &str) -> Result<(), Refusal> {
        let mut found = false;
        let mut custom = false;
        for (index, word) in words.split(' ').enumerate() {
            if index == 0
                && let Some(format) = Format::by_name(word)
            {
                self.format = format;
            } else if custom {
                if !self.permissions.allow_subclass(word) {
                    return Err(Refusal::Denied);
                }
                self.subclasses.insert(word.to_owned());
            } else if let Some(name) = event_name(word) {
                if !self.permissions.allow_event(name) {
                    return Err(Refusal::Denied);
                }
                found = true;
                custom = name == "CUSTOM";
                self.all |= name == "ALL";
                self.all_subclasses |= name == "ALL";
                self.names.insert(name);
            }
        }
        self.listens |= found;
        found.then_some(()).ok_or(Refusal::NoKeywords)
    }

    /// `nixevent NAME … CUSTOM SUBCLASS …`
    pub fn remove(&mut self, words: &str) -> Result<(), Refusal> {
        let mut found = false;
        let mut custom = false;
        for word in words.split(' ') {
            if custom {
                self.subclasses.remove(word);
                continue;
            }
            let Some(name) = event_name(word) else {
                continue;
            };
            found = true;
            match name {
                "CUSTOM" => custom = true,
                "ALL" => {
                    self.all = false;
                    self.all_subclasses = false;
                    self.names.clear();
                }
                _ => {
                    if std::mem::take(&mut self.all) {
                        self.names.extend(NAMES.split(' '));
                    }
                    self.names.remove(name);
                }
            }
        }
        self.listens |= found;
        found.then_some(()).ok_or(Refusal::NoKeywords)
    }

    /// `noevents`; false when it did not listen.
    pub fn clear(&mut self) -> bool {
        self.all = false;
        self.all_subclasses = false;
        self.names.clear();
        self.subclasses.clear();
        std::mem::take(&mut self.listens)
    }

    /// `filter NAME VALUE`
    pub fn add_filter(&mut self, name: &str, value: &str) {
        self.filters.push((name.to_owned(), value.to_owned()));
    }

    /// `filter delete NAME [VALUE]`, `filter delete all`
    pub fn remove_filter(&mut self, name: &str, value: Option<&str>) {
        let is_all = name.eq_ignore_ascii_case("all");
        self.filters.retain(|(known, wanted)| {
            let same =
                known.eq_ignore_ascii_case(name) && value.is_none_or(|value| value == wanted);
            !(is_all || same)
        });
    }

    /// Does it want that event?
    pub fn wants(&self, event: &Stamped) -> bool {
        let by_name = || match (&event.subclass, event_name(&event.name)) {
            (Some(subclass), _) => {
                self.names.contains("CUSTOM")
                    && (self.all_subclasses || self.subclasses.contains(subclass))
            }
            (None, Some(name)) => self.names.contains(name),
            (None, None) => false,
        };
        self.listens && (self.all || by_name()) && self.passes(event)
    }

    /// A filter lets through what equals its value; one that begins with `-` holds back.
    fn passes(&self, event: &Stamped) -> bool {
        let mut send = self.filters.is_empty();
        for (name, value) in &self.filters {
            let Some(found) = event.get(name) else {
                continue;
            };
            let negative = value.starts_with('-');
            let wanted = value.trim_start_matches(['+', '-', ' ']);
            if found.eq_ignore_ascii_case(wanted) {
                if negative {
                    return false;
                }
                send = true;
            }
        }
        send
    }
}
