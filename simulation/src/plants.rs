//! ◇ Known bugs, to be planted: each must be found by the checker, or the checker is worth nothing.
//!
//! **How they get in.** Production code knows nothing of them. A plant is one or a few [`Edit`]s: a text that stands exactly once in a file, and
//! what takes its place, which asks `crate::planted("name")` and is right otherwise. `cargo xtask simulate --with-bug NAME` copies the
//! workspace to `target/plants` ([`copy`]), with *all* edits made and [`SWITCH`] added to the crates' roots, builds the simulation there once, and
//! has it run itself with the bug's name in the environment ([`crate::hunt`]). So there is one more build for all bugs, not one for each, and no
//! seam in what is published. What was found when is in PLANTS.md.
//!
//! Patch files would do the same, but know places by line and so fail when something near them changes; a feature with a seam would
//! need no copy, but two dozen branches in the very functions that are to be easy to read. That each text still stands where it did is
//! a unit test here: whoever changes such a line learns of it at once, and has the plant follow.
//!
//! Tables of a user's own with a bug each are another matter: `offset-store/tests/plants.rs` plants them below the conformance suite.
#![deny(clippy::disallowed_methods)]

use crate::check::Invariant;

mod copy;
mod later;
mod list;
#[cfg(test)]
mod tests;

pub use copy::copy;
pub use later::LATER;
pub use list::PLANTS;

/// Whether this program is one with bugs in it.
pub const IS_PLANTED: bool = false;

/// Makes it one.
pub(crate) const PLANTED: Edit = Edit {
    file: "simulation/src/plants.rs",
    find: "pub const IS_PLANTED: bool = false;\n",
    replace: "pub const IS_PLANTED: bool = true;\n",
};

/// A bug.
#[derive(Clone, Copy, Debug)]
pub struct Plant {
    /// What `--with-bug` calls it.
    pub name: &'static str,
    /// What goes wrong then.
    pub breaks: &'static str,
    /// How it gets in.
    pub edits: &'static [Edit],
    /// Which invariants may show it; one of them must.
    pub found_by: &'static [Invariant],
    /// Within so many seeds, from 0 on.
    pub within: u64,
}

/// One change of a file.
#[derive(Clone, Copy, Debug)]
pub struct Edit {
    /// The file, from the workspace's root.
    pub file: &'static str,
    /// A text that stands there exactly once.
    pub find: &'static str,
    /// What takes its place. It mentions the plant's name in `crate::planted("…")`.
    pub replace: &'static str,
}

/// Names the bug to a process.
pub const VARIABLE: &str = "OTTLA_PLANT";

/// Added to the end of the root of each crate that has plants.
pub const SWITCH: &str = r#"
/// Whether this bug is planted: one at most in a process.
#[allow(dead_code)]
pub(crate) fn planted(name: &str) -> bool {
    static PLANT: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    PLANT.get_or_init(|| std::env::var("OTTLA_PLANT").ok()).as_deref() == Some(name)
}
"#;

/// Why an edit can't be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misplaced {
    /// How often the text stands there.
    pub times: usize,
}

impl Plant {
    /// Those that must be found, and those for later.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        PLANTS.iter().chain(LATER)
    }

    /// The bug of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::all().find(|plant| plant.name == name)
    }
}

impl Edit {
    /// The crate's folder.
    #[must_use]
    pub fn folder(&self) -> &'static str {
        self.file.split('/').next().unwrap_or_default()
    }

    /// The file's text with the change made.
    ///
    /// # Errors
    /// The text does not stand there exactly once.
    pub fn apply(&self, text: &str) -> Result<String, Misplaced> {
        match text.matches(self.find).count() {
            1 => Ok(text.replacen(self.find, self.replace, 1)),
            times => Err(Misplaced { times }),
        }
    }
}
