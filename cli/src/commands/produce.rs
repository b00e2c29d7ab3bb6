//! `ottla produce`.

use std::fs::File;
use std::io::{Read, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ottla_client::producer::{Producer, ProducerRecord};
use ottla_client::{Client, config};
use ottla_protocol::records::Compression;
use serde::Serialize;

use crate::context::Context;
use crate::failure::Failure;
use crate::lines;
use crate::output::{self, Output};
use crate::progress;

/// `ottla produce`.
#[derive(Debug, Args)]
pub(crate) struct Produce {
    /// The topic; it must exist.
    #[arg(long)]
    topic: String,
    /// Where the lines come from; stdin where not given.
    #[arg(long)]
    file: Option<PathBuf>,
    /// What is left of the first of these in a line is the key.
    #[arg(long, value_name = "S")]
    key_separator: Option<String>,
    /// Who must have a record before it counts as sent; `0` and `1` turn idempotence off. Without it what --config
    /// says, else all.
    #[arg(long, value_enum)]
    acks: Option<Acks>,
    /// How batches are compressed: none, gzip, snappy, lz4 or zstd. Without it what --config says, else none.
    #[arg(long)]
    compression: Option<Compression>,
    /// Sends all records in one transaction.
    #[arg(long, value_name = "ID")]
    transactional_id: Option<String>,
}

/// What `--acks` chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Acks {
    /// All replicas in sync.
    All,
    /// The leader alone.
    #[value(name = "1")]
    Leader,
    /// Nobody.
    #[value(name = "0")]
    Nobody,
}

impl Produce {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        if self.transactional_id.is_some() {
            return Err(Failure::NotBuiltYet("produce --transactional-id".into()));
        }
        let input = self.open()?;
        let client = context.client().await?;
        let producer = self.producer(&client)?;
        client.partitions(&self.topic).await?;
        let (mut blocks, reading) = lines::blocks(input);
        let bar = progress::records(None);
        let mut sent = 0_u64;
        // A signal ends the input; what was read before it is sent.
        while let Some(block) = tokio::select! {
            block = blocks.recv() => block,
            () = context.stop.cancelled() => None,
        } {
            for line in lines::of(&block) {
                producer.send_and_forget(self.record(line)).await?;
                sent += 1;
            }
            bar.set_position(sent);
        }
        drop(blocks);
        producer.close().await?;
        bar.finish_and_clear();
        if !context.stop.is_cancelled() {
            reading
                .await?
                .map_err(|error| Failure::job("read the input", error))?;
        }
        report(context.output, sent)
    }

    fn producer(&self, client: &Client) -> Result<Producer, Failure> {
        if client.config().transactional_id.is_some() {
            return Err(Failure::NotBuiltYet(
                "the setting transactional.id for produce".into(),
            ));
        }
        let mut producer = client.producer();
        if let Some(acks) = self.acks {
            producer = producer.acks(match acks {
                Acks::All => config::Acks::All,
                Acks::Leader => config::Acks::Leader,
                Acks::Nobody => config::Acks::None,
            });
        }
        if let Some(compression) = self.compression {
            producer = producer.compression(compression);
        }
        Ok(producer.build()?)
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, Failure> {
        let Some(file) = &self.file else {
            return Ok(Box::new(std::io::stdin()));
        };
        let opened = File::open(file)
            .map_err(|error| Failure::job(format!("open {}", file.display()), error))?;
        Ok(Box::new(opened))
    }

    fn record<'a>(&'a self, line: &'a [u8]) -> ProducerRecord<'a> {
        let separator = self.key_separator.as_deref().unwrap_or_default().as_bytes();
        match lines::split_once(line, separator) {
            Some((key, value)) => ProducerRecord::new(&self.topic, value).key(key),
            None => ProducerRecord::new(&self.topic, line),
        }
    }
}

#[derive(Serialize)]
struct Sent {
    records: u64,
}

fn report(output: Output, records: u64) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match output {
        Output::Json => output::line(&mut out, &Sent { records }),
        Output::Table => Ok(writeln!(out, "{records}")?),
    }
}
