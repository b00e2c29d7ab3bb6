//! Sessions as transcripts, and what must hold whatever a consumer asks and a broker finds.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;

fn at(seconds: u64) -> Now {
    Now {
        at: Duration::from_secs(seconds),
        wall_ms: 0,
    }
}

fn rng() -> StdRng {
    StdRng::seed_from_u64(7)
}

fn key(partition: i32) -> FetchKey {
    FetchKey {
        topic: FetchTopic::Name("orders".into()),
        partition,
    }
}

fn wanted(fetch_offset: i64) -> Wanted {
    Wanted {
        fetch_offset,
        max_bytes: 1 << 20,
        current_leader_epoch: -1,
        last_fetched_epoch: -1,
        log_start_offset: -1,
    }
}

fn request(session_id: i32, session_epoch: i32, partitions: &[(i32, i64)]) -> SessionRequest {
    let partitions = partitions.iter();
    SessionRequest {
        session_id,
        session_epoch,
        uses_topic_ids: false,
        from_follower: false,
        partitions: partitions
            .map(|(partition, offset)| (key(*partition), wanted(*offset)))
            .collect(),
        forgotten: vec![],
    }
}

fn idle(high_watermark: i64) -> Outcome {
    Outcome {
        error: ErrorCode::NONE,
        record_bytes: 0,
        high_watermark,
        log_start_offset: 0,
        notable: false,
    }
}

/// A broker, and what it would answer of a partition unless a test says otherwise.
struct Broker {
    sessions: FetchSessions,
    rng: StdRng,
    second: u64,
}

impl Broker {
    fn new(slots: usize) -> Self {
        Self {
            sessions: FetchSessions::new(slots),
            rng: rng(),
            second: 0,
        }
    }

    fn begin(&mut self, request: SessionRequest) -> Result<FetchContext, ErrorCode> {
        self.sessions.begin(request, at(self.second))
    }

    fn finish(&mut self, context: FetchContext, outcome: impl Fn(i32) -> Outcome) -> Finished {
        let keys = context.partitions().iter();
        let outcomes: Vec<_> = keys.map(|(key, _)| outcome(key.partition)).collect();
        let now = at(self.second);
        self.sessions.finish(context, &outcomes, now, &mut self.rng)
    }

    /// The session, the partitions served in order, and those of them in the answer.
    fn serve(
        &mut self,
        request: SessionRequest,
        outcome: impl Fn(i32) -> Outcome,
    ) -> (i32, Vec<i32>, Vec<i32>) {
        let context = self.begin(request).unwrap();
        let served: Vec<_> = context
            .partitions()
            .iter()
            .map(|it| it.0.partition)
            .collect();
        let finished = self.finish(context, outcome);
        assert_eq!(finished.error, ErrorCode::NONE);
        let included = served.iter().zip(finished.included).filter(|it| it.1);
        let included = included.map(|it| *it.0).collect();
        (finished.session_id, served, included)
    }

    fn open(&mut self, partitions: &[(i32, i64)]) -> i32 {
        self.serve(request(0, 0, partitions), |_| idle(5)).0
    }
}

#[test]
fn a_session_tells_only_what_is_new() {
    let mut broker = Broker::new(10);
    let (id, served, included) =
        broker.serve(request(0, 0, &[(2, 5), (0, 5), (1, 5)]), |_| idle(5));
    assert_ne!(id, NO_SESSION);
    assert_eq!(
        (served, included),
        (vec![2, 0, 1], vec![2, 0, 1]),
        "all at first"
    );
    let (again, served, included) = broker.serve(request(id, 1, &[]), |_| idle(5));
    assert_eq!((again, served, included), (id, vec![2, 0, 1], vec![]));
    let high = |partition| idle(if partition == 0 { 6 } else { 5 });
    assert_eq!(broker.serve(request(id, 2, &[]), high).2, [0]);
    let started = |partition| Outcome {
        log_start_offset: i64::from(partition == 1),
        ..high(partition)
    };
    assert_eq!(broker.serve(request(id, 3, &[]), started).2, [1]);
    let notable = |partition| Outcome {
        notable: partition == 2,
        ..started(partition)
    };
    assert_eq!(broker.serve(request(id, 4, &[]), notable).2, [2]);
    assert_eq!(
        broker.serve(request(id, 5, &[]), notable).2,
        [2],
        "each time"
    );
}

