//! Whatever happens to a log, in whatever order: it answers as the naive one does.

use proptest::prelude::*;
use proptest::sample::Index;

use super::model::{Entry, Model, consume, parse, whole};
use super::*;

/// Something that happens to a log.
#[derive(Clone, Debug)]
enum Event {
    Append {
        records: Vec<(Option<u8>, bool, i64)>,
        producer: Option<i64>,
        transactional: bool,
        codec: Index,
    },
    Again {
        producer: i64,
    },
    Marker {
        producer: i64,
        abort: bool,
        v2: bool,
    },
    Delete(Index),
    Truncate(Index),
    Compact,
    Lead,
    Hold(bool),
    Expire,
    WrittenDown,
    Wait(i64),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let record = (
        prop::option::weighted(0.95, 0..5_u8),
        prop::bool::weighted(0.8),
        -300..300_i64,
    );
    let producer = 0..3_i64;
    let append = (
        prop::collection::vec(record, 1..4),
        prop::option::weighted(0.7, producer.clone()),
        any::<bool>(),
        any::<Index>(),
    );
    let append = append.prop_map(|(records, producer, transactional, codec)| Event::Append {
        records,
        producer,
        transactional,
        codec,
    });
    let marker = (producer.clone(), any::<bool>(), any::<bool>());
    let marker = marker.prop_map(|(producer, abort, v2)| Event::Marker {
        producer,
        abort,
        v2,
    });
    let event = prop_oneof![
        10 => append,
        4 => marker,
        2 => producer.prop_map(|producer| Event::Again { producer }),
        1 => any::<Index>().prop_map(Event::Delete),
        1 => any::<Index>().prop_map(Event::Truncate),
        2 => Just(Event::Compact),
        1 => Just(Event::Lead),
        1 => any::<bool>().prop_map(Event::Hold),
        1 => Just(Event::Expire),
        1 => Just(Event::WrittenDown),
        2 => (0..3000_i64).prop_map(Event::Wait),
    ];
    prop::collection::vec(event, 1..50)
}

fn config() -> LogConfig {
    LogConfig {
        timestamp_after_max_ms: i64::MAX,
        delete_retention_ms: 1500,
        ..LogConfig::default()
    }
}

/// Both logs, side by side.
struct Pair {
    log: PartitionLog,
    model: Model,
    codecs: Codecs,
    wall_ms: i64,
    values: u64,
}

impl Pair {
    fn new() -> Self {
        Self {
            log: PartitionLog::new(config(), 0),
            model: Model::default(),
            codecs: Codecs::new(),
            wall_ms: 1_000_000,
            values: 0,
        }
    }

    fn happen(&mut self, event: &Event) {
        match event {
            Event::Append {
                records,
                producer,
                transactional,
                codec,
            } => self.append(
                records,
                *producer,
                *transactional,
                *codec.get(&Compression::ALL),
            ),
            Event::Again { producer } => self.again(*producer),
            Event::Marker {
                producer,
                abort,
                v2,
            } => self.marker(*producer, *abort, *v2),
            Event::Delete(at) => {
                let offset = at.index(self.log.high_watermark() as usize + 1) as i64;
                self.log.delete_records(offset).unwrap();
                self.model.delete_to(offset);
            }
            Event::Truncate(at) => {
                let offset = at.index(self.log.log_end() as usize + 1) as i64;
                self.log.truncate_to(offset);
                self.model.truncate(offset);
            }
            Event::Compact => {
                self.log.compact(self.wall_ms, &mut self.codecs).unwrap();
                self.model.compact(&self.log, self.wall_ms);
            }
            Event::Lead => self.log.lead(self.log.leader_epoch() + 1),
            Event::Hold(hold) => {
                let at = hold.then(|| self.log.high_watermark());
                self.log.hold_high_watermark(at);
                self.model.held = at;
            }
            Event::Expire => self.log.expire_producers(self.wall_ms, 500),
            Event::WrittenDown => self.write_down(),
            Event::Wait(ms) => self.wall_ms += ms,
        }
    }

    fn append(
        &mut self,
        records: &[(Option<u8>, bool, i64)],
        producer: Option<i64>,
        transactional: bool,
        compression: Compression,
    ) {
        let sent: Vec<Sent> = records
            .iter()
            .map(|(key, value, jitter)| {
                self.values += 1;
                Sent {
                    timestamp: self.wall_ms + jitter,
                    key: key.map(|key| vec![key]),
                    value: value.then(|| self.values.to_be_bytes().to_vec()),
                }
            })
            .collect();
        let mut options = compressed(compression);
        if let Some(producer_id) = producer {
            let state = self.log.active_producers();
            let state = state.into_iter().find(|it| it.producer_id == producer_id);
            options.producer_id = producer_id;
            options.producer_epoch = state.map_or(0, |it| it.producer_epoch);
            options.base_sequence = state.map_or(0, |it| it.last_sequence + 1);
            options.transactional = transactional || self.model.is_open(producer_id);
        }
        let raw = batch(&sent, &options);
        let appended = self.send(&raw);
        assert_eq!(appended.base_offset, self.model.end);
        assert!(!appended.duplicate);
        let got = sent.iter().zip(appended.base_offset..);
        let got = got.map(|(sent, offset)| Got {
            offset,
            timestamp: sent.timestamp,
            key: sent.key.clone(),
            value: sent.value.clone(),
        });
        self.model.push(Entry {
            base: appended.base_offset,
            last: appended.last_offset,
            producer_id: options.producer_id,
            transactional: options.transactional,
            abort: None,
            records: got.collect(),
            deleted: false,
            raw,
        });
    }

