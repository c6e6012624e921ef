//! One of our programs: started, killed with SIGKILL, started again.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use embedded::keeper::{Keeper, mortal};

/// A program that dies with the test; its output is shown when the test fails.
pub struct Process {
    argv: Vec<String>,
    output: PathBuf,
    /// Beside the test's own, from the next start on.
    pub environment: Vec<(String, String)>,
    child: Option<Child>,
    // Last: children die with the thread that started them.
    keeper: Keeper,
}

impl Process {
    /// Not started yet.
    pub fn new(program: &Path, arguments: &[&str], config: &Path) -> Self {
        let mut argv = vec![text(program)];
        argv.extend(arguments.iter().map(|word| (*word).to_owned()));
        argv.extend(["--config".to_owned(), text(config)]);
        let name = program.file_name().unwrap();
        Self {
            argv,
            output: config.with_file_name(name).with_extension("out"),
            environment: Vec::new(),
            child: None,
            keeper: Keeper::start().unwrap(),
        }
    }

    pub fn start(&mut self) {
        assert!(self.child.is_none(), "it runs");
        let append = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&self.output);
        let output = append.unwrap();
        let mut command = mortal(&self.argv);
        command
            .current_dir(self.output.parent().unwrap())
            .env_remove("CALLWARDEN_DATABASE_URL")
            .env("RUST_LOG", "info")
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output);
        self.child = Some(self.keeper.spawn(command).unwrap());
    }

    /// SIGKILL; fails when it was gone already.
    pub fn kill(&mut self) {
        self.check();
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Fails when it has ended by itself.
    pub fn check(&mut self) {
        let child = self.child.as_mut().expect("it was started");
        let ended = child.try_wait().unwrap();
        assert!(
            ended.is_none(),
            "{} ended by itself: {ended:?}",
            self.argv[0]
        );
    }

    /// Most that it has had in memory besides its own program (which is some times as large in a debug
    /// build), in kB.
    pub fn peak_memory(&self) -> u64 {
        let pid = self.child.as_ref().expect("it runs").id();
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let kilobytes = |name| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let digits = line.unwrap().trim().trim_end_matches(" kB");
            digits.parse::<u64>().unwrap()
        };
        kilobytes("VmHWM:") - kilobytes("RssFile:")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
        if std::thread::panicking() {
            let text = std::fs::read(&self.output).unwrap_or_default();
            let text = String::from_utf8_lossy(&text);
            let lines: Vec<_> = text.lines().collect();
            let end = lines[lines.len().saturating_sub(60)..].join("\n");
            eprintln!("the end of what {} printed:\n{end}\n", self.argv[0]);
        }
    }
}

/// Runs a command to its end with `input`; its standard output.
pub fn ask(program: &Path, arguments: &[&str], config: &Path, input: &str) -> String {
    let file = config.with_extension("input");
    std::fs::write(&file, input).unwrap();
    let output = Command::new(program)
        .args(arguments)
        .arg("--config")
        .arg(config)
        .current_dir(config.parent().unwrap())
        .env_remove("CALLWARDEN_DATABASE_URL")
        .stdin(File::open(&file).unwrap())
        .output()
        .unwrap();
    std::fs::remove_file(file).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}
