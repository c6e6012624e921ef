//! Two consoles of one database with different secret keys.

use std::net::TcpStream;
use std::process::{Command, Stdio};

use backend::links::{self, LinkWord};
use serde_json::json;

use crate::site::Site;
use crate::stage::{free_address, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_console_with_another_secret_key_does_not_start() {
    let mut site = Site::start().await;
    let data = tempfile::tempdir().unwrap();
    let config = data.path().join("console.toml");
    let listen = free_address();
    let settings = format!(
        "data_dir = {}\n[http]\nlisten = \"{listen}\"\n[database]\nurl = {}\n",
        json!(data.path()),
        json!(site.stage.url),
    );
    std::fs::write(&config, settings).unwrap();
    let mut console = Command::new(env!("CARGO_BIN_EXE_callwarden"));
    console.arg("serve").arg("--config").arg(&config);
    console
        .env_remove("CALLWARDEN_DATABASE_URL")
        .stdin(Stdio::null());

    // A key of its own: it ends, says which keys these are and what to do, and shows neither.
    let ended = console.output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr).into_owned()
        + &String::from_utf8_lossy(&ended.stdout);
    assert!(!ended.status.success(), "{said}");
    let own = std::fs::read_to_string(data.path().join("secret.key")).unwrap();
    let used = site.backend.sealer().id().to_owned();
    assert!(
        said.contains(&format!("is not the one ({used}) that sealed")),
        "{said}"
    );
    assert!(
        said.contains("copy the key file") && said.contains("forget-secrets"),
        "{said}"
    );
    assert!(!said.contains(own.trim()), "{said}");
    // The first one goes on, and what it had sealed is as it was.
    site.check();
    let node = site.switches[0].node;
    let up = async || {
        let status = links::get(&site.backend, node).await.unwrap()?.status?;
        (status.state == LinkWord::Up).then_some(())
    };
    until("the link", up).await;

    // With the first one's key it starts.
    console.env("CALLWARDEN_SECRET_KEY", site.stage.key());
    console.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = console.spawn().unwrap();
    until("the second console", async || {
        TcpStream::connect(&listen).ok()
    })
    .await;
    child.kill().unwrap();
    child.wait().unwrap();
}
