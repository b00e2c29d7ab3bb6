//! Runs each program of the tutorial as a reader would, and looks at what it left behind: on the Kafka that `OTTLA_BOOTSTRAP_SERVERS`
//! names, or else on an embedded cluster. Then each once more by itself, without any argument.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use ottla_client::admin::NewTopic;
use ottla_client::producer::ProducerRecord;
use ottla_client::{Client, ClientConfig, CommittedOffset};
use ottla_embedded::EmbeddedCluster;
use ottla_protocol::types::TopicPartition;

/// The Kafka of this test run, or an embedded cluster for one test.
struct Kafka {
    servers: String,
    _embedded: Option<EmbeddedCluster>,
}

impl Kafka {
    async fn find() -> Self {
        let given = std::env::var("OTTLA_BOOTSTRAP_SERVERS").ok();
        if let Some(servers) = given.filter(|servers| !servers.is_empty()) {
            return Self {
                servers,
                _embedded: None,
            };
        }
        let cluster = EmbeddedCluster::builder().brokers(3).start().await.unwrap();
        Self {
            servers: cluster.bootstrap_servers(),
            _embedded: Some(cluster),
        }
    }
}

struct Place {
    kafka: Kafka,
    client: Client,
    topic: String,
    group: String,
}

impl Place {
    /// A topic with so many partitions, ten records in each.
    async fn new(partitions: i32) -> Self {
        let kafka = Kafka::find().await;
        let client = Client::connect(ClientConfig::new(&kafka.servers))
            .await
            .unwrap();
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
        Self {
            kafka,
            client,
            topic,
            group,
        }
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
            .args(["--bootstrap-servers", &self.kafka.servers])
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

/// Several threads: a test waits for its programs, and its cluster serves them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn auto_commit_commits_each_second_and_goes_on_from_there() {
    let place = Place::new(1).await;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn manual_commit_after_each_record_and_after_each_batch() {
    for mode in ["record", "batch"] {
        let place = Place::new(1).await;
        let mut program = place.start("consume_manual_commit", &["--commit", mode]);
        assert_eq!(program.lines(10), records(0..10));
        place.wait_until_committed(0, 10).await;
        program.ctrl_c();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_shares_marks_and_leaves() {
    let place = Place::new(2).await;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_offset_is_the_one_after_the_last_processed() {
    let place = Place::new(1).await;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_at_rest_is_reset_in_code() {
    let place = Place::new(1).await;
    place.commit(9).await;
    let line = place.start("reset_offsets", &[]).line();
    assert_eq!(
        line,
        format!("{}-0: reset to the oldest record", place.topic)
    );
    assert_eq!(place.committed(0).await, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn results_and_offsets_are_written_together() {
    let place = Place::new(2).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("counts.db");
    // Killed and started again: nothing is counted twice.
    for _ in 0..2 {
        let _program = place.start("results_and_offsets", &["--file", file.to_str().unwrap()]);
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

/// Runs a program to its end, as the README says: it starts an embedded cluster itself.
fn by_itself(example: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(path_of(example));
    command
        .args(arguments)
        .env_remove("OTTLA_BOOTSTRAP_SERVERS");
    said(&command.output().unwrap())
}

fn said(run: &Output) -> String {
    let said = String::from_utf8(run.stdout.clone()).unwrap();
    let complained = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{said}{complained}");
    said
}

const WORDS: &str =
    "0: to\n1: be\n2: or\n3: not\n4: to\n5: be\n6: that\n7: is\n8: the\n9: question\n";

#[test]
fn each_program_ends_by_itself_on_a_cluster_of_its_own() {
    assert_eq!(by_itself("consume_auto_commit", &[]), WORDS);
    assert_eq!(by_itself("consume_manual_commit", &[]), WORDS);
    let each = ["--commit", "record"];
    assert_eq!(by_itself("consume_manual_commit", &each), WORDS);
    assert_eq!(by_itself("query_next_offset", &[]), "next offset: 4\n");
    assert_eq!(
        by_itself("reset_offsets", &[]),
        "words-0: reset to the oldest record\nwords-1: reset to the oldest record\n"
    );
    let group = by_itself("group_round_robin", &[]);
    assert!(group.ends_with("is over\nleft the group\n"), "{group}");
    assert_eq!(group.lines().count(), 1 + 20 + 2, "{group}");
    assert_eq!(
        by_itself("results_and_offsets", &[]),
        "4 be\n4 to\n2 is\n2 not\n2 or\n2 question\n2 that\n2 the\n"
    );
}

#[test]
fn the_main_job_loses_nothing_and_doubles_nothing() {
    check_the_main_job(&by_itself("exactly_once", &["--records", "20000"]));
}

#[test]
fn the_main_job_loses_nothing_and_doubles_nothing_on_the_kafka_of_the_run() {
    if std::env::var_os("OTTLA_BOOTSTRAP_SERVERS").is_none() {
        return println!("skipped: no Kafka (OTTLA_BOOTSTRAP_SERVERS is not set)");
    }
    // The program finds it in the environment, as a reader's does.
    let mut command = Command::new(path_of("exactly_once"));
    command.args(["--records", "20000"]);
    check_the_main_job(&said(&command.output().unwrap()));
}

fn check_the_main_job(said: &str) {
    assert!(
        said.ends_with("Each record is in both stores exactly once.\n"),
        "{said}"
    );
    assert_eq!(said.matches("killed").count(), 2, "{said}");
}
