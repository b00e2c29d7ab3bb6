//! One fetch loop a broker: asks the leader for all of its partitions that have room, and deals the answer out.
//!
//! The next request leaves as soon as the last answer is dealt out, while the callers still walk their batches. What a
//! loop can't serve (the leader moved, the broker went away, the position is out of range) leaves it and is
//! [resettled](super::resettle) elsewhere; the others go on.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::fetch::{
    FetchPartition, FetchRequest, FetchResponse, FetchTopic, PartitionData,
};
use ottla_protocol::records::{RecordBatch, RecordError};
use ottla_protocol::types::TopicId;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::OutOfRange;
use super::aborted::Aborted;
use super::batch::Bounds;
use super::error::ConsumeError;
use super::feed::{Ask, Feed, Fetched};
use super::fetch_plan::{FetchPlan, Plan, Want, rotate};
use super::position::Position;
use super::resettle::{self, Reason};
use super::triage::Triage;
use crate::brokers::Lane;
use crate::client::Client;
use crate::cluster::Leader;
use crate::config::IsolationLevel;
use crate::error::ClientError;

/// A piece that takes less than this share of its response is copied out of it, so that one quiet partition's
/// unread records never keep a large response of others in memory.
const SMALL_SHARE: usize = 8;

/// How a consumer fetches.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FetchSettings {
    pub(crate) max_wait: Duration,
    pub(crate) min_bytes: i32,
    pub(crate) max_bytes: i32,
    pub(crate) max_partition_bytes: i32,
    pub(crate) isolation: IsolationLevel,
    pub(crate) out_of_range: OutOfRange,
}

/// A consumer's fetch loops.
#[derive(Debug)]
pub(crate) struct Fetchers {
    pub(crate) client: Client,
    pub(crate) settings: FetchSettings,
    pub(crate) stop: CancellationToken,
    inboxes: Mutex<HashMap<i32, Arc<Inbox>>>,
}

/// A fetch loop's door.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    arrivals: Mutex<Vec<Seat>>,
    stirred: AtomicBool,
    notify: Notify,
}

/// A partition at home with a loop.
#[derive(Clone, Debug)]
pub(crate) struct Seat {
    pub(crate) feed: Arc<Feed>,
    pub(crate) leader_epoch: i32,
}

impl Fetchers {
    pub(crate) fn new(client: Client, settings: FetchSettings, stop: CancellationToken) -> Self {
        Self {
            client,
            settings,
            stop,
            inboxes: Mutex::default(),
        }
    }

    /// Gives a partition to its leader's loop, which starts if there is none yet.
    pub(crate) fn settle(self: &Arc<Self>, feed: Arc<Feed>, leader: &Leader) {
        let inbox = self.inbox(leader.broker);
        feed.move_in(&inbox);
        let seat = Seat {
            feed,
            leader_epoch: leader.epoch.unwrap_or(-1),
        };
        let arrivals = &inbox.arrivals;
        arrivals
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(seat);
        inbox.wake(true);
    }

    fn inbox(self: &Arc<Self>, broker: i32) -> Arc<Inbox> {
        let mut inboxes = self.inboxes.lock().unwrap_or_else(PoisonError::into_inner);
        let inbox = inboxes.entry(broker).or_insert_with(|| {
            let inbox = Arc::<Inbox>::default();
            tokio::spawn(run(Arc::clone(self), broker, Arc::clone(&inbox)));
            inbox
        });
        Arc::clone(inbox)
    }
}

impl Inbox {
    /// `stirred`: the set of partitions or a position changed.
    pub(crate) fn wake(&self, stirred: bool) {
        if stirred {
            self.stirred.store(true, Ordering::Release);
        }
        self.notify.notify_one();
    }

