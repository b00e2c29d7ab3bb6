//! Kafka's command-line tools, by transcripts: what is typed, and what must be printed.
//!
//! A transcript begins with a comment that says what it checks. `$ TOOL ARGUMENTS` runs a tool; behind it, `< TEXT` is a line that it
//! reads, `? TEXT` must be in what it prints, `! TEXT` must not be, `x` says that it must fail, `~` that it may (another transcript judges it). `= NAME TEXT` writes a file. In all of
//! them {servers} is the cluster, {folder} a folder for files, and {any-other} a name that no other run has.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};

use super::bounded::{self, Ended};
use super::check::{Check, How, Verdict};
use super::target::Target;
use super::{built, java, sources};
use crate::interrupt::Interrupt;
use crate::kafka::{Distribution, NEWEST};
use crate::process;

/// How long one tool may take.
const AT_MOST: Duration = Duration::from_secs(60);

/// The scripts of a Kafka installation, and the classes behind them.
const TOOLS: [(&str, &str); 19] = [
    (
        "kafka-broker-api-versions",
        "org.apache.kafka.tools.BrokerApiVersionsCommand",
    ),
    ("kafka-cluster", "org.apache.kafka.tools.ClusterTool"),
    ("kafka-configs", "kafka.admin.ConfigCommand"),
    (
        "kafka-console-consumer",
        "org.apache.kafka.tools.consumer.ConsoleConsumer",
    ),
    (
        "kafka-console-producer",
        "org.apache.kafka.tools.ConsoleProducer",
    ),
    (
        "kafka-consumer-groups",
        "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
    ),
    (
        "kafka-consumer-perf-test",
        "org.apache.kafka.tools.ConsumerPerformance",
    ),
    (
        "kafka-delete-records",
        "org.apache.kafka.tools.DeleteRecordsCommand",
    ),
    (
        "kafka-e2e-latency",
        "org.apache.kafka.tools.EndToEndLatency",
    ),
    ("kafka-get-offsets", "org.apache.kafka.tools.GetOffsetShell"),
    ("kafka-groups", "org.apache.kafka.tools.GroupsCommand"),
    (
        "kafka-leader-election",
        "org.apache.kafka.tools.LeaderElectionCommand",
    ),
    ("kafka-log-dirs", "org.apache.kafka.tools.LogDirsCommand"),
    (
        "kafka-metadata-quorum",
        "org.apache.kafka.tools.MetadataQuorumCommand",
    ),
    (
        "kafka-producer-perf-test",
        "org.apache.kafka.tools.ProducerPerformance",
    ),
    ("kafka-topics", "org.apache.kafka.tools.TopicCommand"),
    (
        "kafka-transactions",
        "org.apache.kafka.tools.TransactionsCommand",
    ),
    (
        "kafka-verifiable-consumer",
        "org.apache.kafka.tools.VerifiableConsumer",
    ),
    (
        "kafka-verifiable-producer",
        "org.apache.kafka.tools.VerifiableProducer",
    ),
];

/// A transcript, to be followed with tools of Kafka's.
pub(crate) struct Tools {
    name: String,
    text: String,
}

/// What a transcript wants.
#[derive(Debug, PartialEq, Eq)]
enum Step<'a> {
    Run(Typed<'a>),
    Write { name: &'a str, text: &'a str },
}

/// One tool, and what it must print.
#[derive(Debug, Default, PartialEq, Eq)]
struct Typed<'a> {
    words: Vec<&'a str>,
    reads: String,
    prints: Vec<&'a str>,
    never: Vec<&'a str>,
    fails: bool,
    /// How it ends is not asked.
    either: bool,
}

pub(crate) fn checks(client: &'static str, interrupt: &Interrupt) -> Result<Vec<Check>> {
    // Said here already if there is none.
    java::distribution(interrupt)?;
    let folder = sources().join("tools");
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).context("list the transcripts")? {
        files.push(entry.context("list the transcripts")?.path());
    }
    files.sort();
    let check = |file: &Path| {
        let text = fs::read_to_string(file).with_context(|| format!("read {}", file.display()))?;
        let name = file.file_stem().unwrap_or_default();
        let name = name.to_string_lossy().into_owned();
        let what = text.lines().next().unwrap_or_default();
        Ok(Check {
            client,
            version: NEWEST.to_owned(),
            what: what.trim_start_matches("# ").to_owned(),
            name: name.clone(),
            how: How::Tools(Tools { name, text }),
        })
    };
    files.iter().map(|file| check(file)).collect()
}

