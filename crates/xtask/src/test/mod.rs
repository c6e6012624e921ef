//! `cargo xtask test`: every check and test, cheap first, each with the time it took.

mod arrows;
mod browser;
mod lint;
mod rust;
pub mod tools;
mod totals;

use std::future::Future;
use std::time::{Duration, Instant};

use anyhow::Result;
use totals::Totals;

/// What to test.
#[derive(clap::Args)]
pub struct Options {
    /// Only this part
    #[arg(long)]
    only: Option<Part>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Form, lints, documentation, arrows, dependencies
    Lint,
    /// Unit, Postgres and fail2ban tests
    Rust,
    /// End-to-end tests in Chromium
    Browser,
}

/// One run: what was done, and how it went.
#[derive(Default)]
pub struct Run {
    steps: Vec<(&'static str, Duration, bool)>,
    totals: Totals,
}

impl Run {
    /// Announces and does one step. True when it went well.
    pub fn step(&mut self, name: &'static str, step: impl FnOnce() -> Result<()>) -> bool {
        println!("\n── {name}");
        let start = Instant::now();
        let result = step();
        self.note(name, start.elapsed(), result).is_some()
    }

    /// The same for a step that gives something to the ones after it.
    pub async fn step_async<T>(
        &mut self,
        name: &'static str,
        step: impl Future<Output = Result<T>>,
    ) -> Option<T> {
        println!("\n── {name}");
        let start = Instant::now();
        let result = step.await;
        self.note(name, start.elapsed(), result)
    }

    /// Adds a test runner's counts.
    pub fn add(&mut self, totals: Totals) {
        self.totals.add(totals);
        if totals.failed > 0
            && let Some(last) = self.steps.last_mut()
        {
            last.2 = false;
        }
    }

    fn note<T>(&mut self, name: &'static str, took: Duration, result: Result<T>) -> Option<T> {
        match result {
            Ok(value) => {
                println!("✓ {name}: {:.1} s", took.as_secs_f64());
                self.steps.push((name, took, true));
                Some(value)
            }
            Err(error) => {
                println!("✗ {name}: {:.1} s: {error:#}", took.as_secs_f64());
                self.steps.push((name, took, false));
                // A check without tests of its own counts as one.
                self.totals.failed += 1;
                None
            }
        }
    }

    fn is_good(&self) -> bool {
        self.totals.failed == 0 && self.steps.iter().all(|(.., good)| *good)
    }

    fn summary(&self) {
        println!("\n── what took how long");
        for (name, took, good) in &self.steps {
            let mark = if *good { "✓" } else { "✗" };
            println!("{mark} {:>7.1} s  {name}", took.as_secs_f64());
        }
        let all: Duration = self.steps.iter().map(|(_, took, _)| *took).sum();
        println!("  {:>7.1} s  together", all.as_secs_f64());
        println!("\n{}", self.totals);
    }
}

/// Runs the parts asked for; true when all went well. A part that fails ends the run: the next one
/// costs more.
pub async fn run(options: &Options) -> bool {
    let wanted = |part| options.only.is_none_or(|only| only == part);
    let mut run = Run::default();
    if wanted(Part::Lint) {
        lint::all(&mut run);
    }
    if wanted(Part::Rust) && run.is_good() {
        rust::all(&mut run).await;
    }
    if wanted(Part::Browser) && run.is_good() {
        browser::all(&mut run);
    }
    run.summary();
    run.is_good()
}
