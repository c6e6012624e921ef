//! One kind on real files, with time moved by the test.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::time::Duration;

use domain::config::{Answer, Deploy, Outcome};
use domain::cti::CallRules;
use domain::ids::{DeploymentId, RevisionId};
use domain::reason::DeployReason;
use runtime::Clock;
use tempfile::TempDir;
use time::OffsetDateTime;
use tokio::time::Instant;

use super::line::{Expired, Line};
use super::paths::Paths;
use super::rules::Rules;
use crate::config::FreeswitchConfig;

struct Host {
    folder: TempDir,
    clock: Clock,
}

impl Host {
    fn new(cti_json: &str) -> Self {
        let host = Self {
            folder: tempfile::tempdir().unwrap(),
            clock: Clock::fixed(OffsetDateTime::UNIX_EPOCH),
        };
        host.write(cti_json);
        host
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("cti.json")
    }

    fn write(&self, text: &str) {
        fs::write(self.file(), text).unwrap();
    }

    fn text(&self) -> String {
        fs::read_to_string(self.file()).unwrap()
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state/config/call_rules.json")
    }

    fn start(&self) -> Line<Rules> {
        let paths = Paths::new(&FreeswitchConfig {
            conf_dir: self.folder.path().to_owned(),
            ..FreeswitchConfig::default()
        });
        Line::resume(&paths, &self.folder.path().join("state"), &self.clock)
    }
}

