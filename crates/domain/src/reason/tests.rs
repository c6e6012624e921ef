use serde_json::{Value, json};

use super::*;
use crate::config::{Found, Outcome};

fn broken() -> Reason {
    let error = crate::acl::file::read("<configuration>\n<a>").unwrap_err();
    let file = Reason::file("/etc/freeswitch/acl.conf.xml", error);
    file.and(DeployReason::NotConfirmed { seconds: 60 }.into())
}

#[test]
fn an_older_reader_sees_english_and_a_newer_one_what_it_knows() {
    let failed = Outcome::Failed { reason: broken() };
    let json = serde_json::to_value(&failed).unwrap();
    let words = json["reason"].as_str().unwrap();
    assert!(
        words.starts_with("/etc/freeswitch/acl.conf.xml: line 2, column "),
        "{words}"
    );
    assert!(
        words.ends_with("; the change was not confirmed within 60 s"),
        "{words}"
    );
    assert_eq!(
        serde_json::from_value::<Outcome>(json.clone()).unwrap(),
        failed
    );
    // A worker from before: words only.
    let told = |json: Value| serde_json::from_value::<Outcome>(json).unwrap();
    let said = |words: &str| Outcome::Failed {
        reason: words.into(),
    };
    assert_eq!(told(json!({"step": "failed", "reason": "no"})), said("no"));
    // A newer one: the words of what is not known.
    for why in [
        json!({"moon": {"phase": 3}}),
        json!("tide"),
        json!({"deploy": {"not_confirmed": {}}}),
        json!(7),
    ] {
        let json = json!({"step": "failed", "reason": "the moon", "why": why, "more": 1});
        assert_eq!(told(json), said("the moon"));
    }
}

#[test]
fn what_was_found_keeps_its_place_and_its_absence() {
    let found = |problem| Found {
        content: Some(3),
        running: None,
        problem,
        files: Vec::new(),
    };
    for problem in [None, Some(broken()), Some(Reason::from("in words"))] {
        let found = found(problem);
        let json = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<Found<u8>>(&json).unwrap(), found);
    }
    let none = serde_json::to_value(found(None)).unwrap();
    assert!(none.get("problem").is_none() && none.get("why").is_none());
    let old: Found<u8> =
        serde_json::from_str(r#"{"content":null,"problem":"gone","files":[]}"#).unwrap();
    assert_eq!(old.problem, Some("gone".into()));
}

#[test]
fn what_is_stored_reads_back_also_from_before() {
    for reason in [
        broken(),
        Reason::from("in words"),
        DeployReason::NoProfiles.into(),
    ] {
        assert_eq!(Reason::from_text(&reason.to_text()), reason);
    }
    let old = "acl.conf.xml: line 3, column 7: a DOCTYPE is not accepted";
    assert_eq!(Reason::from_text(old), Reason::from(old));
    let newer = "the moon\n{\"moon\":{}}";
    assert_eq!(Reason::from_text(newer), Reason::from("the moon"));
}

#[test]
fn hostile_03_texts_in_a_reason_are_inert_and_short() {
    let evil = format!("a\0b\u{202e}\n<script>{}", "x".repeat(50_000));
    let failed = SwitchReason::Command {
        command: "reloadacl".to_owned(),
        answered: Answered::Failed { said: evil.clone() },
    };
    let inert = |text: &str| !text.contains(['\0', '\u{202e}']) && text.len() < 6_000;
    let stored = Reason::from(failed).to_text();
    assert!(inert(&stored) && stored.matches('\n').count() == 1);
    let kept = Reason::from_text(&stored).to_string();
    assert!(inert(&kept) && kept.contains("a\\x00b\\u{202e}\\x0a<script>"));
    // A worker that is not ours.
    let json = json!({"step": "failed", "reason": evil, "why": {"file": {"path": evil, "what": "missing"}}});
    let Outcome::Failed { reason } = serde_json::from_value(json).unwrap() else {
        panic!()
    };
    assert!(inert(&reason.to_string()));
    let many = Reason::All(vec![DeployReason::NoProfiles.into(); 5_000]);
    let stored = many.to_text();
    assert!(inert(&stored) && matches!(Reason::from_text(&stored), Reason::Said(_)));
    let deep = format!("deep\n{}{}", "{\"all\":[".repeat(500), "]}".repeat(500));
    assert_eq!(Reason::from_text(&deep), Reason::from("deep"));
}
