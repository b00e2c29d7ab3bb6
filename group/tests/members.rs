//! Membership at a real coordinator: static members, settings that it refuses, partitions given back in time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "support/kafka.rs"]
#[allow(dead_code, reason = "each test program uses a part of it")]
mod kafka;

use std::sync::Arc;
use std::time::{Duration, Instant};

use kafka::Place;
use ottla_group::assignor::{Assignor, RangeAssignor, RoundRobinAssignor};
use ottla_group::membership::MembershipError;
use ottla_group::{BoxError, Ended, Group, GroupError, Handler, PartitionClaim, Session};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Tells each session: generation and number of partitions. Its claims only wait.
struct Sessions(mpsc::UnboundedSender<(i32, usize)>);

impl Handler for Sessions {
    type Error = BoxError;

    async fn setup(&self, session: &Session) -> Result<(), BoxError> {
        let partitions = session.partitions().len();
        Ok(self.0.send((session.generation(), partitions))?)
    }

    async fn consume_claim(&self, _: &Session, claim: &mut PartitionClaim) -> Result<(), BoxError> {
        while claim.next().await.is_some() {}
        Ok(())
    }
}

struct Running {
    stop: CancellationToken,
    task: JoinHandle<Result<Ended, GroupError>>,
    sessions: mpsc::UnboundedReceiver<(i32, usize)>,
}

fn start(group: Group) -> Running {
    let (told, sessions) = mpsc::unbounded_channel();
    let stop = CancellationToken::new();
    let task = tokio::spawn(group.run(Sessions(told), stop.clone()));
    Running {
        stop,
        task,
        sessions,
    }
}

impl Running {
    async fn session(&mut self) -> (i32, usize) {
        let next = tokio::time::timeout(Duration::from_secs(30), self.sessions.recv());
        next.await.expect("a session in time").expect("a session")
    }

    async fn finish(self) {
        self.stop.cancel();
        assert_eq!(self.task.await.unwrap().unwrap(), Ended::Stopped);
    }

    async fn fail(self) -> MembershipError {
        match self.task.await.unwrap().unwrap_err() {
            GroupError::Membership { source, .. } => source,
            error => panic!("{error:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_in_order_is_not_waited_for() {
    let Some(place) = Place::new("leave", 2).await else {
        return;
    };
    let mut first = start(place.member().await.build().unwrap());
    assert_eq!(first.session().await.1, 2);
    let mut second = start(place.member().await.build().unwrap());
    assert_eq!(second.session().await.1, 1);
    assert_eq!(first.session().await.1, 1);
    let left = Instant::now();
    first.finish().await;
    assert_eq!(second.session().await.1, 2);
    assert!(
        left.elapsed() < Duration::from_secs(5),
        "the session time-out is 6 s"
    );
    second.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_static_member_comes_back_without_a_rebalance() {
    let Some(place) = Place::new("static", 4).await else {
        return;
    };
    let named = async |name: &str| start(place.member().await.instance_id(name).build().unwrap());
    let mut other = named("other").await;
    assert_eq!(other.session().await.1, 4);
    let mut back = named("back").await;
    let (generation, partitions) = back.session().await;
    assert_eq!((other.session().await, partitions), ((generation, 2), 2));
    back.finish().await;
    let mut back = named("back").await;
    assert_eq!(back.session().await, (generation, 2));
    assert!(other.sessions.is_empty(), "the other one was not disturbed");
    back.finish().await;
    other.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_of_one_instance_id_are_one_too_many() {
    let Some(place) = Place::new("fenced", 1).await else {
        return;
    };
    let named = async || start(place.member().await.instance_id("one").build().unwrap());
    let mut first = named().await;
    first.session().await;
    let mut second = named().await;
    second.session().await;
    let error = first.fail().await;
    assert!(
        matches!(error, MembershipError::InstanceFenced { .. }),
        "{error:?}"
    );
    second.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_coordinator_refuses_is_said_at_once() {
    let Some(place) = Place::new("refuse", 1).await else {
        return;
    };
    let impossible = place
        .member()
        .await
        .heartbeat_interval(Duration::from_millis(1))
        .session_timeout(Duration::from_millis(10));
    let error = start(impossible.build().unwrap()).fail().await;
    assert!(
        matches!(error, MembershipError::InvalidSessionTimeout { .. }),
        "{error:?}"
    );

    let only = async |assignor: Arc<dyn Assignor>| {
        let member = place.member().await.assignors([assignor]);
        start(member.build().unwrap())
    };
    let mut first = only(Arc::new(RangeAssignor)).await;
    first.session().await;
    let second = only(Arc::new(RoundRobinAssignor)).await;
    let error = second.fail().await;
    assert!(
        matches!(error, MembershipError::InconsistentProtocol { .. }),
        "{error:?}"
    );
    first.finish().await;
}
