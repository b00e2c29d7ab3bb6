//! `produce`, `consume`, `topics`, `groups`: what goes in comes out.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::json;
use tempfile::tempdir;

use crate::ottla::{bootstrap, command, fresh, run, run_with_input, topic_with};

#[test]
fn what_is_produced_is_consumed() {
    if bootstrap().is_none() {
        return;
    }
    let topic = topic_with(1, 0);
    for compression in ["none", "gzip", "snappy", "lz4", "zstd"] {
        let sent = run_with_input(
            &[
                "produce",
                "--topic",
                &topic,
                "--key-separator",
                "=",
                "--compression",
                compression,
                "--output",
                "json",
            ],
            b"a=1\nno key\nb==\n",
        )
        .ok();
        assert_eq!(sent.json(), [json!({"records": 3})]);
    }
    let records = run(&[
        "consume",
        "--topic",
        &topic,
        "--exit-at-end",
        "--output",
        "json",
    ])
    .ok()
    .json();
    assert_eq!(records.len(), 15);
    for (at, record) in records.iter().enumerate() {
        let expected = [
            (json!("a"), "1"),
            (json!(null), "no key"),
            (json!("b"), "="),
        ][at % 3]
            .clone();
        assert_eq!(record["offset"], at);
        assert_eq!(
            (&record["key"], record["value"].as_str()),
            (&expected.0, Some(expected.1))
        );
        assert_eq!(record["headers"], json!([]));
        assert!(record["timestamp"].as_i64().unwrap() > 1_700_000_000_000);
    }
}

