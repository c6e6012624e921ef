//! The commands of the socket itself; `api` leads on to those of the switch.

use super::packet::Packet;
use super::subscription::{Permissions, Refusal, Subscription};
use crate::acl::is_true;
use crate::api;
use crate::event::Event;
use crate::misbehaviour::Misbehaviour;
use crate::server::Shared;
use crate::{lock, uuid};

pub const GREETING: &[u8] = b"Content-Type: auth/request\n\n";

/// What to send, and whether that is all.
pub struct Reply {
    pub bytes: Vec<u8>,
    pub closes: bool,
}

fn text(reply: &str) -> Reply {
    Reply {
        bytes: format!("Content-Type: command/reply\nReply-Text: {reply}\n\n").into_bytes(),
        closes: false,
    }
}

fn last(reply: &str) -> Reply {
    Reply {
        closes: true,
        ..text(reply)
    }
}

fn unknown() -> Reply {
    text("-ERR command not found")
}

fn denied() -> Reply {
    text("-ERR permission denied")
}

/// The rest of a command that begins with `verb`, whatever the case.
fn after<'a>(command: &'a str, verb: &str) -> Option<&'a str> {
    let head = command.get(..verb.len())?;
    head.eq_ignore_ascii_case(verb)
        .then(|| &command[verb.len()..])
}

/// One connection's standing.
#[derive(Default)]
pub struct Dialogue {
    pub is_in: bool,
}

impl Dialogue {
    /// Answers one command.
    pub fn answer(
        &mut self,
        packet: &Packet,
        shared: &Shared,
        subscription: &std::sync::Mutex<Subscription>,
    ) -> Reply {
        let command = packet.command.as_str();
        if after(command, "exit").is_some() || after(command, "...").is_some() {
            return last("+OK bye");
        }
        if !self.is_in {
            return self.log_in(command, shared, subscription);
        }
        if let Some(rest) = after(command, "api ") {
            return run(rest, shared, subscription);
        }
        if let Some(rest) = after(command, "bgapi ") {
            return run_in_background(rest, packet.header("job-uuid"), shared, subscription);
        }
        if let Some(rest) = after(command, "sendevent") {
            return send_event(rest.trim(), packet, shared);
        }
        if let Some(rest) = after(command, "sendmsg") {
            let id = packet.header("session-id").unwrap_or_default();
            let id = if rest.trim().is_empty() {
                id
            } else {
                rest.trim()
            };
            return text(&format!("-ERR invalid session id [{id}]"));
        }
        listening(command, &mut lock(subscription))
    }

    fn log_in(
        &mut self,
        command: &str,
        shared: &Shared,
        subscription: &std::sync::Mutex<Subscription>,
    ) -> Reply {
        let refuses = shared.behaviour() == Some(Misbehaviour::WrongPasswordAlways);
        if let Some(password) = after(command, "auth ") {
            self.is_in = !refuses && shared.password().as_deref() == Some(password);
            return if self.is_in {
                text("+OK accepted")
            } else {
                last("-ERR invalid")
            };
        }
        let Some(login) = after(command, "userauth ") else {
            return unknown();
        };
        let Some((permissions, words)) = user(login, shared).filter(|_| !refuses) else {
            return last("-ERR invalid");
        };
        self.is_in = true;
        lock(subscription).permissions = permissions;
        Reply {
            bytes: format!("Content-Type: command/reply\nReply-Text: +OK accepted\n{words}\n")
                .into_bytes(),
            closes: false,
        }
    }
}

/// `USER@DOMAIN:PASSWORD`; what it may, and how that is told.
fn user(login: &str, shared: &Shared) -> Option<(Permissions, String)> {
    let (user, rest) = login.split_once('@')?;
    let (domain, password) = rest.split_once(':')?;
    if user.is_empty() || domain.is_empty() {
        return None;
    }
    shared.with(|switch| {
        let param = |name: &str| api::parameter(switch, user, domain, name);
        let wanted = param("esl-password").filter(|wanted| !wanted.is_empty())?;
        if password != wanted {
            return None;
        }
        let (commands, events) = (param("esl-allowed-api"), param("esl-allowed-events"));
        let log = param("esl-allowed-log").is_none_or(is_true);
        let words = format!(
            "Allowed-Events: {}\nAllowed-API: {}\nAllowed-LOG: {log}\n",
            events.unwrap_or("all"),
            commands.unwrap_or("all"),
        );
        Some((Permissions::read(commands, events, log), words))
    })?
}

fn split(rest: &str) -> (&str, Option<&str>) {
    match rest.split_once(' ') {
        Some((command, argument)) => (command, Some(argument)),
        None => (rest, None),
    }
}

fn run(rest: &str, shared: &Shared, subscription: &std::sync::Mutex<Subscription>) -> Reply {
    let (command, argument) = split(rest);
    if !lock(subscription).permissions.allow_api(command, argument) {
        return denied();
    }
    let mut answer = shared.execute(command, argument);
    if answer.is_empty() {
        answer.push_str("-ERR no reply\n");
    }
    let head = format!(
        "Content-Type: api/response\nContent-Length: {}\n\n",
        answer.len()
    );
    Reply {
        bytes: [head, answer].concat().into_bytes(),
        closes: false,
    }
}

