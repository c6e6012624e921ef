//! What was recorded from a real FreeSWITCH, said to the simulator: it has to answer the same.

mod access;
mod commands;
mod lab;
mod posture;
mod profiles;
mod raw;
mod script;
mod socket;

/// Every transcript that concerns the simulator. The rest of what was recorded (attacks, hostile
/// text, floods, times) shows what SIP does to FreeSWITCH, and there is no SIP here.
const REPLAYED: [&str; 31] = [
    "acl-basic.txt",
    "acl-invalid-xml.txt",
    "acl-nodes.txt",
    "acl-profile.txt",
    "acl-reload.txt",
    "deliver-over-esl.txt",
    "esl-acl-rejected.txt",
    "esl-api.txt",
    "esl-auth-crlf.txt",
    "esl-auth-fail.txt",
    "esl-auth-first-missing.txt",
    "esl-auth-ok.txt",
    "esl-auth-timeout.txt",
    "esl-bgapi.txt",
    "esl-event-json.txt",
    "esl-event-order-trap.txt",
    "esl-event-plain.txt",
    "esl-event-xml.txt",
    "esl-events-filter.txt",
    "esl-heartbeat-idle.txt",
    "esl-huge-reply.txt",
    "esl-log-stream.txt",
    "esl-shutdown.txt",
    "esl-userauth.txt",
    "live-call.txt",
    "posture-core.txt",
    "posture-sofia.txt",
    "posture-xml-locate.txt",
    "profile-restart.txt",
    "xml-curl-blocking.txt",
    "xml-curl.txt",
];

#[test]
fn every_transcript_is_replayed_by_a_test() {
    let sources = [
        include_str!("access.rs"),
        include_str!("commands.rs"),
        include_str!("posture.rs"),
        include_str!("profiles.rs"),
        include_str!("socket.rs"),
    ];
    let folder = std::fs::read_dir(script::FOLDER).unwrap();
    let mut names: Vec<_> = folder
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, REPLAYED);
    for name in REPLAYED {
        let name = name.strip_suffix(".txt").unwrap();
        let read = format!("(\"{name}\"");
        let is_read = sources.iter().any(|source| source.contains(&read));
        assert!(is_read, "{name} is replayed by no test");
    }
}