#[test]
fn an_error_is_told_each_time_and_so_is_its_end() {
    let mut broker = Broker::new(10);
    let id = broker.open(&[(0, 5), (1, 5)]);
    let failing = |partition| match partition {
        0 => Outcome {
            error: ErrorCode::NOT_LEADER_OR_FOLLOWER,
            ..idle(5)
        },
        _ => idle(5),
    };
    assert_eq!(broker.serve(request(id, 1, &[]), failing).2, [0]);
    assert_eq!(broker.serve(request(id, 2, &[]), failing).2, [0]);
    assert_eq!(broker.serve(request(id, 3, &[]), |_| idle(5)).2, [0]);
    assert_eq!(broker.serve(request(id, 4, &[]), |_| idle(5)).2, [0_i32; 0]);
}

#[test]
fn a_partition_that_was_served_waits_for_the_others() {
    let mut broker = Broker::new(10);
    let id = broker.open(&[(0, 5), (1, 5), (2, 5)]);
    let only = |wanted: i32| {
        move |partition| Outcome {
            record_bytes: usize::from(partition == wanted),
            ..idle(5)
        }
    };
    let mut serve = |epoch, wanted| broker.serve(request(id, epoch, &[(0, 9)]), only(wanted)).1;
    assert_eq!(serve(1, 0), [0, 1, 2]);
    assert_eq!(serve(2, 1), [1, 2, 0], "new wishes keep their turn");
    assert_eq!(serve(3, 0), [2, 0, 1]);
    assert_eq!(serve(4, 7), [2, 1, 0]);
}

#[test]
fn partitions_come_change_and_go() {
    let mut broker = Broker::new(10);
    let id = broker.open(&[(0, 5), (1, 5)]);
    let mut change = request(id, 1, &[(1, 8), (2, 3), (2, 4)]);
    change.forgotten = vec![key(0), key(9)];
    let context = broker.begin(change).unwrap();
    assert_eq!(
        context.partitions(),
        [(key(1), wanted(8)), (key(2), wanted(4))]
    );
    assert_eq!(broker.finish(context, |_| idle(5)).included, [false, true]);
    let mut last = request(id, 2, &[]);
    last.forgotten = vec![key(1), key(2)];
    let (session, served, _) = broker.serve(last, |_| idle(5));
    assert_eq!((session, served), (NO_SESSION, vec![]), "an empty one ends");
    let gone = broker.begin(request(id, 3, &[]));
    assert_eq!(gone, Err(ErrorCode::FETCH_SESSION_ID_NOT_FOUND));
}

#[test]
fn requests_out_of_turn_are_refused() {
    let mut broker = Broker::new(10);
    let id = broker.open(&[(0, 5)]);
    let wrong = Err(ErrorCode::INVALID_FETCH_SESSION_EPOCH);
    assert_eq!(broker.begin(request(id, 2, &[])), wrong);
    broker.serve(request(id, 1, &[]), |_| idle(5));
    assert_eq!(broker.begin(request(id, 1, &[])), wrong, "a retry");
    let by_id = SessionRequest {
        uses_topic_ids: true,
        ..request(id, 2, &[])
    };
    let mixed = broker.begin(by_id);
    assert_eq!(mixed, Err(ErrorCode::FETCH_SESSION_TOPIC_ID_ERROR));
    let unknown = broker.begin(request(id ^ 1, 2, &[]));
    assert_eq!(unknown, Err(ErrorCode::FETCH_SESSION_ID_NOT_FOUND));
    let first = broker.begin(request(id, 2, &[])).unwrap();
    let second = broker.begin(request(id, 3, &[])).unwrap();
    let overtaken = broker.finish(first, |_| idle(9));
    assert_eq!(overtaken.error, ErrorCode::INVALID_FETCH_SESSION_EPOCH);
    assert_eq!(
        (overtaken.session_id, overtaken.included),
        (id, vec![false])
    );
    assert_eq!(broker.finish(second, |_| idle(9)).included, [true]);
}

