//! SCENARIOS.md says what is so.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::plan::Kind;

const TABLE: &str = include_str!("../SCENARIOS.md");

struct Row<'a> {
    id: &'a str,
    state: &'a str,
    place: &'a str,
    remark: &'a str,
}

fn rows() -> Vec<Row<'static>> {
    let lines = TABLE
        .lines()
        .filter(|line| line.starts_with("| F") || line.starts_with("| S"));
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let [_, id, what, state, place, remark, _] = cells[..] else {
                panic!("{line}");
            };
            assert!(!what.is_empty(), "{line}");
            Row {
                id,
                state,
                place,
                remark,
            }
        })
        .collect()
}

fn all() -> BTreeSet<String> {
    let stores = (1..=45).map(|number| format!("F{number}"));
    stores
        .chain((1..=78).map(|number| format!("S{number}")))
        .collect()
}

#[test]
fn each_scenario_has_one_row() {
    let ids: Vec<String> = rows().iter().map(|row| row.id.to_owned()).collect();
    assert_eq!(ids.len(), 123);
    assert_eq!(ids.into_iter().collect::<BTreeSet<_>>(), all());
}

#[test]
fn what_is_drawn_is_what_the_catalogue_covers() {
    let mut drawn: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in rows().into_iter().filter(|row| row.state == "drawn") {
        drawn.insert(row.id, row.place.split(' ').collect());
    }
    let mut covered: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for kind in Kind::ALL {
        assert!(!kind.scenarios().is_empty(), "{kind}");
        for scenario in kind.scenarios() {
            covered.entry(scenario).or_default().insert(kind.name());
        }
    }
    assert_eq!(drawn, covered);
}

#[test]
fn what_is_tested_has_that_test_and_what_waits_says_why() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for row in rows() {
        match row.state {
            "drawn" => {}
            "tested" => {
                let (file, test) = row.place.split_once("::").expect("file::test");
                let text = std::fs::read_to_string(root.join(file));
                let text = text.unwrap_or_else(|error| panic!("{file}: {error}"));
                assert!(text.contains(&format!("fn {test}")), "{}: {test}", row.id);
            }
            "later" => assert!(!row.remark.is_empty(), "{}", row.id),
            other => panic!("{}: {other}", row.id),
        }
    }
}

#[test]
fn the_sums_in_the_head_are_right() {
    for state in ["drawn", "tested", "later"] {
        let count = rows().iter().filter(|row| row.state == state).count();
        assert!(
            TABLE.contains(&format!("**{state}** ({count})")),
            "{state}: {count}"
        );
    }
}
