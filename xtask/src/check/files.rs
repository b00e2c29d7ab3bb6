//! The shape of source files, as CONTRIBUTING.md wants it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::stages::Outcome;
use crate::workspace;

/// The most lines that a file may have without its tests. Most have 100 to 400.
const MOST_LINES: usize = 600;

/// Names that say nothing about what is inside.
const NAMELESS: &[&str] = &[
    "utils", "util", "common", "helpers", "helper", "misc", "mod",
];

/// Where a run must repeat (ARCHITECTURE.md, "A run repeats").
const REPEATABLE: &[&str] = &["client/src", "group/src", "offset-store/src"];

/// What only the room `ambient` may ask of the system.
const THIN_AIR: &[&str] = &[
    "std::time::Instant::now",
    "SystemTime::now",
    "UNIX_EPOCH.elapsed",
    "rand::random",
    "rand::rng()",
    "process::id",
];

pub(crate) fn check() -> Result<Outcome> {
    let root = workspace::root();
    let mut files = Vec::new();
    collect(root, &mut files)?;
    let mut faults = Vec::new();
    for file in &files {
        let text = fs::read_to_string(file).with_context(|| format!("read {}", file.display()))?;
        let path = file.strip_prefix(root).unwrap_or(file);
        faults.extend(
            faults_of(path, &text)
                .into_iter()
                .map(|fault| format!("{}: {fault}", path.display())),
        );
    }
    if !faults.is_empty() {
        faults.sort();
        bail!("\n{}", faults.join("\n"));
    }
    Ok(Outcome::Done)
}

/// All Rust files below a folder but what is built or hidden.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("list {}", folder.display()))? {
        let path = entry
            .with_context(|| format!("list {}", folder.display()))?
            .path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

fn faults_of(path: &Path, text: &str) -> Vec<String> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    // Programs that must not compile, and what the compiler says to them, are no rooms.
    let is_specimen = path.components().any(|part| part.as_os_str() == "ui");
    let is_test = stem == "tests" || path.components().any(|part| part.as_os_str() == "tests");
    let is_crate_root = path.ends_with("src/lib.rs") || path.ends_with("src/main.rs");
    let mut faults = Vec::new();
    if NAMELESS.contains(&stem.as_ref()) {
        faults.push("its name says nothing about what is inside".to_owned());
    }
    if !is_specimen && stem != "tests" && !text.starts_with("//!") {
        faults.push("its first line does not say what belongs there".to_owned());
    }
    if is_crate_root && !text.contains("#![forbid(unsafe_code)]") {
        faults.push("a crate's root forbids unsafe code".to_owned());
    }
    // The suite for stores is no part of a run.
    let is_suite = path.starts_with("offset-store/src/conformance");
    if !is_test
        && !is_suite
        && REPEATABLE
            .iter()
            .any(|crate_src| path.starts_with(crate_src))
    {
        faults.extend(unrepeatable(&stem, code_without_tests(text)));
    }
    let lines = lines_without_tests(text);
    if !is_test && lines > MOST_LINES {
        faults.push(format!("{lines} lines, of {MOST_LINES} at most"));
    }
    faults
}

/// What makes one run differ from another.
fn unrepeatable<'a>(stem: &str, code: &'a str) -> impl Iterator<Item = String> + use<'a> {
    let asked = THIN_AIR.iter().filter(|what| code.contains(**what));
    let asked = asked
        .filter(|_| stem != "ambient")
        .map(|what| format!("{what} belongs into ambient"));
    let selects = code.match_indices("select! {").filter(|(at, select)| {
        let branches = code[at + select.len()..].trim_start();
        !branches.starts_with("biased;")
    });
    let selects = selects.map(|_| "a select! that is not biased".to_owned());
    // Or the process could not stand still as a whole.
    let spawns = code.match_indices("tokio::spawn(").filter(|(at, _)| {
        let line = code[*at..].lines().next().unwrap_or_default();
        !line.contains("gated(")
    });
    let spawns = spawns.map(|_| "a task that no gate holds (Client::gated)".to_owned());
    asked
        .collect::<Vec<_>>()
        .into_iter()
        .chain(selects)
        .chain(spawns)
}

/// What stands before the module of tests, which stands last in a file.
fn code_without_tests(text: &str) -> &str {
    text.find("#[cfg(test)]").map_or(text, |at| &text[..at])
}

/// The lines up to the module of tests, which stands last in a file.
fn lines_without_tests(text: &str) -> usize {
    text.lines()
        .take_while(|line| *line != "#[cfg(test)]")
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(path: &str, text: &str) -> usize {
        faults_of(Path::new(path), text).len()
    }

    #[test]
    fn a_file_with_a_head_and_a_name_is_fine() {
        assert_eq!(faults("client/src/fetcher.rs", "//! Fetches.\n"), 0);
        assert_eq!(faults("client/src/fetcher.rs", "use std::fs;\n"), 1);
        assert_eq!(faults("client/src/fetcher/tests.rs", "use super::*;\n"), 0);
        assert_eq!(faults("client/src/utils.rs", "//! Things.\n"), 1);
        assert_eq!(faults("client/src/fetcher/mod.rs", "//! Fetches.\n"), 1);
    }

    #[test]
    fn a_crates_root_forbids_unsafe_code() {
        assert_eq!(faults("client/src/lib.rs", "//! A client.\n"), 1);
        assert_eq!(
            faults(
                "client/src/lib.rs",
                "//! A client.\n#![forbid(unsafe_code)]\n"
            ),
            0
        );
    }

    #[test]
    fn what_runs_asks_the_system_nowhere_but_in_ambient() {
        let asks = "//! Asks.\nlet now = SystemTime::now();\n";
        assert_eq!(faults("group/src/session.rs", asks), 1);
        assert_eq!(faults("group/src/ambient.rs", asks), 0);
        assert_eq!(faults("group/src/session/tests.rs", asks), 0);
        assert_eq!(faults("cli/src/commands.rs", asks), 0);
        let selects = |first| format!("//! Waits.\ntokio::select! {{\n    {first}\n}}\n");
        assert_eq!(faults("group/src/session.rs", &selects("() = a => {}")), 1);
        assert_eq!(faults("group/src/session.rs", &selects("biased;")), 0);
        let spawns = |task| format!("//! Works.\ntokio::spawn({task});\n");
        assert_eq!(faults("group/src/session.rs", &spawns("task")), 1);
        assert_eq!(
            faults("group/src/session.rs", &spawns("client.gated(task)")),
            0
        );
    }

    #[test]
    fn tests_do_not_count() {
        let long = format!("//! Long.\n{}", "\n".repeat(MOST_LINES));
        assert_eq!(faults("client/src/fetcher.rs", &long), 1);
        assert_eq!(faults("client/src/fetcher/tests.rs", &long), 0);
        assert_eq!(
            faults(
                "client/src/fetcher.rs",
                &format!("//! Short.\n#[cfg(test)]\n{long}")
            ),
            0
        );
    }
}