#[test]
fn a_full_request_closes_the_session_that_it_names() {
    let mut broker = Broker::new(10);
    let id = broker.open(&[(0, 5)]);
    let (next, _, _) = broker.serve(request(id, INITIAL_EPOCH, &[(0, 5)]), |_| idle(5));
    assert!(next != id && next != NO_SESSION);
    assert_eq!(broker.sessions.len(), 1);
    let (none, served, included) = broker.serve(
        request(next, FINAL_EPOCH, &[(1, 5), (0, 5), (1, 6)]),
        |_| idle(5),
    );
    assert_eq!(
        (none, served, included),
        (NO_SESSION, vec![1, 0], vec![1, 0])
    );
    assert!(broker.sessions.is_empty());
}

#[test]
fn sessions_that_a_fault_ends_are_not_found() {
    let mut broker = Broker::new(10);
    let (a, b) = (broker.open(&[(0, 5)]), broker.open(&[(0, 5)]));
    assert!(broker.sessions.expire(a));
    assert!(!broker.sessions.expire(a));
    assert_eq!(broker.sessions.ids().collect::<Vec<_>>(), [b]);
    let under_way = broker.begin(request(b, 1, &[])).unwrap();
    broker.sessions.clear();
    assert_eq!(broker.finish(under_way, |_| idle(5)).included, [true]);
    let gone = Err(ErrorCode::FETCH_SESSION_ID_NOT_FOUND);
    assert_eq!(broker.begin(request(b, 2, &[])), gone);
}

#[test]
fn a_slot_is_had_from_the_stale_then_from_the_small_and_old() {
    let mut broker = Broker::new(2);
    let small = broker.open(&[(0, 5)]);
    let large = broker.open(&[(0, 5), (1, 5), (2, 5)]);
    assert_eq!(broker.open(&[(0, 5), (1, 5)]), NO_SESSION, "both are young");
    broker.second = 121;
    broker.begin(request(small, 1, &[])).unwrap();
    broker.begin(request(large, 1, &[])).unwrap();
    assert_eq!(
        broker.open(&[(0, 5)]),
        NO_SESSION,
        "not for one of the same worth"
    );
    let medium = broker.open(&[(0, 5), (1, 5)]);
    assert_ne!(medium, NO_SESSION);
    assert_eq!(broker.sessions.ids().filter(|id| *id == small).count(), 0);
    let follower = SessionRequest {
        from_follower: true,
        ..request(0, 0, &[(0, 5)])
    };
    let (follower, _, _) = broker.serve(follower, |_| idle(5));
    assert_ne!(follower, NO_SESSION, "a consumer's, young or old");
    assert_eq!(broker.sessions.ids().filter(|id| *id == medium).count(), 0);
    broker.second = 300;
    broker.begin(request(follower, 1, &[])).unwrap();
    assert_ne!(broker.open(&[(0, 5)]), NO_SESSION);
    assert_eq!(
        broker.sessions.ids().filter(|id| *id == large).count(),
        0,
        "stale"
    );
    assert_eq!(broker.sessions.len(), 2);
}

#[test]
fn without_slots_there_are_no_sessions() {
    let mut broker = Broker::new(0);
    assert_eq!(broker.open(&[(0, 5)]), NO_SESSION);
}

#[test]
fn epochs_wrap_around_to_1() {
    assert_eq!(next_epoch(INITIAL_EPOCH), 1);
    assert_eq!(next_epoch(i32::MAX), 1);
    assert_eq!(next_epoch(FINAL_EPOCH), FINAL_EPOCH);
}

