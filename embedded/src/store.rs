//! A directory in which the cluster's data outlives the process: written before each answer, so that what was acknowledged is there
//! after the process was killed. It is not synced: a machine that loses power may lose the last writes. A write that fails is logged,
//! and all is written anew after the next change; what was answered meanwhile is in memory only.
//!
//! `cluster.json` has the topics; a partition has a `.log`, its batches one behind the other, and a `.state`; each group and each
//! transactional id has a file. Logs grow at their end, everything else is written beside and renamed.
//!
//! A kill comes between any two files, so their order counts. Of a transaction first its coordinator's record is written, that it is open or
//! how it is to end, then what it is about in logs and groups, then that it is over: whatever is missing after a kill, the coordinator
//! knows of it and brings it to its end. (Where a write failed before the kill, this order is not kept.)

mod disk;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use ottla_protocol::EncodeError;
use ottla_protocol::types::TopicId;
use serde::de::DeserializeOwned;

use self::disk::Disk;
use crate::log::PartitionLog;
use crate::state::State;
use crate::state::durable::{Metadata, Record};
use crate::state::topics::TopicRef;
use crate::time::Now;
use crate::transactions::TransactionCoordinator;

/// The open directory.
#[derive(Debug)]
pub(crate) struct Store {
    directory: PathBuf,
    /// How much of each partition is written.
    written: BTreeMap<(TopicId, i32), Written>,
    /// A hash of what the files of groups and transactions hold: a heartbeat touches its group and mostly changes nothing of it.
    held: BTreeMap<PathBuf, u64>,
    disk: Disk,
    /// Keeps other processes out.
    _lock: File,
}

/// What is known of a partition's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Written {
    rewrites: u64,
    log_start: i64,
    leader_epoch: i32,
    next_offset: i64,
}

impl Written {
    /// There are files, whose ends may be torn: they are written anew before anything is added, and go with their topic.
    const UNKNOWN: Self = Self {
        rewrites: u64::MAX,
        log_start: -1,
        leader_epoch: -1,
        next_offset: -1,
    };
}

const GROUPS: &str = "groups";
const TRANSACTIONS: &str = "transactions";
const LOGS: &str = "logs";

impl Store {
    /// Opens a directory, which is made if need be.
    pub(crate) fn open(directory: PathBuf) -> io::Result<Self> {
        for folder in [GROUPS, TRANSACTIONS, LOGS] {
            fs::create_dir_all(directory.join(folder))?;
        }
        let lock = File::create(directory.join("lock"))?;
        lock.try_lock().map_err(io::Error::from)?;
        Ok(Self {
            directory,
            written: BTreeMap::new(),
            held: BTreeMap::new(),
            disk: Disk::default(),
            _lock: lock,
        })
    }

    /// Brings back what the directory holds; what can't be read is told in words.
    pub(crate) fn restore(&mut self, state: &mut State, now: Now) -> io::Result<Vec<String>> {
        let file = self.directory.join("cluster.json");
        let mut lost = match file.exists() {
            true => self.restore_topics(read(&file)?, state),
            false => Vec::new(),
        };
        // That there was this start is written too, and who the cluster is.
        state.unsaved.metadata = true;
        lost.extend(state.restore_groups(self.records(GROUPS)?, now));
        let transactions = self.records(TRANSACTIONS)?.into_iter().flatten();
        lost.extend(state.restore_transactions(transactions.collect()));
        Ok(lost)
    }

    fn restore_topics(&mut self, metadata: Metadata, state: &mut State) -> Vec<String> {
        let lost = state.restore(metadata, |topic, partition| {
            let bytes = |ending| fs::read(self.log_file(topic, partition, ending));
            let (kept, batches) = (bytes("state"), bytes("log"));
            (
                kept.unwrap_or_default(),
                Bytes::from(batches.unwrap_or_default()),
            )
        });
        for topic in state.topics.all() {
            let numbers = (0..).take(topic.partitions.len());
            let places = numbers.map(|number| ((topic.id, number), Written::UNKNOWN));
            self.written.extend(places);
        }
        lost
    }