    fn send(&mut self, raw: &[u8]) -> Appended {
        let known = Verification::Verified {
            transaction_v2: false,
        };
        let now = at(self.wall_ms);
        let sent = self
            .log
            .append(raw, Origin::Client, known, now, &mut self.codecs);
        sent.unwrap()
    }

    /// A producer sends its last batch again, if the log still knows of it.
    fn again(&mut self, producer: i64) {
        let mut own = self.model.entries.iter().rev();
        let last = own.find(|it| it.producer_id == producer && it.abort.is_none());
        let state = self
            .log
            .active_producers()
            .find(|it| it.producer_id == producer);
        let (Some(last), Some(state)) = (last.cloned(), state) else {
            return;
        };
        if state.last_sequence < 0 {
            return;
        }
        let before = self.log.clone();
        let appended = self.send(&last.raw);
        assert!(appended.duplicate, "{last:?} after {state:?}");
        assert_eq!(appended.base_offset, last.base);
        assert_eq!(self.log, before);
    }

    fn marker(&mut self, producer_id: i64, abort: bool, v2: bool) {
        let state = self
            .log
            .active_producers()
            .find(|it| it.producer_id == producer_id);
        let epoch = state.map_or(0, |it| it.producer_epoch);
        let result = match abort {
            true => TransactionResult::Abort,
            false => TransactionResult::Commit,
        };
        let end = EndOfTransaction {
            producer_id,
            producer_epoch: if v2 { epoch + 1 } else { epoch },
            coordinator_epoch: 0,
            result,
            transaction_version: if v2 { 2 } else { 0 },
        };
        let offset = self.log.append_marker(end, at(self.wall_ms)).unwrap();
        assert_eq!(offset, self.model.end);
        let stored = self.log.batches_from(offset).last().unwrap().clone();
        self.model.push(parse(&stored).0);
    }

    /// Made again of what is written down, it is the same.
    fn write_down(&mut self) {
        if self.model.held.is_some() {
            return;
        }
        let mut state = Vec::new();
        self.log.encode(&mut state);
        let all: Vec<&[u8]> = self.log.batches_from(i64::MIN).map(|it| &it[..]).collect();
        let again = PartitionLog::decode(&state, &all.concat().into(), config()).unwrap();
        assert_eq!(again, self.log);
        self.log = again;
    }

    fn agree(&mut self, chunk: usize) {
        let (log, model) = (&self.log, &self.model);
        assert_eq!(log.log_start(), model.start);
        assert_eq!(log.log_end(), model.end);
        assert_eq!(log.high_watermark(), model.high_watermark());
        assert_eq!(log.last_stable_offset(), model.last_stable());
        for isolation in [Isolation::ReadUncommitted, Isolation::ReadCommitted] {
            let committed = isolation == Isolation::ReadCommitted;
            assert_eq!(consume_all(log, isolation, chunk), model.view(committed));
            let about = self.wall_ms - 2 * chunk as i64;
            for timestamp in [-1, -2, -3, 0, about, self.wall_ms] {
                let listed = log.list_offset(timestamp, isolation, None, &mut self.codecs);
                let listed = match listed {
                    Ok(listed) => listed.offset,
                    Err(ErrorCode::OFFSET_NOT_AVAILABLE) => continue,
                    Err(code) => panic!("{code}"),
                };
                assert_eq!(listed, model.listed(timestamp, committed), "{timestamp}");
            }
        }
        epochs_agree(log);
    }
}

/// Reads in portions, as a consumer does.
fn consume_all(log: &PartitionLog, isolation: Isolation, max_bytes: usize) -> Vec<Got> {
    let mut got = Vec::new();
    let mut position = log.log_start();
    loop {
        let from = ReadFrom {
            offset: position,
            max_bytes,
            ..read_all(isolation)
        };
        let read = log.read(from).unwrap();
        let Some(last) = whole(&read).last() else {
            return got;
        };
        let next = parse(last).0.last + 1;
        assert!(next > position, "no progress at {position}");
        got.extend(consume(&read, position));
        position = next;
    }
}

/// Each batch lies within its epoch.
fn epochs_agree(log: &PartitionLog) {
    let mut last = -1;
    for bytes in log.batches_from(log.log_start()) {
        let (entry, batch) = parse(bytes);
        assert!(entry.base > last, "offsets ascend");
        last = entry.last;
        let epoch = batch.partition_leader_epoch().unwrap();
        let end = log.offset_for_leader_epoch(epoch, None).unwrap();
        assert_eq!(end.leader_epoch, epoch);
        assert!(end.end_offset > entry.last, "{end:?} {entry:?}");
    }
}

proptest! {
    #[test]
    fn a_log_answers_as_the_naive_one_does(events in events(), chunk in 1..800_usize) {
        let mut pair = Pair::new();
        for event in &events {
            pair.happen(event);
            pair.agree(chunk);
        }
    }
}
