//! Who may import whom (`docs/architecture.md`), proven from the graph cargo resolves.

use anyhow::{Result, ensure};

use crate::program;

/// A crate of ours, and the crates of ours it may use outside tests.
const ARROWS: [(&str, &[&str]); 10] = [
    ("domain", &[]),
    ("runtime", &[]),
    ("embedded", &[]),
    ("esl", &["domain"]),
    ("esl-sim", &["runtime"]),
    ("worker", &["domain", "esl", "runtime"]),
    ("backend", &["domain", "esl", "runtime"]),
    ("app", &["backend", "domain", "runtime"]),
    (
        "server",
        &["app", "backend", "domain", "embedded", "runtime"],
    ),
    ("xtask", &["embedded", "esl-sim", "runtime"]),
];

/// Checks the arrows between our crates, and what must never be in a binary at all.
pub fn check() -> Result<()> {
    for (name, allowed) in ARROWS {
        let tree = program::output(
            "cargo",
            &[
                "tree", "-p", name, "-e", "normal", "--depth", "1", "--prefix", "none",
            ],
        )?;
        for used in tree.lines().skip(1).filter_map(first_word) {
            let ours = ARROWS.iter().any(|(other, _)| *other == used);
            ensure!(
                !ours || allowed.contains(&used),
                "{name} uses {used}, which no arrow allows"
            );
        }
    }
    // The worker stands on a telephony node: no database client, no web framework.
    lacks(&["-p", "worker"], &["sqlx", "sqlx-core", "leptos", "axum"])?;
    // Rules and words compile anywhere: no I/O, clock or async.
    lacks(&["-p", "domain"], &["tokio", "sqlx", "leptos", "runtime"])?;
    // The browser half.
    lacks(
        &[
            "-p",
            "app",
            "--target",
            "wasm32-unknown-unknown",
            "--no-default-features",
            "--features",
            "hydrate",
        ],
        &["backend", "sqlx", "sqlx-core", "tokio-postgres", "axum"],
    )
}

fn lacks(selection: &[&str], forbidden: &[&str]) -> Result<()> {
    let mut arguments = vec!["tree", "-e", "normal", "--prefix", "none"];
    arguments.extend(selection);
    let tree = program::output("cargo", &arguments)?;
    for used in tree.lines().filter_map(first_word) {
        ensure!(
            !forbidden.contains(&used),
            "{used} must not be below {}",
            selection.join(" ")
        );
    }
    Ok(())
}

fn first_word(line: &str) -> Option<&str> {
    line.split_whitespace().next()
}
