//! ◇ What came of the hunt for all bugs, as PLANTS.md has it.
#![deny(clippy::disallowed_methods)]

use super::{Hunted, listed};

/// A bug that shows within so many seeds is an easy one.
const EASY: u64 = 10;

/// All that was looked for, as Markdown; and whether all is as it should be.
#[must_use]
pub fn table(hunted: &[Hunted]) -> (String, bool) {
    let mut text = String::from(HEAD);
    for one in hunted {
        let plant = one.plant;
        let (seed, by) = match &one.shown {
            Some(shown) if one.is_found() => (shown.seed.to_string(), listed(&shown.by)),
            Some(shown) => ("**not found**".to_owned(), listed(&shown.by)),
            None => ("**not found**".to_owned(), String::new()),
        };
        let (name, breaks, within) = (plant.name, plant.breaks, plant.within);
        let stated = listed(&one.stated());
        text.push_str(&format!(
            "| `{name}` | {breaks} | {seed} | {by} | {within} | {stated} |\n"
        ));
    }
    let found = hunted.iter().filter(|one| one.is_found()).count();
    let is_hard = |one: &&Hunted| one.is_found() && one.tried > EASY;
    let hard = hunted.iter().filter(is_hard).count();
    let all = hunted.len();
    text.push_str(&format!(
        "\n{found} of {all} bugs found, {hard} of them not within the first {EASY} seeds.\n"
    ));
    (text, found == all && hard * 2 >= found)
}

const HEAD: &str = "\
# Bugs that the simulation must find

Made by `cargo xtask simulate --with-bug all --jobs 2`; each bug is an edit in `src/plants/list.rs`. One of them again, with the history
of the seed that shows it: `cargo xtask simulate --with-bug NAME`. Another fault in the catalogue draws all plans anew, so seeds
change; within how many seeds a bug is found, and by which invariant (`src/check.rs`), is what the command holds it to.

| bug | what it breaks | found at seed | by | within | stated |
| --- | --- | --- | --- | --- | --- |
";
