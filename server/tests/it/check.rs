//! `callwarden check`: exit codes, output that is data only, batches of any size.

use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;

const RULES: &str = r#"{"redis": {}, "fail2ban": {"filename": "cti_fail2ban.log",
    "destination_number_max_len": 12, "deny_prefix": ["00", "+", "447"], "allow_prefix": ["44", "1"]}}"#;

fn callwarden(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_callwarden"));
    command
        .args(arguments)
        // No settings are read, so wrong ones do not matter.
        .env("CALLWARDEN_CONFIG", "/nonexistent")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Exit code, output, complaint.
pub(crate) async fn run(arguments: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut child = callwarden(arguments).spawn().unwrap();
    // A command that refuses at once does not read it.
    let _ = child.stdin.take().unwrap().write_all(input).await;
    let output = child.wait_with_output().await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn file(folder: &Path, content: &[u8]) -> String {
    let path = folder.join("cti.json");
    std::fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn judges_numbers_and_names_the_rule() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), RULES.as_bytes());
    let good = ["check", "number", &path, "4420", "100"];
    assert_eq!(
        run(&good, b"").await,
        (
            0,
            "allowed\t4420\tallow_prefix 44\nallowed\t100\tallow_prefix 1\n".into(),
            String::new()
        )
    );
    let numbers = ["4471", "0044", "86", "1234567890123", "1"];
    let refused = [&["check", "number", &*path], &numbers[..]].concat();
    let (code, printed, _) = run(&refused, b"").await;
    assert_eq!(
        (code, &*printed),
        (
            1,
            "denied\t4471\tdeny_prefix 447\n\
             denied\t0044\tdeny_prefix 00\n\
             not_allowed\t86\tallow_prefix has no match\n\
             too_long\t1234567890123\tdestination_number_max_len 12 < 13\n\
             allowed\t1\tallow_prefix 1\n"
        )
    );
    let json = ["check", "number", &path, "--format", "json"];
    let (code, printed, _) = run(&json, b"4471\r\n86\n\n1234567890123").await;
    assert_eq!(
        (code, &*printed),
        (
            1,
            "{\"number\":\"4471\",\"verdict\":\"denied\",\"rule\":\"deny_prefix\",\"entry\":\"447\",\"length\":4}\n\
             {\"number\":\"86\",\"verdict\":\"not_allowed\",\"rule\":\"allow_prefix\",\"length\":2}\n\
             {\"number\":\"\",\"verdict\":\"not_allowed\",\"rule\":\"allow_prefix\",\"length\":0}\n\
             {\"number\":\"1234567890123\",\"verdict\":\"too_long\",\"rule\":\"destination_number_max_len\",\"max\":12,\"length\":13}\n"
        )
    );
}

#[tokio::test]
async fn what_holds_no_rules_is_exit_code_2_with_the_place() {
    let folder = tempfile::tempdir().unwrap();
    let cases: [(&[u8], &str); 5] = [
        (b"{\n \"a\": 1,\n}", "cti.json:3:1: this is not JSON"),
        (b"{}", "there is no \"fail2ban\" in it"),
        (b"", "there is no \"fail2ban\" in it"),
        (
            b"{\"fail2ban\": {\"filename\": \"a\"}}",
            "lacks destination_number_max_len, deny_prefix, allow_prefix",
        ),
        (
            b"{\"fail2ban\": {\"deny_prefix\": [\"\x1b[31m\"]}}",
            "cti.json:1:32: this is not JSON",
        ),
    ];
    for (content, complaint) in cases {
        let path = file(folder.path(), content);
        let (code, printed, said) = run(&["check", "number", &path, "1"], b"").await;
        assert_eq!((code, &*printed), (2, ""));
        assert!(said.contains(complaint), "{said}");
    }
    let away = folder.path().join("\x1b[31maway");
    let (code, printed, said) = run(&["check", "number", away.to_str().unwrap(), "1"], b"").await;
    assert_eq!((code, &*printed), (2, ""));
    assert!(
        said.contains("\\x1b[31maway") && !said.contains('\x1b'),
        "{said:?}"
    );
    let large = file(folder.path(), &b" ".repeat(6 << 20));
    let (code, _, said) = run(&["check", "number", &large, "1"], b"").await;
    assert!(code == 2 && said.contains("larger than 5 MiB"), "{said}");
}

#[tokio::test]
async fn hostile_numbers_are_printed_as_data() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), RULES.replace("12", "20").as_bytes());
    let hostile = "1\x1b[31m\t\u{202e}\u{9b}\x7f\"\\\r2\n".as_bytes();
    let hostile = [hostile, b"1\xff\n"].concat();
    for format in ["text", "json"] {
        let arguments = ["check", "number", &path, "--format", format];
        let (code, printed, _) = run(&arguments, &hostile).await;
        assert_eq!((code, printed.lines().count()), (0, 2), "{printed}");
        let harmless = |line: &str| domain::inert::is_inert(&line.replace('\t', ""));
        assert!(printed.lines().all(harmless), "{printed:?}");
        if format == "json" {
            let line: serde_json::Value =
                serde_json::from_str(printed.lines().next().unwrap()).unwrap();
            assert_eq!(line["number"], "1\x1b[31m\t\u{202e}\u{9b}\x7f\"\\\r2");
        } else {
            assert!(
                printed.lines().all(|line| line.matches('\t').count() == 2),
                "{printed:?}"
            );
        }
    }
}

/// A line of 64 MB, and a million short ones: streamed, and each answered before the next is sent.
#[tokio::test]
async fn a_batch_of_any_size_takes_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), RULES.as_bytes());
    let mut child = callwarden(&["check", "number", &path]).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    for number in ["100", "0044"] {
        input
            .write_all(format!("{number}\n").as_bytes())
            .await
            .unwrap();
        let line = output.next_line().await.unwrap().unwrap();
        assert_eq!(line.split('\t').nth(1), Some(number));
    }
    let sent = tokio::spawn(async move {
        let piece = "é".repeat(1 << 19);
        for _ in 0..64 {
            input.write_all(piece.as_bytes()).await.unwrap();
        }
        input.write_all(b"\n").await.unwrap();
        let piece = b"100\n".repeat(10_000);
        for _ in 0..100 {
            input.write_all(&piece).await.unwrap();
        }
        input
    });
    let long = output.next_line().await.unwrap().unwrap();
    let length = 64 << 19;
    assert!(
        long.starts_with("too_long\té") && long.ends_with(&format!(" 12 < {length}")),
        "{long}"
    );
    for _ in 0..1_000_000 {
        assert_eq!(
            output.next_line().await.unwrap().unwrap(),
            "allowed\t100\tallow_prefix 1"
        );
    }
    let input = sent.await.unwrap();
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id().unwrap())).unwrap();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak < 24 << 10, "{peak} KiB");
    drop(input);
    assert_eq!(child.wait().await.unwrap().code(), Some(1));
}
