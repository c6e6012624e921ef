//! `status`, `version`, `uptime`, `strftime`, `fsctl`.

use std::time::Duration;

use time::macros::format_description;

use crate::switch::Switch;

pub const VERSION: &str = "1.11.3-dev+git~20260821T141014Z~cc93a683ca~64bit";
const HUMAN: &str = "git cc93a68 2026-08-21 14:10:14Z 64bit";

/// `status`
pub fn status(switch: &Switch) -> String {
    let up = up_time(switch.started.elapsed());
    let calls = switch.calls.len();
    format!(
        "UP {up}\nFreeSWITCH (Version 1.11.3-dev {HUMAN}) is ready\n\
         {calls} session(s) since startup\n\
         {calls} session(s) - peak {calls}, last 5min {calls} \n\
         0 session(s) per Sec out of max 30, peak 0, last 5min 0 \n\
         1000 session(s) max\nmin idle cpu 0.00/80.00\nCurrent Stack Size/Max 240K/8192K\n"
    )
}

/// As in `status` and in the heartbeat.
pub fn up_time(up: Duration) -> String {
    let seconds = up.as_secs();
    let days = seconds / 86_400;
    [
        (days / 365, "year"),
        (days % 365, "day"),
        (seconds / 3_600 % 24, "hour"),
        (seconds / 60 % 60, "minute"),
        (seconds % 60, "second"),
        (u64::from(up.subsec_millis()), "millisecond"),
        (u64::from(up.subsec_micros() % 1_000), "microsecond"),
    ]
    .map(|(count, unit)| format!("{count} {unit}{}", if count == 1 { "" } else { "s" }))
    .join(", ")
}

/// `version [short]`
pub fn version(argument: &str) -> String {
    if argument.to_ascii_lowercase().contains("short") {
        return "1.11.3-dev\n".to_owned();
    }
    format!("FreeSWITCH Version {VERSION} ({HUMAN})\n")
}

/// `uptime [UNIT]`
pub fn uptime(switch: &Switch, unit: &str) -> String {
    let up = switch.started.elapsed();
    let amount = match unit {
        "" | "s" | "seconds" => u128::from(up.as_secs()),
        "us" | "microseconds" => up.as_micros(),
        "ms" | "milliseconds" => up.as_millis(),
        "m" | "minutes" => u128::from(up.as_secs() / 60),
        "h" | "hours" => u128::from(up.as_secs() / 3_600),
        "d" | "days" => u128::from(up.as_secs() / 86_400),
        _ => {
            return "-USAGE: [us|ms|s|m|h|d|microseconds|milliseconds|seconds|minutes|hours|days]\n"
                .to_owned();
        }
    };
    format!("{amount}\n")
}

/// `strftime` without a form; others are not understood.
pub fn strftime(switch: &Switch, argument: &str) -> Option<String> {
    let form = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    argument
        .is_empty()
        .then(|| switch.clock.now().format(form).unwrap_or_default())
}

/// `fsctl`: what can be asked with it. Nothing can be set.
pub fn control(argument: &str) -> String {
    match argument {
        "max_sessions" => "+OK max sessions: 1000\n",
        "sps" => "+OK sessions per second: 30\n",
        "loglevel" => "+OK log level: DISABLE [-1]\n",
        _ => "-USAGE: [max_sessions|sps|loglevel]\n",
    }
    .to_owned()
}
