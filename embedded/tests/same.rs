//! That clients can't tell the embedded cluster from Apache Kafka: the same requests to both, and the same answers.
//!
//! `same/scripts/*.txt` are the requests, with what Kafka answered ([`script`] says how to read and write them). Each runs on an embedded
//! cluster; and on the Kafka that `OTTLA_BOOTSTRAP_SERVERS` names, where there is one, so that what is written there stays true (a script
//! whose name begins with `three_` needs one of three brokers). With
//! `OTTLA_SAME=record` Kafka's answers are written into the scripts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "same/batch.rs"]
mod batch;
#[path = "same/parse.rs"]
mod parse;
#[path = "same/run.rs"]
mod run;
#[path = "same/script.rs"]
mod script;
#[path = "same/value.rs"]
mod value;
#[path = "same/wire.rs"]
mod wire;

use std::fs;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use ottla_embedded::EmbeddedCluster;

use self::run::Run;
use self::script::{Script, Step, comparable};

/// As the Kafka of `cargo xtask test` is set up.
const SETTINGS: [(&str, &str); 6] = [
    ("auto.create.topics.enable", "false"),
    ("offsets.topic.num.partitions", "4"),
    ("log.retention.ms", "-1"),
    ("num.partitions", "1"),
    ("group.initial.rebalance.delay.ms", "0"),
    ("group.min.session.timeout.ms", "1000"),
];

const ASK_VERSION: &str =
    "ApiVersions 3 { client_software_name: \"same\", client_software_version: \"1\" }";
/// What Kafka says of its metadata.
const KAFKA_4_3: &str =
    "{ name: \"metadata.version\", max_version_level: 30, min_version_level: 30 }";

macro_rules! scripts {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            same(stringify!($name));
        })*

        #[test]
        fn each_script_has_its_test() {
            let files = fs::read_dir(folder()).unwrap();
            for file in files {
                let file = file.unwrap().path();
                let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
                assert!([$(stringify!($name)),*].contains(&name.as_str()), "{name}");
            }
        }
    };
}

scripts! {
    api_versions
    cluster
    configs
    consumer_groups
    fetch
    fetch_sessions
    find_coordinator
    groups
    groups_admin
    list_offsets
    metadata
    mixed_groups
    offsets
    partitions
    produce
    producers
    static_members
    three_brokers
    timeouts
    topics
    transactions
    transactions_inspected
    transactions_v2
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/same/scripts")
}

fn same(name: &str) {
    let file = folder().join(format!("{name}.txt"));
    let mut script = Script::read(&fs::read_to_string(&file).unwrap()).unwrap();
    let brokers = if name.starts_with("three_") { 3 } else { 1 };
    let kafka = on_kafka(&script, brokers);
    let ours = on_the_embedded_cluster(&script, brokers);
    if std::env::var("OTTLA_SAME").is_ok_and(|it| it == "record") {
        let kafka = kafka.expect("a Kafka to record");
        for ((step, kafka), ours) in script.steps.iter_mut().zip(kafka).zip(&ours) {
            step.kafka = kafka;
            step.ours = step.reason.as_ref().and(ours.clone());
        }
        fs::write(&file, script.write()).unwrap();
    } else if let Some(kafka) = kafka {
        let wrong = differences(&script, &kafka, |step| step.kafka.as_deref());
        assert!(wrong.is_empty(), "Kafka answers otherwise:\n{wrong}");
    }
    let wrong = differences(&script, &ours, |step| {
        step.ours.as_deref().or(step.kafka.as_deref())
    });
    assert!(
        wrong.is_empty(),
        "the embedded cluster answers otherwise than Kafka:\n{wrong}"
    );
    for step in script.steps {
        assert_eq!(
            step.ours.is_some(),
            step.reason.is_some(),
            "{}",
            step.source
        );
        let seen = |answer: &Option<String>| answer.as_deref().map(comparable);
        let same = step.ours.is_some() && seen(&step.ours) == seen(&step.kafka);
        assert!(!same, "line {}: no difference any more", step.line);
    }
}

fn on_kafka(script: &Script, brokers: usize) -> Option<Vec<Option<String>>> {
    let Ok(servers) = std::env::var("OTTLA_BOOTSTRAP_SERVERS") else {
        println!("skipped: no Kafka (OTTLA_BOOTSTRAP_SERVERS is not set)");
        return None;
    };
    let has = servers.split(',').count();
    if has != brokers {
        println!("skipped: this script is for a Kafka of {brokers} brokers, and that has {has}");
        return None;
    }
    let version = Script::read(ASK_VERSION).unwrap();
    let version = Run::new(&servers, "no names".to_owned()).answers(&version);
    let said = version.into_iter().flatten().collect::<String>();
    if !said.contains(KAFKA_4_3) {
        println!("skipped: the answers in the scripts are those of Kafka 4.3");
        return None;
    }
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let token = format!("x{:012}", since.as_nanos() % 1_000_000_000_000);
    Some(Run::new(&servers, token).answers(script))
}

fn on_the_embedded_cluster(script: &Script, brokers: usize) -> Vec<Option<String>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let mut builder = EmbeddedCluster::builder().brokers(brokers as i32);
    for (name, value) in SETTINGS {
        builder = builder.config(name, value);
    }
    let cluster = runtime.block_on(builder.start()).unwrap();
    let answers =
        Run::new(&cluster.bootstrap_servers(), "x123456789012".to_owned()).answers(script);
    runtime.block_on(cluster.shutdown());
    answers
}

/// What is not as it is written, as a person wants to see it.
fn differences(
    script: &Script,
    answers: &[Option<String>],
    expected: impl Fn(&Step) -> Option<&str>,
) -> String {
    let mut out = String::new();
    for (step, answer) in script.steps.iter().zip(answers) {
        let expected = expected(step).unwrap_or_default();
        let answer = answer.as_deref().unwrap_or_default();
        if comparable(expected) != comparable(answer) {
            let (line, source) = (step.line, &step.source);
            let source = source.trim_start_matches("setup ");
            let parts = |text: &str| -> Vec<(String, String)> { by_version(text) };
            let (expected, answer) = (parts(expected), parts(answer));
            out += &format!("\nline {line}: {source}\n");
            let lacks = |all: &[(String, String)], part: &(String, String)| {
                !all.iter()
                    .any(|it| it.0 == part.0 && comparable(&it.1) == comparable(&part.1))
            };
            for (version, text) in expected.iter().filter(|part| lacks(&answer, part)) {
                out += &format!("  expected {version}= {text}\n");
            }
            for (version, text) in answer.iter().filter(|part| lacks(&expected, part)) {
                out += &format!("  answered {version}= {text}\n");
            }
        }
    }
    out
}

/// The answers to each version: `1,2: …`.
fn by_version(answer: &str) -> Vec<(String, String)> {
    let mut parts = Vec::<(String, String)>::new();
    for line in answer.lines() {
        let versions = line
            .split_once(": ")
            .filter(|(versions, _)| versions.chars().all(|c| c == ',' || c.is_ascii_digit()));
        match (versions, parts.last_mut()) {
            (Some((versions, text)), _) => parts.push((versions.to_owned(), text.to_owned())),
            (None, Some((_, text))) => *text += &format!("\n{line}"),
            (None, None) => parts.push((String::new(), line.to_owned())),
        }
    }
    let each = |(versions, text): (String, String)| -> Vec<(String, String)> {
        let versions = versions
            .split(',')
            .map(|version| (version.to_owned(), text.clone()));
        versions.collect()
    };
    parts.into_iter().flat_map(each).collect()
}
