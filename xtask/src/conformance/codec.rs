//! Bytes that Kafka's own classes wrote, sent through our codec.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde_json::Value;

use super::roundtrip::{Roundtrip, lines};
use super::tally::Tally;
use crate::kafka::Distribution;

/// What messages are called: by `request` or `response` and the API's key.
pub(crate) type Names = BTreeMap<(String, i16), String>;

/// Our codec, and what it did to headers and records.
pub(crate) struct Codec<'a> {
    roundtrip: Roundtrip<'a>,
    pub(crate) headers: Tally,
    pub(crate) records: Tally,
}

impl<'a> Codec<'a> {
    pub(crate) fn new(roundtrip: Roundtrip<'a>) -> Self {
        Self {
            roundtrip,
            headers: Tally::default(),
            records: Tally::default(),
        }
    }

    /// Messages have to come back as they were. Of a version that is known to differ nothing is asked.
    pub(crate) fn ask_messages(
        &mut self,
        kafka: &Distribution,
        (seed, count): (u64, u32),
        names: &Names,
        messages: &mut Tally,
    ) -> Result<()> {
        let mut silent: BTreeSet<_> = messages.versions().into_iter().collect();
        lines(kafka, "RandomMessages.java", seed, count, |line| {
            let question = Question::read(line, names)
                .with_context(|| format!("a line of RandomMessages.java: {line:.80}"))?;
            let tally = match question.is_header {
                true => &mut self.headers,
                false => &mut *messages,
            };
            tally.expect(&question.message, question.version);
            silent.remove(&(question.message.clone(), question.version.into()));
            if !tally.is_fine(&question.message, question.version) {
                return Ok(());
            }
            let answer = self.roundtrip.ask(line)?;
            if answer != question.hex {
                let why = difference(&answer, question.hex);
                tally.fault(
                    &question.message,
                    question.version,
                    format!("bytes: {why}\n  {line:.2000}"),
                );
            }
            Ok(())
        })?;
        for (message, version) in silent {
            messages.fault(&message, version, "bytes: Kafka's classes wrote none");
        }
        Ok(())
    }

    /// Records have to be what Kafka's own reader sees.
    pub(crate) fn ask_records(
        &mut self,
        kafka: &Distribution,
        (seed, count): (u64, u32),
    ) -> Result<()> {
        let mut row = 0_i32;
        lines(kafka, "RandomRecords.java", seed, count, |line| {
            let (question, expected) = line.split_once('\t').context("no tab")?;
            self.records.expect(RECORDS, row);
            let answer = self.roundtrip.ask(question)?;
            let read: Option<Value> = serde_json::from_str(&answer).ok();
            if read != Some(serde_json::from_str(expected)?) {
                let fault = format!("{answer:.200}, not {expected:.200}\n  {question:.2000}");
                self.records.fault(RECORDS, row, fault);
            }
            row += 1;
            Ok(())
        })
    }
}

/// What rows of batches are called in a tally, which counts versions.
const RECORDS: &str = "records, row";

/// A line about a message: `request 3 12 00…`.
struct Question<'l> {
    message: String,
    version: i16,
    hex: &'l str,
    is_header: bool,
}

impl<'l> Question<'l> {
    fn read(line: &'l str, names: &Names) -> Option<Self> {
        let [what, key, version, hex] = line.split(' ').collect::<Vec<_>>().try_into().ok()?;
        let header_of = what.strip_prefix("header-");
        let kind = header_of.unwrap_or(what).to_owned();
        let name = names.get(&(kind, key.parse().ok()?))?;
        Some(Self {
            message: match header_of {
                Some(_) => format!("header of {name}"),
                None => name.clone(),
            },
            version: version.parse().ok()?,
            hex,
            is_header: header_of.is_some(),
        })
    }
}

/// What is wrong with an answer.
fn difference(answer: &str, expected: &str) -> String {
    if answer.starts_with("error") {
        return answer.to_owned();
    }
    let same = answer
        .bytes()
        .zip(expected.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    format!("they come back changed from byte {} on", same / 2)
}
