//! Runs each program of the tutorial against a real Kafka, as a reader would, and looks at what it left behind.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use ottla_client::admin::NewTopic;
use ottla_client::producer::ProducerRecord;
use ottla_client::{Client, ClientConfig, CommittedOffset};
use ottla_protocol::types::TopicPartition;

struct Place {
    client: Client,
    topic: String,
    group: String,
}

impl Place {
    /// A topic with so many partitions, ten records in each; nothing where there is no Kafka.
    async fn new(partitions: i32) -> Option<Self> {
        let Some(servers) = std::env::var("OTTLA_BOOTSTRAP_SERVERS")
            .ok()
            .filter(|servers| !servers.is_empty())
        else {
            println!("skipped: no Kafka (OTTLA_BOOTSTRAP_SERVERS is not set)");
            return None;
        };
        let client = Client::connect(ClientConfig::new(&servers)).await.unwrap();
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_nanos();
        let (topic, group) = (format!("tutorial-{now}"), format!("tutorial-{now}"));
        for (_, created) in client
            .admin()
            .create_topics(&[NewTopic::new(topic.as_str(), partitions)])
            .await
        {
            created.unwrap();
        }
        let producer = client.producer().build().unwrap();
        for partition in 0..partitions {
            for number in 0..10 {
                let value = format!("record {number}");
                producer
                    .send_and_forget(ProducerRecord::new(&topic, &value).partition(partition))
                    .await
                    .unwrap();
            }
        }
        producer.close().await.unwrap();
        Some(Self {
            client,
            topic,
            group,
        })
    }

    async fn committed(&self, partition: i32) -> Option<i64> {
        let partition = TopicPartition::new(self.topic.as_str(), partition);
        let mut fetched = self
            .client
            .offsets()
            .group(self.group.as_str())
            .fetch(&[partition], true)
            .await
            .unwrap();
        fetched
            .pop()
            .unwrap()
            .1
            .unwrap()
            .map(|committed| committed.next)
    }

    async fn commit(&self, next: i64) {
        let target = (
            TopicPartition::new(self.topic.as_str(), 0),
            CommittedOffset::new(next),
        );
        let results = self
            .client
            .offsets()
            .group(self.group.as_str())
            .commit(None, &[target])
            .await
            .unwrap();
        results.into_iter().for_each(|(_, result)| result.unwrap());
    }

    async fn wait_until_committed(&self, partition: i32, next: i64) {
        for _ in 0..200 {
            if self.committed(partition).await == Some(next) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let committed = self.committed(partition).await;
        panic!(
            "offset {next} of partition {partition} was not committed within 10 s, but {committed:?}"
        );
    }

    fn start(&self, example: &str, more: &[&str]) -> Program {
        let mut child = Command::new(path_of(example))
            .args([&self.topic, &self.group])
            .args(more)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Program { child, lines }
    }
}

/// Cargo builds a package's examples with its tests, into a folder beside them.
fn path_of(example: &str) -> PathBuf {
    let mut path = std::env::current_exe().unwrap();
    path.pop();
    path.pop();
    path.join("examples").join(example)
}

/// A running program; killed when dropped.
struct Program {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Program {
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    fn lines(&mut self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.line()).collect()
    }

    fn ctrl_c(&mut self) {
        kill(Pid::from_raw(self.child.id() as i32), Signal::SIGINT).unwrap();
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn records(numbers: std::ops::Range<u32>) -> Vec<String> {
    numbers
        .map(|number| format!("{number}: record {number}"))
        .collect()
}

#[tokio::test]
async fn auto_commit_commits_each_second_and_goes_on_from_there() {
    let Some(place) = Place::new(1).await else {
        return;
    };
    let mut program = place.start("consume_auto_commit", &[]);
    assert_eq!(program.lines(10), records(0..10));
    place.wait_until_committed(0, 10).await;
    program.ctrl_c();
    place.commit(7).await;
    assert_eq!(
        place.start("consume_auto_commit", &[]).lines(3),
        records(7..10)
    );
}

#[tokio::test]
async fn manual_commit_after_each_record_and_after_each_batch() {
    for mode in ["record", "batch"] {
        let Some(place) = Place::new(1).await else {
            return;
        };
        let mut program = place.start("consume_manual_commit", &[mode]);
        assert_eq!(program.lines(10), records(0..10));
        place.wait_until_committed(0, 10).await;
        program.ctrl_c();
    }
}

#[tokio::test]
async fn a_group_shares_marks_and_leaves() {
    let Some(place) = Place::new(2).await else {
        return;
    };
    let mut program = place.start("group_round_robin", &[]);
    assert!(program.line().ends_with(": 2 partitions"));
    assert_eq!(program.lines(20).len(), 20);
    program.ctrl_c();
    assert!(program.line().ends_with("is over"));
    assert_eq!(program.line(), "left the group");
    assert_eq!(
        (place.committed(0).await, place.committed(1).await),
        (Some(10), Some(10))
    );
}

#[tokio::test]
async fn the_next_offset_is_the_one_after_the_last_processed() {
    let Some(place) = Place::new(1).await else {
        return;
    };
    assert_eq!(
        place.start("query_next_offset", &[]).line(),
        "next offset: none committed"
    );
    place.commit(4).await;
    assert_eq!(
        place.start("query_next_offset", &[]).line(),
        "next offset: 4"
    );
}

#[tokio::test]
async fn a_group_at_rest_is_reset_in_code() {
    let Some(place) = Place::new(1).await else {
        return;
    };
    place.commit(9).await;
    let line = place.start("reset_offsets", &[]).line();
    assert_eq!(
        line,
        format!("{}-0: reset to the oldest record", place.topic)
    );
    assert_eq!(place.committed(0).await, Some(0));
}

#[tokio::test]
async fn results_and_offsets_are_written_together() {
    let Some(place) = Place::new(2).await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("counts.db");
    // Killed and started again: nothing is counted twice.
    for _ in 0..2 {
        let _program = place.start("results_and_offsets", &[file.to_str().unwrap()]);
        place.wait_until_committed(0, 10).await;
        place.wait_until_committed(1, 10).await;
    }
    let db = rusqlite::Connection::open(&file).unwrap();
    let times: i64 = db
        .query_row("SELECT min(times) + max(times) FROM counts", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(times, 4, "each of the ten values came once a partition");
}

#[test]
fn the_main_job_loses_nothing_and_doubles_nothing() {
    let Ok(servers) = std::env::var("OTTLA_BOOTSTRAP_SERVERS") else {
        return println!("skipped: no Kafka (OTTLA_BOOTSTRAP_SERVERS is not set)");
    };
    let run = Command::new(path_of("exactly_once"))
        .args(["--bootstrap-servers", &servers, "--records", "20000"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(
        run.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&run.stderr)
    );
    assert!(
        said.ends_with("Each record is in both stores exactly once.\n"),
        "{said}"
    );
    assert_eq!(said.matches("killed").count(), 2, "{said}");
}
