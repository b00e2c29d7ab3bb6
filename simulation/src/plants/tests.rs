//! The plants fit the code as it is.

use std::collections::BTreeSet;
use std::path::Path;

use super::*;

fn read(file: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    std::fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

#[test]
fn there_are_enough_and_each_has_a_name() {
    assert!(PLANTS.len() >= 20);
    let names: BTreeSet<_> = Plant::all().map(|plant| plant.name).collect();
    assert_eq!(names.len(), Plant::all().count());
    for name in names {
        assert!(Plant::named(name).is_some());
    }
    assert!(Plant::named("none").is_none());
}

/// All go into one copy, so none may take another's text away.
#[test]
fn all_edits_can_be_made_together() {
    let edits = Plant::all().flat_map(|plant| plant.edits.iter().map(move |edit| (plant, edit)));
    let mut files = std::collections::BTreeMap::new();
    for (plant, edit) in edits {
        let text = files.entry(edit.file).or_insert_with(|| read(edit.file));
        match edit.apply(text) {
            Ok(planted) => *text = planted,
            Err(misplaced) => panic!("{}: {}: {misplaced:?}", plant.name, edit.file),
        }
    }
}

#[test]
fn each_edit_asks_for_its_plant_and_its_crate_has_a_root() {
    for plant in Plant::all() {
        assert!(!plant.found_by.is_empty() && plant.within > 0 && !plant.edits.is_empty());
        for edit in plant.edits {
            let asked = format!("crate::planted(\"{}\")", plant.name);
            assert!(edit.replace.contains(&asked), "{}", plant.name);
            assert!(read(&format!("{}/src/lib.rs", edit.folder())).contains("forbid(unsafe_code)"));
        }
    }
}

/// A bug that shows at once needs no thousands of seeds: at least half must be harder.
#[test]
fn at_least_half_are_not_expected_within_ten_seeds() {
    let hard = PLANTS.iter().filter(|plant| plant.within > 10).count();
    assert!(hard * 2 >= PLANTS.len());
}

/// PLANTS.md is what the command printed last: whoever adds a bug runs it.
#[test]
fn the_table_has_a_row_for_each() {
    let table = read("simulation/PLANTS.md");
    let row = |line: &str| Some(line.strip_prefix("| `")?.split_once('`')?.0.to_owned());
    let rows: Vec<String> = table.lines().filter_map(row).collect();
    let names: Vec<_> = PLANTS.iter().map(|plant| plant.name).collect();
    assert_eq!(rows, names);
}