/// What a consumer asks next, and what the broker then finds.
#[derive(Clone, Debug)]
struct Round {
    wants: Vec<(i32, i64)>,
    forgets: Vec<i32>,
    outcomes: Vec<Outcome>,
}

const PARTITIONS: i32 = 5;

fn rounds() -> impl Strategy<Value = Vec<Round>> {
    let outcome = (prop::bool::weighted(0.9), 0..2_usize, 0..3_i64, 0..2_i64).prop_map(
        |(ok, record_bytes, high_watermark, log_start_offset)| match ok {
            true => Outcome {
                record_bytes,
                log_start_offset,
                ..idle(high_watermark)
            },
            false => Outcome {
                error: ErrorCode::KAFKA_STORAGE_ERROR,
                log_start_offset: -1,
                ..idle(-1)
            },
        },
    );
    let round = (
        prop::collection::vec((0..PARTITIONS, 0..100_i64), 0..4),
        prop::collection::vec(0..PARTITIONS, 0..2),
        prop::collection::vec(outcome, PARTITIONS as usize),
    );
    let round = round.prop_map(|(wants, forgets, outcomes)| Round {
        wants,
        forgets,
        outcomes,
    });
    prop::collection::vec(round, 1..20)
}

proptest! {
    #[test]
    fn a_consumer_knows_all_that_a_broker_found(rounds in rounds()) {
        let mut broker = Broker::new(3);
        let mut wanted_now: BTreeMap<i32, i64> = BTreeMap::new();
        let mut told: BTreeMap<i32, (i64, i64)> = BTreeMap::new();
        let mut waiting: BTreeMap<i32, usize> = BTreeMap::new();
        let (mut id, mut epoch) = (NO_SESSION, INITIAL_EPOCH);
        for round in &rounds {
            let mut request = request(id, epoch, &round.wants);
            wanted_now.extend(round.wants.iter().copied());
            if epoch != INITIAL_EPOCH {
                request.forgotten = round.forgets.iter().map(|it| key(*it)).collect();
                for gone in &round.forgets {
                    wanted_now.remove(gone);
                    told.remove(gone);
                    waiting.remove(gone);
                }
            }
            let context = broker.begin(request).unwrap();
            if wanted_now.is_empty() && epoch != INITIAL_EPOCH {
                prop_assert!(broker.sessions.is_empty());
                (id, epoch) = (NO_SESSION, INITIAL_EPOCH);
                continue;
            }
            let served: BTreeMap<_, _> = context.partitions().iter()
                .map(|(key, wanted)| (key.partition, wanted.fetch_offset)).collect();
            prop_assert_eq!(&served, &wanted_now);
            let order: Vec<_> = context.partitions().iter().map(|it| it.0.partition).collect();
            let outcome = |partition: i32| round.outcomes[partition as usize];
            let finished = broker.finish(context, outcome);
            for (partition, included) in order.iter().zip(&finished.included) {
                let outcome = outcome(*partition);
                if *included {
                    told.insert(*partition, (outcome.high_watermark, outcome.log_start_offset));
                } else {
                    prop_assert_eq!(outcome.record_bytes, 0);
                    prop_assert!(outcome.error.is_ok());
                }
                prop_assert_eq!(told[partition], (outcome.high_watermark, outcome.log_start_offset));
            }
            // Whoever waits longer is served earlier.
            let waits: Vec<_> = order.iter().filter_map(|it| waiting.get(it)).collect();
            prop_assert!(waits.is_sorted_by(|a, b| a >= b), "{:?} {:?}", order, waiting);
            for partition in &order {
                let served = epoch != INITIAL_EPOCH && outcome(*partition).record_bytes > 0;
                let waited = waiting.entry(*partition).or_default();
                *waited = if served { 0 } else { *waited + 1 };
            }
            (id, epoch) = (finished.session_id, next_epoch(epoch));
        }
    }
}
