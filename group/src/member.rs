//! The thin shell around [`membership`](crate::membership): sends what the machine asks for, tells it what came, and
//! passes its decisions on. It runs in a task of its own, so that no handler and no long poll holds up a heartbeat.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use ottla_client::Client;
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::AbortOnDropHandle;

use crate::assignor::PartitionCounts;
use crate::membership::{
    Action, Assignment, Classic, MembershipConfig, MembershipError, Request, RequestError,
    RequestId, Response, SharedError, Ticket,
};

use crate::voice::{Party, Voice, Word};

mod assignment;
mod wire;

/// Events and orders in a queue. Between two assignments there are never more than three events, and whoever
/// orders waits for room.
const QUEUE: usize = 64;

/// Counts a member's assignments. Generations would not do: they start anew when a group is deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Number(u64);

/// What the group has to know.
#[derive(Debug)]
pub(crate) enum Event {
    Assigned(Assignment, Number),
    /// To be given up in order.
    Revoked {
        by: Instant,
    },
    Lost {
        why: &'static str,
    },
    Left,
    Failed(MembershipError),
}

enum Order {
    Confirm(Number, oneshot::Sender<()>),
    Released,
    Leave,
}

/// One member of the group, alive as long as this is.
#[derive(Debug)]
pub(crate) struct Member {
    events: mpsc::Receiver<Event>,
    put_back: Option<Event>,
    orders: mpsc::Sender<Order>,
    _task: AbortOnDropHandle<()>,
}

impl Member {
    pub(crate) fn join(client: Client, config: MembershipConfig, voice: Voice) -> Self {
        let (event, events) = mpsc::channel(QUEUE);
        let (orders, order) = mpsc::channel(QUEUE);
        let task = drive(client.clone(), config, voice, order, event);
        let task = tokio::spawn(client.gated(task));
        Self {
            events,
            put_back: None,
            orders,
            _task: AbortOnDropHandle::new(task),
        }
    }

    /// The next event; after `Left` or `Failed` there is none.
    ///
    /// # Cancel safety
    /// Cancel safe.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        match self.put_back.take() {
            Some(event) => Some(event),
            None => self.events.recv().await,
        }
    }

    /// The event will be the next again.
    pub(crate) fn put_back(&mut self, event: Option<Event>) {
        self.put_back = event;
    }

    /// The assignment that was revoked or lost is let go.
    pub(crate) async fn released(&self) {
        let _ = self.orders.send(Order::Released).await;
    }

    pub(crate) async fn leave(&self) {
        let _ = self.orders.send(Order::Leave).await;
    }

    pub(crate) fn confirmer(&self, assignment: Number) -> Confirmer {
        Confirmer {
            assignment,
            orders: self.orders.clone(),
        }
    }
}

/// Asks whether one assignment is still held.
#[derive(Clone, Debug)]
pub(crate) struct Confirmer {
    assignment: Number,
    orders: mpsc::Sender<Order>,
}

/// It is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotOurs;

impl Confirmer {
    /// Returns once a heartbeat that was sent after this call has come back without error for this very
    /// assignment.
    pub(crate) async fn confirm(&self) -> Result<(), NotOurs> {
        let (yes, answer) = oneshot::channel();
        self.orders
            .send(Order::Confirm(self.assignment, yes))
            .await
            .map_err(|_| NotOurs)?;
        // A refuted question is dropped unanswered.
        answer.await.map_err(|_| NotOurs)
    }
}

async fn drive(
    client: Client,
    config: MembershipConfig,
    voice: Voice,
    mut orders: mpsc::Receiver<Order>,
    events: mpsc::Sender<Event>,
) {
    let seed = client.random();
    let mut shell = Shell {
        wire: Arc::new(wire::Wire::new(client, &config)),
        machine: Classic::new(config, seed),
        assignment: Number::default(),
        questions: Vec::new(),
        requests: FuturesUnordered::new(),
        looks: FuturesUnordered::new(),
        events,
        voice,
        trouble: None,
    };
    shell.machine.join(now());
    while shell.act().await {
        let timeout = shell.machine.poll_timeout();
        // An answer that is here counts before a deadline that it may move. One request is under way and each order is waited for, so the deadline has its turn.
        tokio::select! {
            biased;
            Some((id, result)) = shell.requests.next() => shell.machine.handle_response(now(), id, result),
            Some(counts) = shell.looks.next() => shell.machine.handle_partition_counts(now(), counts),
            order = orders.recv() => match order {
                Some(order) => shell.obey(order),
                None => return,
            },
            () = until(timeout) => shell.machine.handle_timeout(now()),
        }
    }
}

