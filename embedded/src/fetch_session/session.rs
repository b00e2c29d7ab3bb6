//! One session: its partitions in the order of their turns, and what was last told of each.

use std::collections::BTreeMap;
use std::time::Duration;

use ottla_protocol::error_code::ErrorCode;

use super::{FetchKey, INITIAL_EPOCH, Outcome, Wanted, next_epoch};
use crate::time::Now;

/// What a broker remembers of a consumer.
#[derive(Debug, Default)]
pub(super) struct Session {
    /// The number of the next request.
    pub(super) epoch: i32,
    pub(super) uses_topic_ids: bool,
    pub(super) from_follower: bool,
    pub(super) created: Duration,
    pub(super) last_used: Duration,
    partitions: BTreeMap<FetchKey, Partition>,
    /// Whose turn it is; a partition that was served goes to the end.
    turns: BTreeMap<u64, FetchKey>,
    next_turn: u64,
}

#[derive(Debug)]
struct Partition {
    turn: u64,
    wanted: Wanted,
    high_watermark: i64,
    log_start_offset: i64,
}

impl Session {
    pub(super) fn new(uses_topic_ids: bool, from_follower: bool, now: Now) -> Self {
        Self {
            epoch: next_epoch(INITIAL_EPOCH),
            uses_topic_ids,
            from_follower,
            created: now.at,
            last_used: now.at,
            ..Self::default()
        }
    }

    pub(super) fn len(&self) -> usize {
        self.partitions.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.partitions.is_empty()
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &FetchKey> {
        self.partitions.keys()
    }

    /// All partitions, in the order of their turns.
    pub(super) fn wanted(&self) -> Vec<(FetchKey, Wanted)> {
        let turns = self.turns.values();
        turns
            .filter_map(|key| Some((key.clone(), self.partitions.get(key)?.wanted)))
            .collect()
    }

    /// Takes in a partition, or other wishes for one that keeps its turn.
    pub(super) fn want(&mut self, key: FetchKey, wanted: Wanted) {
        if let Some(partition) = self.partitions.get_mut(&key) {
            partition.wanted = wanted;
            return;
        }
        let turn = self.take_turn(key.clone());
        let partition = Partition {
            turn,
            wanted,
            high_watermark: -1,
            log_start_offset: -1,
        };
        self.partitions.insert(key, partition);
    }

    pub(super) fn forget(&mut self, key: &FetchKey) {
        if let Some(partition) = self.partitions.remove(key) {
            self.turns.remove(&partition.turn);
        }
    }

    /// Whether the partition has news, which count as told from now on.
    pub(super) fn answer(&mut self, key: &FetchKey, outcome: &Outcome) -> bool {
        let Some(partition) = self.partitions.get_mut(key) else {
            return true;
        };
        let served = outcome.record_bytes > 0;
        let failed = outcome.error != ErrorCode::NONE;
        let moved = partition.high_watermark != outcome.high_watermark
            || partition.log_start_offset != outcome.log_start_offset;
        partition.log_start_offset = outcome.log_start_offset;
        // When the error goes away that is news, too.
        partition.high_watermark = if failed { -1 } else { outcome.high_watermark };
        if served {
            let turn = partition.turn;
            self.turns.remove(&turn);
            let turn = self.take_turn(key.clone());
            if let Some(partition) = self.partitions.get_mut(key) {
                partition.turn = turn;
            }
        }
        served || failed || moved || outcome.notable
    }

    fn take_turn(&mut self, key: FetchKey) -> u64 {
        let turn = self.next_turn;
        self.next_turn += 1;
        self.turns.insert(turn, key);
        turn
    }
}