    fn arrivals(&self) -> Vec<Seat> {
        std::mem::take(&mut *self.arrivals.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn run(fetchers: Arc<Fetchers>, broker: i32, inbox: Arc<Inbox>) {
    let stop = fetchers.stop.clone();
    let mut fetcher = Fetcher {
        plan: FetchPlan::new(fetchers.settings.max_wait),
        fetchers,
        broker,
        seats: Vec::new(),
    };
    // Dropping a call half way is safe: its answer is thrown away when it comes.
    tokio::select! {
        () = stop.cancelled() => {}
        () = fetcher.run(&inbox) => {}
    }
}

struct Fetcher {
    fetchers: Arc<Fetchers>,
    broker: i32,
    plan: FetchPlan,
    seats: Vec<Seat>,
}

/// One partition of a request under way.
struct Asked {
    seat: Seat,
    ask: Ask,
}

/// What became of it.
#[derive(Clone, Copy)]
enum Outcome {
    /// No news.
    Nothing,
    /// Records came.
    Served,
    /// Another loop, or this one later, has to take it.
    Leaves(Reason),
}

impl Fetcher {
    async fn run(&mut self, inbox: &Inbox) {
        loop {
            self.seats.append(&mut inbox.arrivals());
            if inbox.stirred.swap(false, Ordering::AcqRel) {
                self.plan.changed();
            }
            self.seats.retain(|seat| !seat.feed.is_over());
            let wants = self.seats.iter().map(|seat| seat.feed.want());
            match self.plan.next(wants, Instant::now()) {
                Plan::Fetch { max_wait } => self.fetch(max_wait).await,
                Plan::Rest { until: None } => inbox.notify.notified().await,
                Plan::Rest { until: Some(until) } => {
                    // Either the time has come or something changed: plan again.
                    let _ = tokio::time::timeout_at(until.into(), inbox.notify.notified()).await;
                }
            }
        }
    }

    async fn fetch(&mut self, max_wait: Duration) {
        let wanting = |seat: &&Seat| matches!(seat.feed.want(), Want::More | Want::News);
        let asked: Vec<Asked> = self.seats.iter().filter(wanting).map(Asked::new).collect();
        let request = request(&asked, &self.fetchers.settings, max_wait);
        let reply = self
            .fetchers
            .client
            .call(self.broker, Lane::Fetch, &request)
            .await;
        let read = reply.as_ref().map_err(ClientError::clone);
        let outcomes = match read.and_then(|reply| Ok((reply.parse()?, reply.body()))) {
            Ok((response, body)) => self.deal(&asked, &response, body),
            Err(error) => {
                let error = Arc::new(error);
                asked
                    .iter()
                    .map(|asked| asked.unreachable(&error))
                    .collect()
            }
        };
        self.part_with(&asked, &outcomes);
    }

    /// Hands each partition its part.
    fn deal(
        &mut self,
        asked: &[Asked],
        response: &FetchResponse<'_>,
        body: &Bytes,
    ) -> Vec<Outcome> {
        let throttle =
            Duration::from_millis(response.throttle_time_ms.max(0).unsigned_abs().into());
        let whole = ErrorCode::from(response.error_code);
        if !whole.is_ok() {
            self.plan.answered(false, throttle, Instant::now());
            return asked
                .iter()
                .map(|asked| asked.refused(self.broker, whole))
                .collect();
        }
        let mut outcomes = vec![Outcome::Nothing; asked.len()];
        let mut due = 0;
        for topic in &response.responses {
            for data in &topic.partitions {
                let is_it =
                    |asked: &Asked| asked.is(topic.topic, topic.topic_id, data.partition_index);
                // Answers come in the order of the request: the next one is nearly always the one meant.
                let found = asked.iter().skip(due).position(is_it).map(|at| at + due);
                let Some(at) = found.or_else(|| asked.iter().position(is_it)) else {
                    continue;
                };
                due = at + 1;
                outcomes[at] = self.deal_one(&asked[at], data, body);
            }
        }
        let records = outcomes
            .iter()
            .any(|outcome| matches!(outcome, Outcome::Served));
        self.plan.answered(records, throttle, Instant::now());
        outcomes
    }

    fn deal_one(&self, asked: &Asked, data: &PartitionData<'_>, body: &Bytes) -> Outcome {
        let code = ErrorCode::from(data.error_code);
        let feed = &asked.seat.feed;
        match Triage::of(code) {
            Triage::Served => self.serve(asked, data, body),
            Triage::Relocate => {
                self.learn_leader(asked, data);
                asked.refused(self.broker, code)
            }
            Triage::Damaged if feed.failures() < resettle::DAMAGED_TRIES => {
                asked.refused(self.broker, code)
            }
            Triage::Confirm => {
                asked.refused(self.broker, code);
                Outcome::Leaves(Reason::MayBeGone)
            }
            Triage::OutOfRange => Outcome::Leaves(Reason::OutOfRange(asked.ask)),
            Triage::Damaged | Triage::Denied => {
                let (partition, broker) = (feed.partition.clone(), self.broker);
                feed.fail(ConsumeError::Denied {
                    partition,
                    broker,
                    code,
                });
                Outcome::Nothing
            }
        }
    }

    /// Since version 12 a broker says who leads instead, if it knows (KIP-951).
    fn learn_leader(&self, asked: &Asked, data: &PartitionData<'_>) {
        let leader = &data.current_leader;
        if leader.leader_id >= 0 {
            let client = &self.fetchers.client;
            client.leader_hint(
                &asked.seat.feed.partition,
                leader.leader_id,
                leader.leader_epoch,
            );
        }
    }

    fn serve(&self, asked: &Asked, data: &PartitionData<'_>, body: &Bytes) -> Outcome {
        let records = data.records.unwrap_or_default();
        let walked = match walk(records, asked.ask.offset) {
            Ok(walked) => walked,
            Err(source) => return asked.damaged(source),
        };
        let whole = records.get(..walked.bytes).unwrap_or_default();
        let end = match self.fetchers.settings.isolation {
            IsolationLevel::ReadCommitted => data.last_stable_offset,
            IsolationLevel::ReadUncommitted => data.high_watermark,
        };
        let fetched = Fetched {
            records: keep(body, whole),
            aborted: aborted(data),
            bounds: Bounds {
                log_start: data.log_start_offset,
                high_watermark: data.high_watermark,
                last_stable_offset: data.last_stable_offset,
            },
        };
        let behind = !whole.is_empty() && walked.next < end;
        asked
            .seat
            .feed
            .deliver(asked.ask, fetched, walked.next, behind);
        if whole.is_empty() {
            Outcome::Nothing
        } else {
            Outcome::Served
        }
    }

    /// Lets those go that this broker can't serve, and puts those who were served behind the others.
    fn part_with(&mut self, asked: &[Asked], outcomes: &[Outcome]) {
        let both = || asked.iter().zip(outcomes.iter().copied());
        let leaving: Vec<_> = both()
            .filter_map(|(asked, outcome)| asked.leaves(outcome))
            .collect();
        let has = |seat: &Seat, is: fn(Outcome) -> bool| {
            both().any(|(asked, outcome)| is(outcome) && Arc::ptr_eq(&asked.seat.feed, &seat.feed))
        };
        if !leaving.is_empty() {
            self.seats
                .retain(|seat| !has(seat, |outcome| matches!(outcome, Outcome::Leaves(_))));
            resettle::start(&self.fetchers, leaving);
        }
        if self.seats.len() > 1 {
            rotate(&mut self.seats, |seat| {
                has(seat, |outcome| matches!(outcome, Outcome::Served))
            });
        }
    }
}

impl Asked {
    fn new(seat: &Seat) -> Self {
        Self {
            ask: seat.feed.ask(),
            seat: seat.clone(),
        }
    }

    fn is(&self, topic: &str, topic_id: TopicId, partition: i32) -> bool {
        let feed = &self.seat.feed;
        // From version 13 on a topic has its id alone.
        let same_topic = if topic.is_empty() {
            feed.topic_id == topic_id
        } else {
            *feed.partition.topic == *topic
        };
        same_topic && feed.partition.partition == partition
    }

    fn leaves(&self, outcome: Outcome) -> Option<(Seat, Reason)> {
        match outcome {
            Outcome::Leaves(reason) => Some((self.seat.clone(), reason)),
            _ => None,
        }
    }

    fn refused(&self, broker: i32, code: ErrorCode) -> Outcome {
        let partition = self.seat.feed.partition.clone();
        self.stumble(ConsumeError::Refused {
            partition,
            broker,
            code,
        })
    }

    fn damaged(&self, source: RecordError) -> Outcome {
        let offset = self.ask.offset;
        let partition = self.seat.feed.partition.clone();
        if self.seat.feed.failures() >= resettle::DAMAGED_TRIES {
            self.seat.feed.fail(ConsumeError::Corrupt {
                partition,
                offset,
                source,
            });
            return Outcome::Nothing;
        }
        self.stumble(ConsumeError::Damaged {
            partition,
            offset,
            source,
        })
    }

    fn unreachable(&self, source: &Arc<ClientError>) -> Outcome {
        let (partition, source) = (self.seat.feed.partition.clone(), Arc::clone(source));
        self.stumble(ConsumeError::Unreachable { partition, source })
    }

    fn stumble(&self, error: ConsumeError) -> Outcome {
        self.seat.feed.stumble(error, Instant::now());
        Outcome::Leaves(Reason::Stumbled)
    }
}

fn request<'a>(
    asked: &'a [Asked],
    settings: &FetchSettings,
    max_wait: Duration,
) -> FetchRequest<'a> {
    let mut topics: Vec<FetchTopic<'a>> = Vec::new();
    for asked in asked {
        let feed = &*asked.seat.feed;
        let partition = FetchPartition {
            partition: feed.partition.partition,
            current_leader_epoch: asked.seat.leader_epoch,
            fetch_offset: asked.ask.offset,
            partition_max_bytes: settings.max_partition_bytes,
            ..FetchPartition::default()
        };
        let topic = &*feed.partition.topic;
        match topics.last_mut().filter(|last| last.topic == topic) {
            Some(last) => last.partitions.push(partition),
            None => topics.push(FetchTopic {
                topic,
                topic_id: feed.topic_id,
                partitions: vec![partition],
            }),
        }
    }
    FetchRequest {
        max_wait_ms: i32::try_from(max_wait.as_millis()).unwrap_or(i32::MAX),
        min_bytes: settings.min_bytes,
        max_bytes: settings.max_bytes,
        isolation_level: settings.isolation.code(),
        topics,
        ..FetchRequest::default()
    }
}

fn aborted(data: &PartitionData<'_>) -> Vec<Aborted> {
    let listed = data.aborted_transactions.iter().flatten();
    listed
        .map(|aborted| Aborted {
            producer_id: aborted.producer_id,
            first_offset: aborted.first_offset,
        })
        .collect()
}

/// Keeps a piece of a response: a view of it, or a copy where it is a small share of the whole.
fn keep(body: &Bytes, piece: &[u8]) -> Bytes {
    if piece.is_empty() {
        Bytes::new()
    } else if piece.len() < body.len() / SMALL_SHARE {
        Bytes::copy_from_slice(piece)
    } else {
        body.slice_ref(piece)
    }
}

/// How far whole batches reach.
struct Walked {
    bytes: usize,
    next: i64,
}

/// Reads the headers only. A bad batch behind good ones is left for the next fetch, which will begin with it.
fn walk(records: &[u8], offset: i64) -> Result<Walked, RecordError> {
    let mut position = Position::at(offset);
    let mut rest = records;
    loop {
        match RecordBatch::split_first(rest) {
            Ok(Some((batch, after))) => {
                position.pass(batch.last_offset());
                rest = after;
            }
            Err(error) if rest.len() == records.len() => return Err(error),
            Ok(None) if rest.len() == records.len() && !rest.is_empty() => {
                // The first batch comes whole since Fetch v3 (KIP-74): this one never will.
                let length = i32::try_from(rest.len()).unwrap_or(i32::MAX);
                return Err(RecordError::Length {
                    base_offset: offset,
                    length,
                });
            }
            Ok(None) | Err(_) => break,
        }
    }
    Ok(Walked {
        bytes: records.len() - rest.len(),
        next: position.next(),
    })
}
