//! Members killed at random moments and started again: each record once, in the target and by the mirror.

use std::path::Path;
use std::time::Duration;

use nix::sys::signal::Signal;
use rand::RngExt;
use tempfile::tempdir;

use crate::ottla::{Running, bootstrap, fresh, run, topic_with, until};
use crate::target::{assert_each_once, sled_totals, sqlite_counts, sqlite_offsets, sqlite_total};

const LONG: Duration = Duration::from_secs(120);

fn sink<'a>(topic: &'a str, group: &'a str, to: &'a str, config: &'a str) -> Vec<&'a str> {
    vec![
        "sink",
        "--topic",
        topic,
        "--group",
        group,
        "--to",
        to,
        "--config",
        config,
        "--batch-records",
        "200",
        "--exit-at-end",
    ]
}

/// Short time-outs, so that a killed member's partitions move within the test's patience.
fn config(folder: &Path) -> String {
    let file = folder.join("client.properties");
    std::fs::write(
        &file,
        "session.timeout.ms=6000\nheartbeat.interval.ms=500\n",
    )
    .unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn two_processes_into_sqlite_killed_at_random() {
    if bootstrap().is_none() {
        return;
    }
    const RECORDS: u64 = 60_000;
    let folder = tempdir().unwrap();
    let (topic, group) = (topic_with(6, RECORDS), fresh("g"));
    let file = folder.path().join("out.db");
    let (to, config) = (format!("sqlite:{}", file.display()), config(folder.path()));
    let arguments = sink(&topic, &group, &to, &config);

    let mut random = rand::rng();
    let mut members = [Running::start(&arguments), Running::start(&arguments)];
    for round in 0..4 {
        std::thread::sleep(Duration::from_millis(random.random_range(200..1500)));
        let victim = &mut members[round % 2];
        if victim.is_running() {
            victim.signal(Signal::SIGKILL);
        }
        *victim = Running::start(&arguments);
    }
    for member in members {
        member.finish(LONG).ok();
    }
    assert_each_once(&sqlite_counts(&file, &topic), RECORDS);
    assert_mirrored(&group, &topic, &file);
}

#[test]
fn two_members_of_one_process_into_sled_killed_at_random() {
    if bootstrap().is_none() {
        return;
    }
    const RECORDS: u64 = 40_000;
    let folder = tempdir().unwrap();
    let (topic, group) = (topic_with(6, RECORDS), fresh("g"));
    let place = folder.path().join("out.sled");
    let (to, config) = (format!("sled:{}", place.display()), config(folder.path()));
    let mut arguments = sink(&topic, &group, &to, &config);
    arguments.extend(["--members", "2"]);

    let mut random = rand::rng();
    for _ in 0..3 {
        let process = Running::start(&arguments);
        std::thread::sleep(Duration::from_millis(random.random_range(300..2000)));
        process.kill();
    }
    Running::start(&arguments).finish(LONG).ok();
    assert_eq!(sled_totals(&place, &topic), (RECORDS, RECORDS));
}

#[test]
fn a_sled_folder_has_one_owner() {
    if bootstrap().is_none() {
        return;
    }
    let folder = tempdir().unwrap();
    let (topic, group) = (topic_with(1, 10), fresh("g"));
    let place = folder.path().join("out.sled");
    let to = format!("sled:{}", place.display());
    let first = Running::start(&["sink", "--topic", &topic, "--group", &group, "--to", &to]);
    until("the first has opened the folder", LONG, || {
        place.join("db").exists()
    });
    let second = run(&["sink", "--topic", &topic, "--group", &group, "--to", &to]);
    assert_eq!(second.status, 1, "{}", second.stderr);
    assert!(
        second.stderr.contains("another process"),
        "{}",
        second.stderr
    );
    first.signal(Signal::SIGTERM);
    first.finish(Duration::from_secs(20)).ok();
}

#[test]
fn sigterm_ends_a_sink_in_order() {
    if bootstrap().is_none() {
        return;
    }
    let folder = tempdir().unwrap();
    let (topic, group) = (topic_with(3, 3_000), fresh("g"));
    let file = folder.path().join("out.db");
    let to = format!("sqlite:{}", file.display());
    let sink = Running::start(&["sink", "--topic", &topic, "--group", &group, "--to", &to]);
    until("all records are there", LONG, || {
        sqlite_total(&file) == 3_000
    });
    sink.signal(Signal::SIGTERM);
    let run = sink.finish(Duration::from_secs(20)).ok();
    assert!(run.stderr.is_empty(), "{}", run.stderr);
    assert_mirrored(&group, &topic, &file);
}

/// The group's offsets in Kafka equal those of the target.
#[track_caller]
fn assert_mirrored(group: &str, topic: &str, file: &Path) {
    let store = sqlite_offsets(file, group, topic);
    let kafka: std::collections::HashMap<i32, i64> =
        run(&["offsets", "get", "--group", group, "--output", "json"])
            .ok()
            .json()
            .iter()
            .map(|row| {
                (
                    row["partition"].as_i64().unwrap() as i32,
                    row["committed"].as_i64().unwrap(),
                )
            })
            .collect();
    assert_eq!(kafka, store);
}
