//! `offsets reset`: of a group at rest, of a running sink.

use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::json;
use tempfile::tempdir;

use crate::ottla::{Running, bootstrap, fresh, run, topic_with, until};
use crate::target::{sqlite_counts, sqlite_offsets, sqlite_total};

const LONG: Duration = Duration::from_secs(60);

#[test]
fn a_running_sink_goes_on_from_where_it_was_reset_to() {
    if bootstrap().is_none() {
        return;
    }
    let folder = tempdir().unwrap();
    let file = folder.path().join("out.db");
    let (topic, group) = (topic_with(1, 1_000), fresh("g"));
    let to = format!("sqlite:{}", file.display());
    let sink = Running::start(&["sink", "--topic", &topic, "--group", &group, "--to", &to]);
    until("all are there once", LONG, || sqlite_total(&file) == 1_000);

    let reset = [
        "offsets",
        "reset",
        "--group",
        &group,
        "--topic",
        &topic,
        "--to-offset",
        "900",
        "--store",
        &to,
        "--output",
        "json",
    ];
    let dry = run(&reset).ok();
    assert_eq!(
        dry.json(),
        [json!({"group": group, "topic": topic, "partition": 0, "from": 1000, "to": 900})]
    );
    assert_eq!(
        sqlite_offsets(&file, &group, &topic)[&0],
        1_000,
        "a dry run changes nothing"
    );

    run(&[&reset[..], &["--execute"]].concat()).ok();
    until("the last hundred came again", LONG, || {
        sqlite_total(&file) == 1_100
    });
    until("the offset is at the end again", LONG, || {
        sqlite_offsets(&file, &group, &topic)[&0] == 1_000
    });
    let counts = sqlite_counts(&file, &topic);
    assert!((0..1_000).all(|offset| counts[&(0, offset)] == if offset < 900 { 1 } else { 2 }));
    sink.signal(Signal::SIGTERM);
    sink.finish(Duration::from_secs(20)).ok();
}

#[test]
fn a_group_with_members_is_not_reset_in_kafka() {
    if bootstrap().is_none() {
        return;
    }
    let folder = tempdir().unwrap();
    let file = folder.path().join("out.db");
    let (topic, group) = (topic_with(1, 10), fresh("g"));
    let to = format!("sqlite:{}", file.display());
    let sink = Running::start(&["sink", "--topic", &topic, "--group", &group, "--to", &to]);
    until("the sink is at work", LONG, || sqlite_total(&file) == 10);
    let reset = [
        "offsets",
        "reset",
        "--group",
        &group,
        "--topic",
        &topic,
        "--to-earliest",
        "--execute",
    ];
    let refused = run(&reset);
    assert_eq!(refused.status, 1);
    assert!(refused.stderr.contains(&group), "{}", refused.stderr);
    sink.signal(Signal::SIGTERM);
    sink.finish(Duration::from_secs(20)).ok();
    run(&reset).ok();
    let got = run(&["offsets", "get", "--group", &group, "--output", "json"])
        .ok()
        .json();
    assert_eq!(got[0]["committed"], 0);
    assert_eq!(got[0]["lag"], 10);
}

#[test]
fn a_dry_run_says_what_execute_does_to_a_store_that_is_not_there_yet() {
    if bootstrap().is_none() {
        return;
    }
    let folder = tempdir().unwrap();
    let file = folder.path().join("new.db");
    let store = format!("sqlite:{}", file.display());
    let (topic, group) = (topic_with(1, 10), fresh("g"));
    let reset = [
        "offsets",
        "reset",
        "--group",
        &group,
        "--topic",
        &topic,
        "--to-datetime",
        "2099-01-01T00:00:00",
        "--store",
        &store,
        "--output",
        "json",
    ];
    let expected =
        [json!({"group": group, "topic": topic, "partition": 0, "from": null, "to": 10})];
    let dry = run(&reset).ok();
    assert_eq!(dry.json(), expected);
    for word in [&store, "log end 10"] {
        assert!(dry.stderr.contains(word), "{word}: {}", dry.stderr);
    }
    assert!(!file.exists(), "a dry run makes nothing");
    assert_eq!(
        run(&[&reset[..], &["--execute"]].concat()).ok().json(),
        expected
    );
    assert_eq!(sqlite_offsets(&file, &group, &topic)[&0], 10);
}

#[test]
fn to_current_leaves_a_group_where_it_is_as_kafkas_tool_does() {
    if bootstrap().is_none() {
        return;
    }
    let folder = tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("out.db").display());
    let (topic, group) = (topic_with(1, 10), fresh("g"));
    let reset = |options: &[&str]| {
        let arguments = ["offsets", "reset", "--group", &group, "--topic", &topic];
        let store = ["--store", &store, "--output", "json"];
        run(&[&arguments[..], &store, options].concat()).ok().json()
    };
    reset(&["--to-latest", "--execute"]);
    run(&["topics", "delete", &topic]).ok();
    until("the topic is made anew, and shorter", LONG, || {
        run(&["topics", "create", &topic, "--partitions", "1"]).status == 0
    });
    until("its partition has a leader", LONG, || {
        let described = run(&["topics", "describe", &topic, "--output", "json"]).json();
        described.first().is_some_and(|row| row["log_end"] == 0)
    });
    assert_eq!(reset(&["--to-current"])[0]["to"], 10);
    assert_eq!(reset(&["--shift-by", "-1"])[0]["to"], 0);
}

#[test]
fn a_file_without_the_topic_asked_for_is_told() {
    if bootstrap().is_none() {
        return;
    }
    let folder = tempdir().unwrap();
    let file = folder.path().join("offsets.csv");
    let (topic, group) = (topic_with(2, 10), fresh("g"));
    std::fs::write(&file, format!("{topic},0,1\n")).unwrap();
    let file = file.to_str().unwrap();
    let from_file = |selection: &str| {
        run(&[
            "offsets",
            "reset",
            "--group",
            &group,
            "--from-file",
            file,
            "--topic",
            selection,
            "--output",
            "json",
        ])
    };
    assert_eq!(from_file(&topic).ok().json()[0]["to"], 1);
    let nothing = from_file(&format!("{topic}:1"));
    assert_eq!(nothing.status, 1);
    assert!(nothing.stderr.contains("--topic"), "{}", nothing.stderr);
}

#[test]
fn out_of_range_is_clamped_with_a_word() {
    if bootstrap().is_none() {
        return;
    }
    let (topic, group) = (topic_with(1, 10), fresh("g"));
    for (way, value, expected) in [
        ("--to-offset", "99", 10),
        ("--shift-by", "-30", 0),
        ("--shift-by", "4", 4),
        ("--to-offset", "-5", 0),
    ] {
        let run = run(&[
            "offsets",
            "reset",
            "--group",
            &group,
            "--topic",
            &topic,
            way,
            value,
            "--execute",
            "--output",
            "json",
        ])
        .ok();
        assert_eq!(run.json()[0]["to"], expected, "{way} {value}");
        assert_eq!(
            run.stderr.contains("out of range"),
            expected != 4,
            "{way} {value}: {}",
            run.stderr
        );
    }
}
