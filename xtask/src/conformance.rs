//! `cargo xtask conformance`: our protocol against Kafka's, definition by definition and byte by byte.
//!
//! Nothing of Kafka's lies in this repository: its schemas and classes come out of its jars.

mod codec;
mod compare;
mod definition;
mod roundtrip;
mod schemas;
mod tally;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use self::codec::Codec;
use self::roundtrip::Roundtrip;
use self::tally::Tally;
use crate::interrupt::Interrupt;
use crate::kafka::{Distribution, NEWEST, Version};
use crate::workspace::{self, cargo, succeed};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The Kafka to compare with: this or a newer one
    #[arg(long, default_value = NEWEST)]
    kafka_version: Version,
    /// What the random messages are made from
    #[arg(long, default_value_t = SEED)]
    seed: u64,
    /// How many messages of each API and version go through our codec; of records, ten times as many rows of batches
    #[arg(long, default_value_t = MESSAGES)]
    messages: u32,
}

const SEED: u64 = 1;
const MESSAGES: u32 = 20;

/// What a run without arguments does.
impl Default for Arguments {
    fn default() -> Self {
        Self {
            kafka_version: Version::newest(),
            seed: SEED,
            messages: MESSAGES,
        }
    }
}

pub(crate) fn run(arguments: &Arguments, interrupt: &Interrupt) -> Result<ExitCode> {
    Ok(match check(arguments, interrupt)? {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// Compares, prints what differs and how much does not, and says whether nothing does.
pub(crate) fn check(arguments: &Arguments, interrupt: &Interrupt) -> Result<bool> {
    let kafka = Distribution::resolve(&arguments.kafka_version, interrupt)?;
    let examples = build_examples(interrupt)?;
    let theirs = schemas::kafkas(&kafka, interrupt)?;
    let ours = schemas::ours(&examples.join("definitions"))?;

    let mut messages = compare::messages(&ours, &theirs);
    let payloads = compare::payloads(&ours, &theirs);
    let roundtrip = Roundtrip::start(&examples.join("roundtrip"), interrupt)?;
    let mut codec = Codec::new(roundtrip);
    let Arguments {
        seed,
        messages: count,
        ..
    } = *arguments;
    codec.ask_messages(
        &kafka,
        (seed, count),
        &compare::names(&theirs),
        &mut messages,
    )?;
    codec.ask_records(&kafka, (seed, count.saturating_mul(10)))?;

    compare::beyond(&ours, &theirs, &mut messages);
    Ok(report(&[
        ("headers", codec.headers),
        ("rows of records", codec.records),
        ("payload versions", payloads),
        ("api-versions", messages),
    ]))
}

/// Prints what is wrong, then the counts; whether nothing is.
fn report(tallies: &[(&str, Tally)]) -> bool {
    for (_, tally) in tallies {
        tally.lines().iter().for_each(|line| println!("{line}"));
    }
    for (what, tally) in tallies {
        println!("conformance: {} {what}", tally.count());
    }
    tallies.iter().all(|(_, tally)| tally.all_passed())
}

/// Builds what prints our definitions and what reads and writes messages; gives the folder that holds both.
fn build_examples(interrupt: &Interrupt) -> Result<PathBuf> {
    let mut command = cargo(&["build", "--quiet", "--package", "ottla-protocol"]);
    command.args(["--example", "definitions", "--example", "roundtrip"]);
    succeed(&mut command, interrupt)?;
    Ok(workspace::target().join("debug/examples"))
}
