//! The program itself.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::support::Client;

/// Killed when a test fails before it stops it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(folder: &TempDir, settings: &str) -> Running {
    let file = folder.path().join("esl-sim.toml");
    let conf_dir = folder.path().join("nodes");
    let settings = format!("conf_dir = {:?}\n{settings}", conf_dir.to_str().unwrap());
    std::fs::write(&file, settings).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_esl-sim"));
    command.arg("--config").arg(file);
    Running(
        command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap(),
    )
}

#[tokio::test]
async fn runs_as_many_as_it_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = start(
        &folder,
        "base_port = 0\nnodes = 3\nmodules = [\"mod_cti\"]\n",
    );
    let mut lines = BufReader::new(running.0.stdout.take().unwrap()).lines();
    for number in 1..=3 {
        let line = lines.next().unwrap().unwrap();
        let words: Vec<_> = line.split(' ').collect();
        assert_eq!(words[0], format!("pbx{number}"));
        let mut client = Client::connect(words[1].parse().unwrap()).await;
        client.frame().await;
        client.ask("auth ClueCon").await;
        assert_eq!(client.api("hostname").await, format!("pbx{number}"));
        assert_eq!(client.api("module_exists mod_cti").await, "true");
    }
}

#[test]
fn says_what_is_wrong_with_its_settings() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = start(&folder, "nodes = 0\n");
    assert!(!running.0.wait().unwrap().success());
    let mut errors = String::new();
    std::io::Read::read_to_string(&mut running.0.stderr.take().unwrap(), &mut errors).unwrap();
    assert!(errors.contains("nodes must be from 1 to"), "{errors}");
}