    /// What each file of a folder holds.
    fn records(&self, folder: &str) -> io::Result<Vec<Vec<Record>>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(self.directory.join(folder))? {
            files.push(entry?.path());
        }
        files.retain(|file| file.extension().is_some_and(|ending| ending == "json"));
        files.sort();
        let mut records = Vec::new();
        for file in files {
            records.push(read(&file)?);
        }
        Ok(records)
    }

    /// Writes down what transactions are open, and how they are to end: before anything of that is done.
    pub(crate) fn save_decisions(&mut self, state: &mut State) -> io::Result<()> {
        self.save_transactions(state)
    }

    /// Writes down what has changed.
    pub(crate) fn save(&mut self, state: &mut State) -> io::Result<()> {
        let unsaved = std::mem::take(&mut state.unsaved);
        // First, so that no topic is there whose logs are gone. One whose logs are not there yet has empty ones.
        if state.transactions_moved() || unsaved.metadata {
            let bytes = serde_json::to_vec(&state.metadata()).map_err(io::Error::from)?;
            let file = self.directory.join("cluster.json");
            self.disk.replace(&file, &bytes)?;
        }
        if unsaved.metadata {
            self.save_all_logs(state)?;
        }
        for (topic, partition) in &unsaved.partitions {
            if let Ok(found) = state.topics.partition(TopicRef::Id(*topic), *partition) {
                self.save_log(*topic, *partition, &found.log)?;
            }
        }
        self.save_groups(state)?;
        // Last: that a transaction is over holds once all its markers are there.
        self.save_transactions(state)
    }

    /// One that can't be written keeps no other from it, and is tried again with the next change: also one that is no more, so that it
    /// does not come back.
    fn save_groups(&mut self, state: &mut State) -> io::Result<()> {
        let mut saved = Ok(());
        for group in state.groups.take_changed() {
            let done = self.save_group(&group, state);
            if done.is_err() {
                state.groups.touch(&group);
                saved = done;
            }
        }
        saved
    }

    fn save_group(&mut self, group: &str, state: &State) -> io::Result<()> {
        let records = state.groups.encode(group).map_err(unwritable)?;
        let records = records.into_iter().map(|record| Record {
            producer_id: record.producer_id,
            key: record.key,
            value: record.value,
        });
        self.save_records(GROUPS, group, &records.collect::<Vec<_>>())
    }

    /// As [`save_groups`](Self::save_groups).
    fn save_transactions(&mut self, state: &mut State) -> io::Result<()> {
        let mut saved = Ok(());
        for id in state.transactions.take_changed() {
            let done = self.save_transaction(&id, &state.transactions);
            if done.is_err() {
                state.transactions.touch(id);
                saved = done;
            }
        }
        saved
    }

    fn save_transaction(
        &mut self,
        id: &Arc<str>,
        transactions: &TransactionCoordinator,
    ) -> io::Result<()> {
        let record = transactions.record(id).map_err(unwritable)?;
        let name = String::from_utf8_lossy(&record.key).into_owned();
        let value = record.value.map(|value| Record {
            producer_id: None,
            key: record.key,
            value,
        });
        self.save_records(TRANSACTIONS, &name, value.as_slice())
    }

    fn save_records(&mut self, folder: &str, name: &str, records: &[Record]) -> io::Result<()> {
        let file = self.directory.join(folder).join(file_name(name));
        // Taken out until all is written: after a failure it is written anew.
        let held = self.held.remove(&file);
        if records.is_empty() {
            return self.disk.remove(&file);
        }
        let bytes = serde_json::to_vec(records).map_err(io::Error::from)?;
        let hash = fnv(&bytes);
        if held != Some(hash) {
            self.disk.replace(&file, &bytes)?;
        }
        self.held.insert(file, hash);
        Ok(())
    }

    /// Also forgets partitions that are no more.
    fn save_all_logs(&mut self, state: &State) -> io::Result<()> {
        let gone = |place: &(TopicId, i32)| {
            let found = state.topics.partition(TopicRef::Id(place.0), place.1);
            found.is_err()
        };
        let gone: Vec<_> = self.written.keys().copied().filter(gone).collect();
        for (topic, partition) in gone {
            for ending in ["log", "state"] {
                let file = self.log_file(topic, partition, ending);
                self.disk.remove(&file)?;
            }
            self.written.remove(&(topic, partition));
        }
        for topic in state.topics.all() {
            for (number, partition) in (0..).zip(&topic.partitions) {
                self.save_log(topic.id, number, &partition.log)?;
            }
        }
        Ok(())
    }

    fn save_log(&mut self, topic: TopicId, partition: i32, log: &PartitionLog) -> io::Result<()> {
        let now = Written {
            rewrites: log.rewrites(),
            log_start: log.log_start(),
            leader_epoch: log.leader_epoch(),
            next_offset: log.log_end(),
        };
        // Until all is written: after a failure everything is written anew.
        let before = self.written.insert((topic, partition), Written::UNKNOWN);
        if before != Some(now) {
            self.write_log(topic, partition, log, before, now)?;
        }
        self.written.insert((topic, partition), now);
        Ok(())
    }

    fn write_log(
        &mut self,
        topic: TopicId,
        partition: i32,
        log: &PartitionLog,
        before: Option<Written>,
        now: Written,
    ) -> io::Result<()> {
        let file = self.log_file(topic, partition, "log");
        let grown = before.filter(|before| before.rewrites == now.rewrites);
        let Some(before) = grown else {
            // The state goes first. Behind it older batches are read rightly, but behind batches an older state is not: it would take those that
            // were deleted for lost, and set the log's end back.
            self.write_state(topic, partition, log)?;
            let batches: Vec<Bytes> = log.batches_from(0).cloned().collect();
            return self.disk.replace(&file, &batches.concat());
        };
        self.disk
            .append(&file, log.batches_from(before.next_offset))?;
        let bounds = |of: Written| (of.log_start, of.leader_epoch);
        match bounds(before) == bounds(now) {
            true => Ok(()),
            false => self.write_state(topic, partition, log),
        }
    }

    fn write_state(
        &mut self,
        topic: TopicId,
        partition: i32,
        log: &PartitionLog,
    ) -> io::Result<()> {
        let mut kept = Vec::new();
        log.encode(&mut kept);
        let file = self.log_file(topic, partition, "state");
        self.disk.replace(&file, &kept)
    }

    fn log_file(&self, topic: TopicId, partition: i32, ending: &str) -> PathBuf {
        let name = format!("{topic}-{partition}.{ending}");
        self.directory.join(LOGS).join(name)
    }
}

fn read<T: DeserializeOwned>(file: &Path) -> io::Result<T> {
    serde_json::from_slice(&fs::read(file)?).map_err(io::Error::from)
}

fn unwritable(why: EncodeError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Names may hold what file names can't, and be longer: then a hash tells them apart.
fn file_name(name: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    // An empty one would leave nothing but the ending, which is none then.
    if (1..=100).contains(&name.len()) && name.chars().all(plain) {
        return format!("{name}.json");
    }
    let start: String = name
        .chars()
        .filter(|letter| plain(*letter))
        .take(60)
        .collect();
    format!("{start}.{:016x}.json", fnv(name.as_bytes()))
}

/// FNV-1a: the same in each process, as a hash of the standard library needn't be.
fn fnv(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}
