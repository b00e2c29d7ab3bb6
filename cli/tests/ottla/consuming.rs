//! `produce`, `consume`, `topics`, `groups`: what goes in comes out.

use serde_json::json;

use crate::ottla::{bootstrap, fresh, run, run_with_input, topic_with};

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
    run(&["groups", "describe", &group, "--output", "json"]).ok();
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
