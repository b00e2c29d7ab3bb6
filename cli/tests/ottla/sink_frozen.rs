//! A member frozen for longer than its session, replaced, and thawed: its write is refused, it goes on, nothing is there twice.

use std::time::Duration;

use nix::sys::signal::Signal;
use tempfile::tempdir;

use crate::ottla::{Running, bootstrap, fresh, produce_numbers, topic_with, until};
use crate::target::{assert_each_once, sqlite_counts, sqlite_total};

const LONG: Duration = Duration::from_secs(90);

#[test]
fn a_member_that_slept_through_its_session_is_fenced_and_rejoins() {
    if bootstrap().is_none() {
        return;
    }
    let folder = tempdir().unwrap();
    let config = folder.path().join("client.properties");
    std::fs::write(
        &config,
        "session.timeout.ms=6000\nheartbeat.interval.ms=500\n",
    )
    .unwrap();
    let file = folder.path().join("out.db");
    let (topic, group) = (topic_with(2, 20_000), fresh("g"));
    let to = format!("sqlite:{}", file.display());
    let arguments = [
        "sink",
        "--topic",
        &topic,
        "--group",
        &group,
        "--to",
        &to,
        "--batch-records",
        "50",
        "--config",
        config.to_str().unwrap(),
    ];

    let sleeper = Running::start(&arguments);
    until("the sleeper is in the middle", LONG, || {
        sqlite_total(&file) > 500
    });
    sleeper.signal(Signal::SIGSTOP);
    let other = Running::start(&arguments);
    until("the other has done the rest", LONG, || {
        sqlite_total(&file) == 20_000
    });
    sleeper.signal(Signal::SIGCONT);
    produce_numbers(&topic, 20_000..30_000);
    until("both have done the new ones", LONG, || {
        sqlite_total(&file) >= 30_000
    });
    // Both are members again and end in order.
    for member in [sleeper, other] {
        member.signal(Signal::SIGTERM);
        member.finish(Duration::from_secs(20)).ok();
    }
    assert_each_once(&sqlite_counts(&file, &topic), 30_000);
}
