//! franz-go's own test suite, out of the module that `go.mod` names, on a cluster of ours.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use super::bounded::{self, Ended};
use super::check::{Check, How, Verdict};
use super::target::{Target, USER};
use super::{built, go};
use crate::interrupt::Interrupt;
use crate::workspace;

const MODULE: &str = "github.com/twmb/franz-go";
const PACKAGE: &str = "github.com/twmb/franz-go/pkg/kgo";

/// How long all of it may take.
const AT_MOST: Duration = Duration::from_secs(900);

/// The suite writes half a million records, and reads each seven times, where nobody says otherwise.
const RECORDS: &str = "50000";

/// The tests as a program, and the folder that they are run in.
pub(crate) struct Suite {
    program: PathBuf,
    folder: PathBuf,
}

pub(crate) fn checks(client: &'static str, interrupt: &Interrupt) -> Result<Vec<Check>> {
    let program = go::tests(PACKAGE, "kgo.test", interrupt)?;
    let folder = workspace::output(&mut go::list(PACKAGE)?)?;
    let suite = Suite {
        program,
        folder: PathBuf::from(folder.trim()),
    };
    Ok(vec![Check {
        client,
        version: go::version(MODULE)?,
        name: "go test pkg/kgo".to_owned(),
        what: "all of its tests".to_owned(),
        how: How::Suite(suite),
    }])
}

impl Suite {
    pub(crate) fn run(&self, target: &Target, interrupt: &Interrupt) -> Result<Verdict> {
        let output = built().join("kgo.out");
        let ended = self.test("", &output, target, interrupt)?;
        let text = read(&output)?;
        let first = Tally::of(&text);
        let all_ended = first.unfinished.is_empty() && !first.failed.is_empty();
        if ended == Ended::Well || !all_ended {
            let why = first.why(ended);
            let counts = first.counts(0);
            return Ok(Verdict::Counted { counts, why });
        }
        // Its tests run side by side and watch the clock: those that failed get a second try by themselves, and the table says so.
        let again = format!("^({})$", first.failed.join("|"));
        let output = built().join("kgo-again.out");
        let ended = self.test(&again, &output, target, interrupt)?;
        let text = read(&output)?;
        let second = Tally::of(&text);
        let why = second.why(ended);
        let all = Tally {
            passed: first.passed + second.passed,
            skipped: first.skipped,
            failed: second.failed,
            unfinished: second.unfinished,
        };
        let counts = all.counts(second.passed);
        Ok(Verdict::Counted { counts, why })
    }

    fn test(
        &self,
        only: &str,
        output: &Path,
        target: &Target,
        interrupt: &Interrupt,
    ) -> Result<Ended> {
        let mut command = Command::new(&self.program);
        command
            .current_dir(&self.folder)
            .arg("-test.v")
            .arg(format!("-test.run={only}"))
            .arg(format!("-test.timeout={}s", AT_MOST.as_secs() - 10))
            .env("KGO_SEEDS", target.servers())
            .env("KGO_TEST_RF", target.brokers().min(3).to_string())
            .env("KGO_TEST_RECORDS", RECORDS)
            .env("KGO_TEST_SCRAM_SEEDS", target.sasl_servers())
            .env("KGO_TEST_SCRAM", USER)
            .env("KGO_LOG_LEVEL", "none");
        bounded::run(&mut command, "", output, AT_MOST, interrupt)
    }
}

fn read(file: &Path) -> Result<String> {
    let bytes = fs::read(file).with_context(|| format!("read {}", file.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What Go's test runner printed: the tests by how they ended, the parts of a test left out.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally<'a> {
    passed: usize,
    skipped: usize,
    failed: Vec<&'a str>,
    /// Begun, and never ended.
    unfinished: Vec<&'a str>,
}

impl<'a> Tally<'a> {
    fn of(output: &'a str) -> Self {
        let mut tally = Self::default();
        for line in output.lines() {
            if let Some(name) = line.strip_prefix("=== RUN   ") {
                // Parts of a test have a slash in their name.
                tally
                    .unfinished
                    .extend((!name.contains('/')).then_some(name));
                continue;
            }
            let Some((word, rest)) = line.strip_prefix("--- ").and_then(|it| it.split_once(": "))
            else {
                continue;
            };
            let name = rest.split(' ').next().unwrap_or_default();
            tally.unfinished.retain(|begun| *begun != name);
            match word {
                "PASS" => tally.passed += 1,
                "SKIP" => tally.skipped += 1,
                _ => tally.failed.push(name),
            }
        }
        tally
    }

    fn counts(&self, at_the_second_try: usize) -> String {
        let failed = self.failed.len() + self.unfinished.len();
        let again = match at_the_second_try {
            0 => String::new(),
            some => format!(" ({some} at the second try)"),
        };
        format!(
            "{} passed{again}, {failed} failed, {} skipped",
            self.passed, self.skipped
        )
    }

    /// What is wrong, if anything is. Of a program that ran nothing the tests were looked for in vain: it ends well, and says nothing.
    fn why(&self, ended: Ended) -> Option<String> {
        let Self {
            failed, unfinished, ..
        } = self;
        match ended {
            Ended::Well if self.passed == 0 => Some("  | no test passed".to_owned()),
            Ended::Well => None,
            _ => Some(format!(
                "  | {ended:?}: failed {failed:?}, unfinished {unfinished:?}"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gos_output_is_counted_without_the_parts_of_a_test() {
        let output = "\
=== RUN   TestOne
=== RUN   TestOne/part
--- PASS: TestOne (0.01s)
    --- PASS: TestOne/part (0.00s)
=== RUN   TestTwo
--- FAIL: TestTwo (1.00s)
=== RUN   TestThree
--- SKIP: TestThree (0.00s)
=== RUN   TestFour
panic: test timed out
";
        let tally = Tally::of(output);
        assert_eq!(tally.counts(0), "1 passed, 2 failed, 1 skipped");
        let again = "1 passed (1 at the second try), 2 failed, 1 skipped";
        assert_eq!(tally.counts(1), again);
        assert_eq!(tally.failed, ["TestTwo"]);
        assert_eq!(tally.unfinished, ["TestFour"]);
    }

    #[test]
    fn a_suite_that_runs_no_test_has_not_passed() {
        let nothing = Tally::of("testing: warning: no tests to run\nPASS\n");
        assert!(nothing.why(Ended::Well).is_some());
        let one = Tally::of("=== RUN   TestOne\n--- PASS: TestOne (0.01s)\nPASS\n");
        assert_eq!(one.why(Ended::Well), None);
    }
}
