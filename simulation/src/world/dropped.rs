//! Futures that are dropped at one of their awaits: public ones of client, group and store, as this world calls them.
//!
//! A call is polled so many times, and dropped if it is not done by then. Who called it goes on as the call's documentation says: what is cancel safe is
//! called again, and nothing may be missing; what is not, has an unknown outcome.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use futures_util::TryFutureExt;
use futures_util::future::BoxFuture;
use ottla_client::protocol::types::TopicPartition;
use ottla_client::{Client, ClientError};
use tokio::time::sleep;

use super::calls::API;
use super::recorder::{Recorder, topic};
use super::trouble::Troubles;
use super::{GROUP, Shared};
use crate::history::{CallKind, Outcome, Who};
use crate::plan::Fault;

/// Whatever is called now and then is called in this time.
const LEAST: Duration = Duration::from_secs(5);
/// Polls a future so many times at most. None: it was dropped.
pub(super) async fn polled<F: Future>(times: u32, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = times;
    poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        let polled = future.as_mut().poll(cx).map(Some);
        match polled {
            // Nobody wakes it for the poll that does not come.
            Poll::Pending if left == 0 => Poll::Ready(None),
            polled => polled,
        }
    })
    .await
}

impl Troubles {
    /// A call that may be dropped; none: it was.
    pub(super) async fn may_drop<F: Future>(&self, who: Who, future: F) -> Option<F::Output> {
        match self.drops(who) {
            None => Some(future.await),
            Some(times) => polled(times, future).await,
        }
    }
}

impl Recorder {
    /// A future without a limit of its own was dropped.
    pub(super) fn dropped(&self, who: Who, what: &'static str) {
        let call = self.call(who, CallKind::Any(what), Duration::ZERO);
        self.call_ended(who, call, Outcome::Unknown);
    }
}

impl Shared {
    /// Futures of a member are dropped for a while; how many were.
    pub(super) async fn drop_futures(&self, fault: &Fault) -> u32 {
        self.troubles.start(*fault);
        self.members[usize::from(fault.target.member)]
            .process
            .is_to_ask();
        sleep(fault.lasts.max(LEAST)).await;
        self.troubles.end(fault.id)
    }

    /// A call with a limit, which may be dropped; none: it was.
    async fn call<T, E>(
        &self,
        who: Who,
        named: (&'static str, Duration),
        future: impl Future<Output = Result<T, E>>,
    ) -> Option<Result<T, E>> {
        let calling = self.recorder.calls(who, named);
        let ended = self.troubles.may_drop(who, future).await;
        calling.ends(ended.as_ref());
        ended
    }

    /// The same, called again if it was dropped.
    pub(super) async fn insist<T, E, F: Future<Output = Result<T, E>>>(
        &self,
        who: Who,
        named: (&'static str, Duration),
        again: impl Fn() -> F,
    ) -> Result<T, E> {
        if let Some(ended) = self.call(who, named, again()).await {
            return ended;
        }
        let calling = self.recorder.calls(who, named);
        let ended = again().await;
        calling.ends(Some(&ended));
        ended
    }

    /// While futures of a member are dropped, it asks for more than a member needs. Never returns.
    pub(super) async fn ask_around(&self, who: Who, client: Client) {
        let Who::Member(life) = who else {
            return std::future::pending().await;
        };
        let process = &self.members[usize::from(life.member)].process;
        let mut round = 0_u32;
        loop {
            process.is_asked().await;
            while self.troubles.are_dropped(who) {
                self.ask(who, &client, round).await;
                round += 1;
                sleep(Duration::from_millis(400)).await;
            }
        }
    }

    async fn ask(&self, who: Who, client: &Client, round: u32) {
        let (partition, group) = (
            TopicPartition::new(&*topic(0), 0),
            client.offsets().group(GROUP),
        );
        let only = [partition.clone()];
        let admin = client.admin();
        // Of what comes of it, only the time it took is looked at: an answer that is wrong is for the tests of each call to find.
        let asking: BoxFuture<'_, Result<(), ClientError>> = match round % 6 {
            0 => Box::pin(client.topics(None).map_ok(drop)),
            1 => Box::pin(client.leader(&partition).map_ok(drop)),
            2 => Box::pin(client.coordinator(GROUP).map_ok(drop)),
            3 => Box::pin(group.fetch(&only, false).map_ok(drop)),
            4 => Box::pin(group.fetch_all(false).map_ok(drop)),
            _ => Box::pin(admin.list_groups().map_ok(drop)),
        };
        let named = ASKED[round as usize % ASKED.len()];
        self.call(who, named, asking).await;
    }
}

const ASKED: [(&str, Duration); 6] = [
    ("topics", API),
    ("leader", API),
    ("coordinator", API),
    ("fetch offsets", API),
    ("fetch all offsets", API),
    // Metadata first, then all brokers.
    ("list groups", API.saturating_mul(2)),
];