#[test]
fn a_group_commits_exactly_what_was_printed() {
    if bootstrap().is_none() {
        return;
    }
    let (topic, group) = (topic_with(1, 10), fresh("g"));
    let consume = |count: &str| {
        let run = run(&[
            "consume",
            "--topic",
            &topic,
            "--group",
            &group,
            "--count",
            count,
            "--exit-at-end",
            "--output",
            "json",
        ])
        .ok();
        run.json()
            .iter()
            .map(|r| r["offset"].as_i64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(consume("4"), [0, 1, 2, 3]);
    let committed = run(&["offsets", "get", "--group", &group, "--output", "json"])
        .ok()
        .json();
    assert_eq!(
        (&committed[0]["committed"], &committed[0]["lag"]),
        (&json!(4), &json!(6))
    );
    assert_eq!(consume("100"), [4, 5, 6, 7, 8, 9]);
}

#[test]
fn a_group_commits_what_was_printed_before_stdout_closed() {
    if bootstrap().is_none() {
        return;
    }
    const READ: i64 = 2_000;
    let (topic, group) = (topic_with(1, 50_000), fresh("g"));
    let arguments = ["consume", "--topic", &topic, "--group", &group];
    let mut child = command(&arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(lines.by_ref().take(READ as usize).count() as i64, READ);
    drop(lines);
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(String::from_utf8(ended.stderr).unwrap(), "");
    let committed = run(&["offsets", "get", "--group", &group, "--output", "json"])
        .ok()
        .json();
    let committed = committed[0]["committed"].as_i64().unwrap();
    // What stood in the pipe was printed, though nobody read it: 64 KiB, and what the reader had taken ahead.
    assert!(
        (READ..READ + 6_000).contains(&committed),
        "{READ} lines were read, {committed} committed"
    );
    let again = ["--count", "1", "--output", "json"];
    let next = run(&[&arguments[..], &again].concat()).ok().json();
    assert_eq!(next[0]["offset"], committed);
}

#[test]
fn settings_of_the_file_count_where_no_option_speaks() {
    if bootstrap().is_none() {
        return;
    }
    let folder = tempdir().unwrap();
    let file = folder.path().join("client.properties");
    let file = file.to_str().unwrap();
    let topic = fresh("t");
    let small = ["--partitions", "1", "--set", "max.message.bytes=2000"];
    run(&[&["topics", "create", &topic], &small[..]].concat()).ok();
    // The broker takes it compressed, and not as it is.
    let line = "a".repeat(50_000);
    let produce = |settings: &str, options: &[&str]| {
        std::fs::write(file, settings).unwrap();
        let arguments = ["produce", "--topic", &topic, "--config", file];
        run_with_input(&[&arguments[..], options].concat(), line.as_bytes())
    };
    produce("compression.type=zstd\n", &[]).ok();
    let overruled = produce("compression.type=zstd\n", &["--compression", "none"]);
    assert_eq!(overruled.status, 1, "{}", overruled.stderr);
    assert!(overruled.stderr.contains(&topic), "{}", overruled.stderr);
    let later = produce("transactional.id=x\n", &[]);
    assert_eq!(later.status, 2);
    assert!(later.stderr.contains("not built yet: "), "{}", later.stderr);
}

#[test]
fn no_rows_are_no_lines() {
    if bootstrap().is_none() {
        return;
    }
    let none = run(&["offsets", "get", "--group", &fresh("g")]).ok();
    assert_eq!((none.stdout.as_str(), none.stderr.as_str()), ("", ""));
}

#[test]
fn places_to_start() {
    if bootstrap().is_none() {
        return;
    }
    let topic = topic_with(1, 10);
    let first = |offset: &str| {
        let run = run(&[
            "consume",
            "--topic",
            &topic,
            "--offset",
            offset,
            "--exit-at-end",
            "--count",
            "1",
            "--output",
            "json",
        ])
        .ok();
        run.json().first().map(|r| r["offset"].as_i64().unwrap())
    };
    let beyond = run(&["consume", "--topic", &topic, "--offset", "99"]);
    assert_eq!((beyond.status, beyond.stderr.lines().count()), (1, 1));
    assert!(beyond.stderr.contains("holds 0 to 10"), "{}", beyond.stderr);
    assert_eq!(first("oldest"), Some(0));
    assert_eq!(first("newest"), None);
    assert_eq!(first("7"), Some(7));
    assert_eq!(first("-1h"), Some(0));
    assert_eq!(first("@2020-01-01T00:00:00Z"), Some(0));
    assert_eq!(first("@2099-01-01T00:00:00Z"), None);
}

#[test]
fn topics_are_listed_described_and_deleted() {
    if bootstrap().is_none() {
        return;
    }
    let topic = topic_with(3, 30);
    let listed = run(&["topics", "list", "--output", "json"]).ok().json();
    let mine = listed
        .iter()
        .find(|row| row["name"] == topic.as_str())
        .unwrap();
    assert_eq!(mine["partitions"], 3);
    assert_eq!(mine["id"].as_str().unwrap().len(), 22);
    let described = run(&["topics", "describe", &topic, "--output", "json"])
        .ok()
        .json();
    let ends: i64 = described
        .iter()
        .map(|row| row["log_end"].as_i64().unwrap())
        .sum();
    assert_eq!((described.len(), ends), (3, 30));
    run(&["topics", "delete", &topic]).ok();
    let gone = run(&["topics", "describe", &topic]);
    assert_eq!(gone.status, 1);
    assert!(gone.stderr.contains(&topic), "{}", gone.stderr);
}

#[test]
fn groups_are_listed_described_and_deleted() {
    if bootstrap().is_none() {
        return;
    }
    let (topic, group) = (topic_with(1, 1), fresh("g"));
    run(&[
        "consume",
        "--topic",
        &topic,
        "--group",
        &group,
        "--exit-at-end",
    ])
    .ok();
    let listed = run(&["groups", "list", "--output", "json"]).ok().json();
    assert!(
        listed.iter().any(|row| row["group"] == group.as_str()),
        "{listed:?}"
    );
    let described = run(&["groups", "describe", &group, "--output", "json"])
        .ok()
        .json();
    assert_eq!(
        described,
        [json!({
            "group": group, "state": "Empty", "type": "classic", "protocol": null, "member_id": null, "client_id": null,
            "host": null, "assignment": [],
        })]
    );
    let lag = run(&["lag", "--group", &group, "--output", "json"])
        .ok()
        .json();
    assert_eq!(
        (&lag[0]["topic"], &lag[0]["lag"]),
        (&json!(topic), &json!(0))
    );
    run(&["groups", "delete", &group]).ok();
    assert_eq!(run(&["groups", "describe", &group]).status, 1);
}
