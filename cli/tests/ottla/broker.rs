//! `ottla broker`: the embedded cluster, as scripts start it. Needs no Kafka.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::ottla::{Running, command, run, run_with_input};

/// A broker, and where it listens.
fn start(arguments: &[&str]) -> (Running, String) {
    let arguments = [&["broker", "--listen", "127.0.0.1:0"], arguments].concat();
    let mut child = command(&arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    let address = line.trim_end().strip_prefix("listening on ").unwrap();
    (Running::of(child), address.to_owned())
}

fn end((broker, _): (Running, String), signal: Signal) {
    broker.signal(signal);
    broker.finish(Duration::from_secs(10)).ok();
}

#[test]
fn a_broker_serves_until_it_is_told_to_end() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let broker = start(&["--topic", "orders:2"]);
        let list = ["topics", "list", "--output", "json", "-b", &broker.1];
        let topics = run(&list).ok().json();
        assert_eq!(
            (&topics[0]["name"], &topics[0]["partitions"]),
            (&"orders".into(), &2.into())
        );
        end(broker, signal);
    }
}

#[test]
fn what_is_sent_comes_back() {
    let broker = start(&["--topic", "orders:1", "--brokers", "2"]);
    let at = ["-b", &*broker.1];
    let sent = [&["produce", "--topic", "orders"], &at[..]].concat();
    run_with_input(&sent, b"one\ntwo\n").ok();
    let read = [
        "consume",
        "--topic",
        "orders",
        "--exit-at-end",
        "--output",
        "json",
    ];
    let read = run(&[&read, &at[..]].concat()).ok().json();
    let values: Vec<_> = read
        .iter()
        .map(|record| record["value"].as_str().unwrap())
        .collect();
    assert_eq!(values, ["one", "two"]);
    end(broker, Signal::SIGTERM);
}

#[test]
fn data_outlives_a_broker_that_is_killed() {
    let directory = tempfile::tempdir().unwrap();
    let directory = [
        "--directory",
        directory.path().to_str().unwrap(),
        "--topic",
        "orders:1",
    ];
    let (broker, address) = start(&directory);
    run_with_input(&["produce", "--topic", "orders", "-b", &address], b"one\n").ok();
    broker.kill();
    let broker = start(&directory);
    let read = [
        "consume",
        "--topic",
        "orders",
        "--exit-at-end",
        "-b",
        &broker.1,
    ];
    let read = run(&[&read[..], &["--output", "json"]].concat())
        .ok()
        .json();
    assert_eq!(read[0]["value"], "one");
    end(broker, Signal::SIGTERM);
}

#[test]
fn what_cannot_be_started_says_so() {
    for (arguments, status) in [
        (&["--topic", "orders"][..], 2),
        (&["--topic", "no name:1"], 2),
        (&["--brokers", "0"], 2),
        (&["--set", "no.such.setting=1"], 2),
        (&["--listen", "127.0.0.1"], 2),
        (&["--listen", "203.0.113.1:9"], 1),
    ] {
        let run = run(&[&["broker"], arguments].concat());
        assert_eq!(run.status, status, "{arguments:?}: {}", run.stderr);
        assert!(run.stdout.is_empty(), "{arguments:?}");
    }
}
