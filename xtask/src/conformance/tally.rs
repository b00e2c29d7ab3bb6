//! Who passed: each version of each message, and what is wrong with those that did not.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The versions of some messages, and their faults.
#[derive(Default)]
pub(crate) struct Tally {
    versions: BTreeSet<(String, i32)>,
    /// By message and fault, the versions that have it.
    faults: BTreeMap<(String, String), BTreeSet<i32>>,
}

impl Tally {
    pub(crate) fn expect(&mut self, message: &str, version: impl Into<i32>) {
        self.versions.insert((message.to_owned(), version.into()));
    }

    pub(crate) fn fault(
        &mut self,
        message: &str,
        version: impl Into<i32>,
        what: impl Into<String>,
    ) {
        let key = (message.to_owned(), what.into());
        self.faults.entry(key).or_default().insert(version.into());
    }

    /// Whether nothing is known against this version.
    pub(crate) fn is_fine(&self, message: &str, version: impl Into<i32>) -> bool {
        let version = version.into();
        let of_it = |(name, _): &(String, String)| name == message;
        !self
            .faults
            .iter()
            .any(|(key, versions)| of_it(key) && versions.contains(&version))
    }

    /// All that are expected.
    pub(crate) fn versions(&self) -> Vec<(String, i32)> {
        self.versions.iter().cloned().collect()
    }

    fn passed(&self) -> usize {
        let versions = self.versions.iter();
        versions
            .filter(|(message, version)| self.is_fine(message, *version))
            .count()
    }

    pub(crate) fn all_passed(&self) -> bool {
        self.faults.is_empty()
    }

    /// `P of Q`.
    pub(crate) fn count(&self) -> String {
        format!("{} of {}", self.passed(), self.versions.len())
    }

    /// A line a fault: `FetchResponse v4-12: what`.
    pub(crate) fn lines(&self) -> Vec<String> {
        let faults = self.faults.iter();
        faults
            .map(|((message, what), versions)| format!("{message} {}: {what}", ranges(versions)))
            .collect()
    }
}

/// `v0-3, v5`.
fn ranges(versions: &BTreeSet<i32>) -> String {
    let mut text = String::new();
    let mut left = versions.iter().copied().peekable();
    while let Some(first) = left.next() {
        let mut last = first;
        while left.next_if(|next| *next == last + 1).is_some() {
            last += 1;
        }
        let comma = if text.is_empty() { "" } else { ", " };
        // Writing to a string can't fail.
        let _ = match first == last {
            true => write!(text, "{comma}v{first}"),
            false => write!(text, "{comma}v{first}-{last}"),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_told_once_for_all_its_versions() {
        let mut tally = Tally::default();
        for version in 0..6 {
            tally.expect("FetchRequest", version);
        }
        for version in [0, 1, 2, 5] {
            tally.fault("FetchRequest", version, "missing");
        }
        tally.fault("FetchRequest", 5, "late");
        assert_eq!(tally.count(), "2 of 6");
        assert!(tally.is_fine("FetchRequest", 3) && !tally.is_fine("FetchRequest", 5));
        assert_eq!(
            tally.lines(),
            ["FetchRequest v5: late", "FetchRequest v0-2, v5: missing"]
        );
    }
}
