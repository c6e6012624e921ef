//! Adds up what the test runners say at their ends.

/// How many tests did what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Succeeded.
    pub passed: u64,
    /// Did not.
    pub failed: u64,
}

impl Totals {
    /// Adds another runner's.
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// `test result: ok. 12 passed; 0 failed; 1 ignored; …`, cargo's line per test binary.
    pub fn of_cargo_line(line: &str) -> Option<Self> {
        let counts = line.trim().strip_prefix("test result: ")?;
        let count = |word: &str| {
            counts.split(['.', ';']).find_map(|part| {
                part.trim()
                    .strip_suffix(word)
                    .and_then(|number| number.trim().parse().ok())
            })
        };
        Some(Self {
            passed: count("passed")?,
            failed: count("failed")?,
        })
    }

    /// Playwright's JSON report. A test that passed only at a later try counts as failed.
    pub fn of_playwright(report: &serde_json::Value) -> Option<Self> {
        let stats = report.get("stats")?;
        let count = |name: &str| stats.get(name).and_then(serde_json::Value::as_u64);
        let errors = report
            .get("errors")
            .and_then(serde_json::Value::as_array)
            .map_or(0, Vec::len);
        Some(Self {
            passed: count("expected")?,
            failed: count("unexpected")? + count("flaky")? + u64::try_from(errors).unwrap_or(1),
        })
    }
}

impl std::fmt::Display for Totals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_cargo() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.02s";
        let totals = Totals::of_cargo_line(line);
        assert_eq!(
            totals,
            Some(Totals {
                passed: 12,
                failed: 3
            })
        );
        for other in [
            "running 3 tests",
            "test a ... ok",
            "test result: broken",
            "",
        ] {
            assert_eq!(Totals::of_cargo_line(other), None, "{other}");
        }
    }

    #[test]
    fn reads_playwright() {
        let report = serde_json::json!({
            "stats": {"expected": 9, "unexpected": 1, "flaky": 1, "skipped": 4},
            "errors": [{"message": "global setup"}],
        });
        let expected = Totals {
            passed: 9,
            failed: 3,
        };
        assert_eq!(Totals::of_playwright(&report), Some(expected));
        assert_eq!(Totals::of_playwright(&serde_json::json!({})), None);
    }

    #[test]
    fn prints_the_closing_line() {
        let totals = Totals {
            passed: 41,
            failed: 0,
        };
        assert_eq!(totals.to_string(), "41 passed, 0 failed");
    }
}
