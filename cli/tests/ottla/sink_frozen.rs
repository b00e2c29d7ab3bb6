//! A member frozen for longer than its session, replaced, and thawed: its write is refused, it goes on, nothing is there twice.

use std::path::PathBuf;
use std::time::Duration;

use nix::sys::signal::Signal;
use tempfile::{TempDir, tempdir};

use crate::ottla::{Running, bootstrap, fresh, produce_numbers, topic_with, until};
use crate::target::{assert_each_once, is_locked, locked, sqlite_counts, sqlite_total};

const LONG: Duration = Duration::from_secs(90);
const RECORDS: u64 = 20_000;

struct Scene {
    _folder: TempDir,
    file: PathBuf,
    topic: String,
    arguments: Vec<String>,
}

impl Scene {
    fn new() -> Option<Self> {
        bootstrap()?;
        let folder = tempdir().unwrap();
        let config = folder.path().join("client.properties");
        std::fs::write(
            &config,
            "session.timeout.ms=6000\nheartbeat.interval.ms=500\n",
        )
        .unwrap();
        let file = folder.path().join("out.db");
        let (topic, group) = (topic_with(2, RECORDS), fresh("g"));
        let (to, config) = (
            format!("sqlite:{}", file.display()),
            config.display().to_string(),
        );
        let arguments = [
            "sink",
            "-v",
            "--topic",
            &topic,
            "--group",
            &group,
            "--to",
            &to,
            "--batch-records",
            "50",
            "--config",
            &config,
        ];
        let arguments = arguments.map(str::to_owned).to_vec();
        Some(Self {
            _folder: folder,
            file,
            topic,
            arguments,
        })
    }

    fn member(&self) -> Running {
        Running::start(
            &self
                .arguments
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>(),
        )
    }

    /// A member frozen with results in hand, while it waits for the write lock: the test holds it, so the member can't.
    fn frozen_outside_its_transaction(&self) -> Running {
        let member = self.member();
        until("the member has done what there was", LONG, || {
            sqlite_total(&self.file) == RECORDS as i64
        });
        let lock = locked(&self.file);
        produce_numbers(&self.topic, RECORDS..2 * RECORDS);
        // By now it has fetched some of them; nothing but time tells that from outside.
        std::thread::sleep(Duration::from_secs(1));
        member.signal(Signal::SIGSTOP);
        drop(lock);
        assert_eq!(sqlite_total(&self.file), RECORDS as i64);
        member
    }

    /// A member frozen while it holds the write lock, which it does most of the time.
    fn frozen_in_its_transaction(&self) -> Running {
        produce_numbers(&self.topic, RECORDS..2 * RECORDS);
        let member = self.member();
        until("the member is in the middle", LONG, || {
            sqlite_total(&self.file) > 500
        });
        until("it is frozen in its transaction", LONG, || {
            member.signal(Signal::SIGSTOP);
            let inside = is_locked(&self.file);
            if !inside {
                member.signal(Signal::SIGCONT);
            }
            inside
        });
        assert!(
            sqlite_total(&self.file) < 2 * RECORDS as i64,
            "frozen too late to show anything"
        );
        member
    }

    /// Both members do what is new and end in order, and each record is there once. Gives what the first had to say.
    fn ends_well(&self, first: Running, second: Running) -> String {
        produce_numbers(&self.topic, 2 * RECORDS..3 * RECORDS);
        until("both have done the new ones", LONG, || {
            sqlite_total(&self.file) >= 3 * RECORDS as i64
        });
        let [first, _] = [first, second].map(|member| {
            member.signal(Signal::SIGTERM);
            member.finish(Duration::from_secs(20)).ok()
        });
        assert_each_once(&sqlite_counts(&self.file, &self.topic), 3 * RECORDS);
        first.stderr
    }
}

#[test]
fn a_member_that_slept_through_its_session_is_fenced_and_rejoins() {
    let Some(scene) = Scene::new() else { return };
    let sleeper = scene.frozen_outside_its_transaction();
    let other = scene.member();
    until("the other has done the rest", LONG, || {
        sqlite_total(&scene.file) == 2 * RECORDS as i64
    });
    sleeper.signal(Signal::SIGCONT);
    let said = scene.ends_well(sleeper, other);
    assert!(said.contains("fenced"), "{said}");
}

/// SQLite has one writer: whoever comes must wait until the frozen one runs again, and must not end over it.
#[test]
fn a_member_frozen_in_its_transaction_is_waited_for() {
    let Some(scene) = Scene::new() else { return };
    let sleeper = scene.frozen_in_its_transaction();
    let mut other = scene.member();
    std::thread::sleep(Duration::from_secs(40));
    assert!(other.is_running(), "{}", other.finish(LONG).stderr);
    sleeper.signal(Signal::SIGCONT);
    until("the rest is done", LONG, || {
        sqlite_total(&scene.file) == 2 * RECORDS as i64
    });
    scene.ends_well(sleeper, other);
}