fn run_in_background(
    rest: &str,
    id: Option<&str>,
    shared: &Shared,
    subscription: &std::sync::Mutex<Subscription>,
) -> Reply {
    let (command, argument) = split(rest);
    if !lock(subscription).permissions.allow_api(command, argument) {
        return denied();
    }
    let id = id.map_or_else(uuid::random, str::to_owned);
    let answer = shared.execute(command, argument);
    let mut event = Event::new("BACKGROUND_JOB")
        .source("mod_event_socket.c", "api_exec", 1580)
        .header("Job-UUID", id.as_str())
        .header("Job-Command", command);
    if let Some(argument) = argument {
        event = event.header("Job-Command-Arg", argument);
    }
    // Queued behind this reply, so it is read after it.
    shared.fire(event.body(answer));
    let reply =
        format!("Content-Type: command/reply\nReply-Text: +OK Job-UUID: {id}\nJob-UUID: {id}\n\n");
    Reply {
        bytes: reply.into_bytes(),
        closes: false,
    }
}

fn send_event(name: &str, packet: &Packet, shared: &Shared) -> Reply {
    let id = uuid::random();
    let mut event = match packet.header("event-subclass") {
        Some(subclass) if name.eq_ignore_ascii_case("CUSTOM") => Event::custom(subclass),
        _ => Event::new(name),
    };
    for (name, value) in &packet.headers {
        if !name.eq_ignore_ascii_case("content-length")
            && !name.eq_ignore_ascii_case("event-subclass")
        {
            event = event.header(name, value.as_str());
        }
    }
    event = event.header("Event-UUID", id.as_str());
    if let Some(body) = &packet.body {
        event = event.body(body.as_str());
    }
    shared.fire(event);
    text(&format!("+OK {id}"))
}

/// What changes only what the connection hears.
fn listening(command: &str, subscription: &mut Subscription) -> Reply {
    // Each is told by its beginning only, so the longer names come first.
    if let Some(rest) = after(command, "filter ") {
        return filter(rest.trim_start(), subscription);
    }
    if after(command, "linger").is_some() || after(command, "nolinger").is_some() {
        return text("-ERR not controlling a session");
    }
    if after(command, "divert_events").is_some() {
        return text("-ERR not controlling a session.");
    }
    if after(command, "nolog").is_some() {
        return text(match subscription.log.take() {
            Some(_) => "+OK no longer logging",
            None => "-ERR not loging",
        });
    }
    if let Some(rest) = after(command, "log") {
        return log(rest.trim_start(), subscription);
    }
    if after(command, "noevents").is_some() {
        return text(if subscription.clear() {
            "+OK no longer listening for events"
        } else {
            "-ERR not listening for events"
        });
    }
    let words = |rest: &str| {
        rest.split_once(' ')
            .map_or(String::new(), |(_, words)| words.to_owned())
    };
    let (done, outcome) = if let Some(rest) = after(command, "event") {
        let outcome = subscription.add(&words(rest));
        let done = format!("+OK event listener enabled {}", subscription.format.name());
        (done, outcome)
    } else if let Some(rest) = after(command, "nixevent") {
        (
            "+OK events nixed".to_owned(),
            subscription.remove(&words(rest)),
        )
    } else {
        return unknown();
    };
    match outcome {
        Ok(()) => text(&done),
        Err(Refusal::Denied) => denied(),
        Err(Refusal::NoKeywords) => text("-ERR no keywords supplied"),
    }
}

fn filter(rest: &str, subscription: &mut Subscription) -> Reply {
    let Some((name, value)) = rest.split_once(' ') else {
        return text("-ERR invalid syntax");
    };
    if name.eq_ignore_ascii_case("delete") {
        let (name, value) = split(value);
        subscription.remove_filter(name, value);
        return text(&format!(
            "+OK filter deleted. [{name}][{}]",
            value.unwrap_or_default()
        ));
    }
    let (name, value) = match value.split_once(' ') {
        Some(pair) if name.eq_ignore_ascii_case("add") => pair,
        _ => (name, value),
    };
    subscription.add_filter(name, value);
    text(&format!("+OK filter added. [{name}]=[{value}]"))
}

fn log(rest: &str, subscription: &mut Subscription) -> Reply {
    const LEVELS: [&str; 8] = [
        "console", "alert", "crit", "err", "warning", "notice", "info", "debug",
    ];
    if subscription.permissions.no_log {
        return denied();
    }
    let word = rest.split(' ').next().unwrap_or_default();
    let level = match word.parse::<usize>() {
        Ok(number) => Some(number.min(7)),
        Err(_) if word.is_empty() => Some(7),
        Err(_) => LEVELS
            .iter()
            .position(|level| level.eq_ignore_ascii_case(word)),
    };
    let Some(level) = level.and_then(|level| u8::try_from(level).ok()) else {
        return text("-ERR invalid log level");
    };
    subscription.log = Some(level);
    text(&format!("+OK log level {word} [{level}]"))
}