type Answer = (RequestId, Result<Response, RequestError>);
type Pending<T> = FuturesUnordered<futures_util::future::BoxFuture<'static, T>>;

struct Shell {
    wire: Arc<wire::Wire>,
    machine: Classic,
    /// The latest.
    assignment: Number,
    /// Who waits for which answer. A handful: one a claim under way.
    questions: Vec<(Ticket, oneshot::Sender<()>)>,
    /// One under way, and at most one join that is no longer of interest.
    requests: Pending<Answer>,
    looks: Pending<Result<PartitionCounts, SharedError>>,
    events: mpsc::Sender<Event>,
    voice: Voice,
    trouble: Option<Word>,
}

impl Shell {
    /// Does all that the machine asks for. False once it is at its end, or nobody listens.
    async fn act(&mut self) -> bool {
        while let Some(action) = self.machine.poll_action() {
            tracing::debug!(state = %self.machine.state(), "{action}");
            if let Some(event) = self.perform(action)
                && self.events.send(event).await.is_err()
            {
                return false;
            }
        }
        !self.machine.state().is_final()
    }

    fn perform(&mut self, action: Action) -> Option<Event> {
        match action {
            Action::Send { id, to, request } => self.send(id, to, request),
            Action::Describe { topics } => {
                let wire = Arc::clone(&self.wire);
                self.looks.push(Box::pin(
                    async move { wire.partition_counts(&topics).await },
                ));
            }
            Action::Confirmed(tickets) => self.answer(&tickets, |yes| {
                let _ = yes.send(());
            }),
            Action::Refuted(tickets) => self.answer(&tickets, drop),
            Action::Trouble { request, error } => {
                let say = || self.wire.warn(request, &*error);
                self.trouble = Some(self.voice.start(Party::Cluster, say));
            }
            Action::Recovered { elapsed, attempts } => {
                if let Some(word) = self.trouble.take() {
                    word.end(|| self.wire.recovered(elapsed, attempts));
                }
            }
            Action::Assign(assignment) => {
                self.assignment.0 += 1;
                return Some(Event::Assigned(assignment, self.assignment));
            }
            Action::Revoke { within } => return Some(Event::Revoked { by: now() + within }),
            Action::Lose { why } => return Some(Event::Lost { why }),
            Action::Left => return Some(Event::Left),
            Action::Fail(error) => return Some(Event::Failed(error)),
        }
        None
    }

    fn send(&mut self, id: RequestId, to: Option<i32>, request: Request) {
        let wire = Arc::clone(&self.wire);
        self.requests.push(Box::pin(async move {
            let result = wire.ask(to, &request).await;
            (id, result)
        }));
    }

    fn obey(&mut self, order: Order) {
        match order {
            // A later assignment says nothing about this one's partitions.
            Order::Confirm(number, _) if number != self.assignment => {}
            Order::Confirm(_, yes) => {
                let ticket = self.machine.confirm(now());
                self.questions.push((ticket, yes));
            }
            Order::Released => self.machine.handle_released(now()),
            Order::Leave => self.machine.leave(now()),
        }
    }

    fn answer(&mut self, tickets: &[Ticket], mut say: impl FnMut(oneshot::Sender<()>)) {
        let answered = self
            .questions
            .extract_if(.., |(ticket, _)| tickets.contains(ticket));
        answered.for_each(|(_, yes)| say(yes));
    }
}

/// Tokio's clock, so that tests can turn it.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

async fn until(timeout: Option<Instant>) {
    match timeout {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending::<()>().await,
    }
}

/// What a join or sync may take: the coordinator holds its answer back until the others have come.
fn patient(rebalance_timeout: Duration) -> Duration {
    rebalance_timeout + Duration::from_secs(5)
}
