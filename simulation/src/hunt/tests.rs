//! What the end of a process says, and when a bug counts as found.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use super::*;

fn output(status: i32, stdout: &str) -> Output {
    Output {
        status: ExitStatus::from_raw(status),
        stdout: stdout.into(),
        stderr: b"why".to_vec(),
    }
}

fn by(output: &Output) -> Option<String> {
    read(output).map(|what| listed(&what.by))
}

#[test]
fn a_report_says_what_does_not_hold() {
    let report = "seed 7: 2 violations of V1, V4\n\nV1: something\n";
    assert_eq!(by(&output(1 << 8, report)).as_deref(), Some("V1, V4"));
    assert_eq!(by(&output(0, "1 seeds, 900 events\n")), None);
}

#[test]
fn a_world_that_never_ends_and_a_process_that_dies_show_something_too() {
    let stuck = output(i32::from(STUCK) << 8, "");
    assert_eq!(by(&stuck).as_deref(), Some("V9"));
    assert_eq!(by(&output(101 << 8, "")).as_deref(), Some("V10"));
    assert_eq!(by(&output(9, "")).as_deref(), Some("V10"));
}

fn hunted(by: &[&str], is_always: bool) -> Hunted {
    let plant = Plant::named("no-fence-check").unwrap();
    let shown = Shown {
        seed: 11,
        by: by.iter().map(|name| (*name).to_owned()).collect(),
        report: String::new(),
        is_always,
    };
    Hunted {
        plant,
        tried: 12,
        shown: Some(shown),
    }
}

#[test]
fn it_is_found_by_what_is_stated_and_only_if_the_seed_is_well_without_it() {
    assert!(hunted(&["V6", "V12"], false).is_found());
    assert!(!hunted(&["V12"], false).is_found());
    assert!(!hunted(&["V6"], true).is_found());
    let none = Hunted {
        shown: None,
        ..hunted(&[], false)
    };
    assert!(!none.is_found());
}

#[test]
fn the_table_counts_what_is_found_and_what_was_hard() {
    let (text, is_well) = table(&[hunted(&["V6"], false)]);
    assert!(text.contains("| 11 | V6 |") && is_well);
    let easy = Hunted {
        tried: 10,
        ..hunted(&["V6"], false)
    };
    assert!(!table(&[easy]).1);
    assert!(!table(&[hunted(&["V6"], false), hunted(&["V12"], false)]).1);
}