fn rules(deny: &str) -> CallRules {
    let json =
        format!(r#"{{"filename":"cti_fail2ban.log","max_len":12,"deny":["{deny}"],"allow":[]}}"#);
    serde_json::from_str(&json).unwrap()
}

fn deploy(deployment: i64, deny: &str, confirm_seconds: Option<u32>) -> Deploy<CallRules> {
    Deploy {
        deployment: DeploymentId(deployment),
        attempt: 1,
        revision: RevisionId(deployment),
        content: rules(deny),
        confirm_seconds,
        confirmed: false,
    }
}

fn delivered(answer: Option<Answer>) -> bool {
    answer.is_some_and(|answer| answer.outcome == Outcome::Delivered)
}

const OTHERS: &str = "{\r\n  \"queue\": {\"limit\": 1.50, \"limit\": 2}\r\n}\r\n";

#[tokio::test]
async fn a_try_is_written_once_also_over_a_restart() {
    let host = Host::new(OTHERS);
    let mut line = host.start();
    assert!(delivered(line.take(&deploy(7, "00", None))));
    let written = host.text();
    assert!(written.starts_with("{\r\n  \"queue\": {\"limit\": 1.50, \"limit\": 2}"));
    assert!(written.contains("\"00\""));
    // A hand edit stays, whoever asks for the same try again.
    host.write(OTHERS);
    assert!(line.take(&deploy(7, "00", None)).is_none());
    let mut line = host.start();
    assert!(line.take(&deploy(7, "00", None)).is_none());
    assert_eq!(line.answer().unwrap().outcome, Outcome::Delivered);
    assert_eq!(host.text(), OTHERS);
    // Another try of it is another order.
    let again = Deploy {
        attempt: 2,
        ..deploy(7, "00", None)
    };
    assert!(delivered(line.take(&again)));
    assert_eq!(host.text(), written);
    // What holds it already is not written.
    let inode = || fs::metadata(host.file()).unwrap().ino();
    let before = inode();
    assert!(delivered(line.take(&deploy(8, "00", None))));
    assert_eq!(inode(), before);
    let mode = fs::metadata(host.state()).unwrap().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn killed_between_writing_and_answering() {
    let host = Host::new(OTHERS);
    let mut line = host.start();
    assert!(delivered(line.take(&deploy(7, "00", Some(60)))));
    let written = host.text();
    // As it was on the disk after the file was written, before the answer.
    let kept = fs::read_to_string(host.state()).unwrap();
    let mut state: serde_json::Value = serde_json::from_str(&kept).unwrap();
    state["answer"] = serde_json::Value::Null;
    state["change"]["phase"] = "writing".into();
    let torn = serde_json::to_string(&state).unwrap();
    fs::write(host.state(), &torn).unwrap();
    let inode = fs::metadata(host.file()).unwrap().ino();
    let mut line = host.start();
    assert_eq!(line.answer().unwrap().outcome, Outcome::Delivered);
    assert!(line.take(&deploy(7, "00", Some(60))).is_none());
    assert_eq!(fs::metadata(host.file()).unwrap().ino(), inode);
    assert!(line.due().is_some(), "it is to be confirmed still");
    assert!(matches!(line.expire(), Some(Expired::Back)));
    assert_eq!(host.text(), OTHERS);

    // … and before the file was written: it is done when it is ordered again.
    host.write(OTHERS);
    fs::write(host.state(), &torn).unwrap();
    let mut line = host.start();
    assert!(line.answer().is_none() && line.due().is_none());
    assert!(delivered(line.take(&deploy(7, "00", Some(60)))));
    assert_eq!(host.text(), written);
}

#[tokio::test]
async fn confirmed_in_time_it_stays() {
    let host = Host::new(OTHERS);
    let mut line = host.start();
    assert!(delivered(line.take(&deploy(7, "00", Some(60)))));
    let due = line.due().unwrap() - Instant::now();
    assert!(due <= Duration::from_mins(1) && due > Duration::from_secs(50));
    let confirmed = Deploy {
        confirmed: true,
        ..deploy(7, "00", Some(60))
    };
    assert!(line.take(&confirmed).is_none());
    assert!(line.due().is_none() && line.expire().is_none());
    let mut line = host.start();
    assert!(line.due().is_none() && line.expire().is_none());
    assert!(host.text().contains("\"00\""));
    assert!(!fs::read_to_string(host.state()).unwrap().contains("queue"));
}

#[tokio::test]
async fn hostile_15_unconfirmed_it_goes_back_also_after_a_restart() {
    for restart in [false, true] {
        let host = Host::new(OTHERS);
        let mut line = host.start();
        line.take(&deploy(7, "00", Some(60)));
        host.clock.advance(time::Duration::hours(2));
        if restart {
            line = host.start();
            // The console is heard first; it may have confirmed while we were away.
            let left = line.due().unwrap() - Instant::now();
            assert!(left > Duration::from_secs(5) && left < Duration::from_secs(15));
        }
        assert!(matches!(line.expire(), Some(Expired::Back)));
        assert_eq!(host.text(), OTHERS);
        if restart {
            // Killed before the switch was told: it is told then.
            line = host.start();
            assert!(line.due().unwrap() <= Instant::now());
            assert!(matches!(line.expire(), Some(Expired::Back)));
        }
        let answer = line.taken_back(&Err("gone".into())).unwrap();
        let Outcome::RolledBack { reason, reloaded } = answer.outcome else {
            panic!("{answer:?}");
        };
        let words = reason.to_string();
        assert!(!reloaded && words.contains("60 s") && words.contains("gone"));
        assert!(line.take(&deploy(7, "00", Some(60))).is_none());
        assert_eq!(host.text(), OTHERS);
    }
}

#[tokio::test]
async fn a_clock_that_jumped_back_delays_nothing_for_hours() {
    let host = Host::new(OTHERS);
    host.start().take(&deploy(7, "00", Some(60)));
    host.clock.advance(time::Duration::hours(-2));
    let left = host.start().due().unwrap() - Instant::now();
    assert!(left <= Duration::from_mins(1));
}

#[tokio::test]
async fn what_somebody_wrote_since_is_not_destroyed() {
    let host = Host::new(OTHERS);
    let mut line = host.start();
    line.take(&deploy(7, "00", Some(60)));
    host.write("{\"by\": \"hand\"}");
    let Some(Expired::Edited(answer)) = line.expire() else {
        panic!("put back over an edit");
    };
    let reason = DeployReason::EditedSince.into();
    assert_eq!(answer.outcome, Outcome::Failed { reason });
    assert_eq!(host.text(), "{\"by\": \"hand\"}");
    assert!(line.expire().is_none() && line.due().is_none());
}

#[tokio::test]
async fn back_is_what_was_confirmed_last() {
    let host = Host::new(OTHERS);
    let mut line = host.start();
    line.take(&deploy(7, "00", Some(60)));
    line.take(&deploy(8, "01", Some(60)));
    // One that cannot be done changes nothing about that.
    let text = host.text();
    let broken = Deploy {
        content: rules("02"),
        ..deploy(9, "02", Some(60))
    };
    fs::rename(host.file(), host.folder.path().join("away")).unwrap();
    fs::create_dir(host.file()).unwrap();
    let answer = line.take(&broken).unwrap();
    assert!(
        matches!(answer.outcome, Outcome::Failed { .. }),
        "{answer:?}"
    );
    fs::remove_dir(host.file()).unwrap();
    fs::rename(host.folder.path().join("away"), host.file()).unwrap();
    assert_eq!(host.text(), text);
    let mut line = host.start();
    assert!(matches!(line.expire(), Some(Expired::Back)));
    assert_eq!(host.text(), OTHERS);
}

#[tokio::test]
async fn hostile_28_what_cannot_be_read_is_not_written() {
    let long = format!("{{\"x\": \"{}\"}}", "x".repeat(5 << 20));
    for (text, words) in [
        ("{\"a\": 1,}", "line 1, column 9"),
        ("[]", "line 1, column 1"),
        (long.as_str(), "larger than 5 MiB"),
        ("{\"fail2ban\": {}, \"Fail2Ban\": {}}", "line 1"),
    ] {
        let host = Host::new(text);
        let mut line = host.start();
        let found = line.look(true).unwrap();
        assert!(found.content.is_none() && found.files[0].sha256.len() == 64);
        assert!(
            found.problem.unwrap().to_string().contains(words),
            "{words}"
        );
        let answer = line.take(&deploy(7, "00", None)).unwrap();
        let Outcome::Failed { reason } = answer.outcome else {
            panic!("written over {words}");
        };
        assert!(
            reason.to_string().contains(words) && reason.to_string().contains("cti.json"),
            "{reason}"
        );
        assert_eq!(host.text(), text);
    }
    // With a byte order mark, line ends and comments kept.
    let host = Host::new("\u{feff}// ours\r\n{\"a\": [1]}\r\n");
    assert!(delivered(host.start().take(&deploy(7, "00", None))));
    assert!(host.text().starts_with("\u{feff}// ours\r\n{\"a\": [1]"));
}

#[tokio::test]
async fn hostile_09_lost_or_foreign_state_is_said_and_done_again() {
    for state in ["", "{", "{\"answer\": 3}", "[]"] {
        let host = Host::new(OTHERS);
        fs::create_dir_all(host.state().parent().unwrap()).unwrap();
        fs::write(host.state(), state).unwrap();
        let mut line = host.start();
        assert!(delivered(line.take(&deploy(7, "00", None))), "{state}");
    }
}

#[tokio::test]
async fn found_is_told_when_it_is_another() {
    let host = Host::new(OTHERS);
    let mut line = host.start();
    let found = line.look(true).unwrap();
    assert!(found.content.is_none() && found.problem.is_none());
    assert_eq!(found.files[0].text.as_deref(), Some(OTHERS));
    assert!(line.look(true).is_none());
    fs::remove_file(host.file()).unwrap();
    assert_eq!(line.look(false).unwrap().files[0].sha256, "");
    // Made anew, of the same size, twice within a moment.
    for text in ["{\"a\":1}", "{\"b\":2}"] {
        host.write(text);
        let told = line.look(false).or_else(|| line.look(false));
        assert_eq!(told.unwrap().files[0].text.as_deref(), Some(text));
    }
    line.forget();
    assert!(line.look(false).is_some());
}