impl Tools {
    pub(crate) fn run(&self, target: &Target, interrupt: &Interrupt) -> Result<Verdict> {
        let kafka = java::distribution(interrupt)?;
        let folder = built().join("files");
        fs::create_dir_all(&folder).context("create a folder for files")?;
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let suffix = format!("{}-{}", self.name, since.unwrap_or_default().as_millis());
        let text = fill(
            &self.text,
            target.servers(),
            &folder.display().to_string(),
            &suffix,
        );
        for step in parse(&text).with_context(|| format!("the transcript {}", self.name))? {
            match step {
                Step::Write { name, text } => {
                    fs::write(folder.join(name), text).with_context(|| format!("write {name}"))?;
                }
                Step::Run(typed) => {
                    if let Some(why) = follow(&kafka, &typed, interrupt)? {
                        return Ok(Verdict::Failed(why));
                    }
                }
            }
        }
        Ok(Verdict::Passed)
    }
}

/// Why it is not as the transcript says.
fn follow(
    kafka: &Distribution,
    typed: &Typed<'_>,
    interrupt: &Interrupt,
) -> Result<Option<String>> {
    let Some((tool, arguments)) = typed.words.split_first() else {
        bail!("a tool without a name");
    };
    let class = TOOLS.iter().find(|(name, _)| name == tool);
    let (_, class) = class.with_context(|| format!("there is no tool {tool}"))?;
    let output = built().join("output");
    let mut command = java::class(kafka, class);
    command.args(arguments);
    let ended = bounded::run(&mut command, &typed.reads, &output, AT_MOST, interrupt)?;
    let printed = fs::read(&output).context("read what a tool printed")?;
    let printed = String::from_utf8_lossy(&printed);
    let fault = fault(typed, ended, &printed);
    Ok(fault.map(|fault| {
        let said = process::tail(&output, 12);
        format!("  | {}: {fault}\n{said}", typed.words.join(" "))
    }))
}

fn fault(typed: &Typed<'_>, ended: Ended, printed: &str) -> Option<String> {
    let expected = if typed.fails {
        Ended::Badly
    } else {
        Ended::Well
    };
    if ended != expected && !typed.either {
        return Some(format!("ended {ended:?}"));
    }
    // Columns are as wide as the longest name in them.
    let squeezed = printed.split_whitespace().collect::<Vec<_>>().join(" ");
    let lacking = typed.prints.iter().find(|text| !squeezed.contains(**text));
    let lacking = lacking.map(|text| format!("lacks {text:?}"));
    let present = typed.never.iter().find(|text| squeezed.contains(**text));
    lacking.or_else(|| present.map(|text| format!("has {text:?}")))
}

/// Puts in what is known only now.
fn fill(text: &str, servers: &str, folder: &str, suffix: &str) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, name, after)) = placeholder(rest) {
        filled.push_str(before);
        match name {
            "servers" => filled.push_str(servers),
            "folder" => filled.push_str(folder),
            name => filled.push_str(&format!("{name}-{suffix}")),
        }
        rest = after;
    }
    filled + rest
}

/// The first name in braces, which are of JSON too, and what stands before and behind it.
fn placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(open) = text[from..].find('{').map(|at| from + at) {
        let inside = &text[open + 1..];
        let end = inside.find(|c: char| !c.is_ascii_lowercase() && c != '-');
        match end {
            Some(end) if end > 0 && inside[end..].starts_with('}') => {
                return Some((&text[..open], &inside[..end], &inside[end + 1..]));
            }
            _ => from = open + 1,
        }
    }
    None
}

fn parse(text: &str) -> Result<Vec<Step<'_>>> {
    let mut steps: Vec<Step<'_>> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let (sign, rest) = line.split_at(1);
        let rest = rest.trim();
        match (sign, steps.last_mut()) {
            ("#", _) => {}
            ("$", _) => steps.push(Step::Run(Typed {
                words: rest.split_whitespace().collect(),
                ..Typed::default()
            })),
            ("=", _) => {
                let (name, text) = rest.split_once(' ').context("a file without a text")?;
                steps.push(Step::Write { name, text });
            }
            ("<", Some(Step::Run(typed))) => typed.reads += &format!("{rest}\n"),
            ("?", Some(Step::Run(typed))) => typed.prints.push(rest),
            ("!", Some(Step::Run(typed))) => typed.never.push(rest),
            ("x", Some(Step::Run(typed))) => typed.fails = true,
            ("~", Some(Step::Run(typed))) => typed.either = true,
            _ => bail!("what is {line:?}"),
        }
    }
    Ok(steps)
}

#[cfg(test)]
mod tests;
