//! One fetch loop a broker: asks the leader for all of its partitions that have room, and deals the answer out.
//!
//! The next request leaves as soon as the last answer is dealt out, while the callers still walk their batches. What a
//! loop can't serve (the leader moved, the broker went away, the position is out of range) leaves it and is
//! [resettled](super::resettle) elsewhere; the others go on.

mod answer;
mod request;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::OutOfRange;
use super::feed::Feed;
use super::fetch_plan::{FetchPlan, Plan, Want, rotate};
use super::resettle;
use crate::brokers::Lane;
use crate::client::Client;
use crate::cluster::Leader;
use crate::config::IsolationLevel;
use crate::error::ClientError;
use crate::options::CallOptions;

use answer::Outcome;
use request::{Asked, request};

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
            let task = run(Arc::clone(self), broker, Arc::clone(&inbox));
            tokio::spawn(self.client.gated(task));
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
        biased;
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
                    let _ = tokio::time::timeout_at(until, inbox.notify.notified()).await;
                }
            }
        }
    }

    async fn fetch(&mut self, max_wait: Duration) {
        let seats = self.seats.iter().enumerate();
        let wanting = seats.filter(|(_, seat)| matches!(seat.feed.want(), Want::More | Want::News));
        let asked: Vec<_> = wanting
            .map(|(place, seat)| Asked::new(place, seat))
            .collect();
        let settings = &self.fetchers.settings;
        let reply = self
            .fetchers
            .client
            .call_with(self.broker, Lane::Fetch, CallOptions::new(), |version| {
                request(&asked, settings, max_wait, version)
            })
            .await;
        let read = reply.as_ref().map_err(ClientError::clone);
        let outcomes = match read.and_then(|reply| Ok((reply.parse()?, reply.body()))) {
            Ok((response, body)) => self.deal(&asked, &response, body),
            Err(error) => {
                let error = Arc::new(error);
                asked.iter().map(|asked| asked.unanswered(&error)).collect()
            }
        };
        self.part_with(&asked, &outcomes);
    }

    /// Lets those go that this broker can't serve, and puts those who were served behind the others.
    fn part_with(&mut self, asked: &[Asked], outcomes: &[Outcome]) {
        let mut fates = vec![Outcome::Nothing; self.seats.len()];
        for (asked, outcome) in asked.iter().zip(outcomes) {
            fates[asked.place] = *outcome;
        }
        let (mut staying, mut leaving) = (Vec::with_capacity(fates.len()), Vec::new());
        for (seat, fate) in self.seats.drain(..).zip(fates) {
            match fate {
                Outcome::Leaves(reason) => leaving.push((seat, reason)),
                Outcome::Served => staying.push((seat, true)),
                Outcome::Nothing => staying.push((seat, false)),
            }
        }
        rotate(&mut staying, |(_, served)| *served);
        self.seats.extend(staying.into_iter().map(|(seat, _)| seat));
        if !leaving.is_empty() {
            resettle::start(&self.fetchers, leaving);
        }
    }
}
