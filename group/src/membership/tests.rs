//! Transcripts: one event after the other, the list of actions compared. Time is a field that jumps.

mod properties;
mod transcripts;

use std::sync::Arc;
use std::time::{Duration, Instant};

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::types::TopicPartition;

use crate::assignor::{PartitionCounts, RangeAssignor, Subscriber};
use crate::patience::GiveUp;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn config() -> MembershipConfig {
    MembershipConfig {
        group_id: "g".into(),
        topics: vec!["t".into()],
        assignors: vec![Arc::new(RangeAssignor)],
        instance_id: None,
        session_timeout: 45 * SECOND,
        rebalance_timeout: 60 * SECOND,
        revoke_within: 30 * SECOND,
        stop_within: 8 * SECOND,
        leave_within: 3 * SECOND,
        heartbeat_interval: 3 * SECOND,
        metadata_max_age: 300 * SECOND,
        retry_backoff: Duration::from_millis(100),
        retry_backoff_max: SECOND,
        give_up: GiveUp {
            after: 300 * SECOND,
            before_first_success: 30 * SECOND,
        },
    }
}

/// A member with a clock of its own.
struct Member {
    machine: Classic,
    now: Instant,
    /// Requests without an answer, oldest first.
    open: Vec<(RequestId, Request)>,
}

impl Member {
    #[allow(clippy::disallowed_methods)]
    fn with(config: MembershipConfig) -> Self {
        Self {
            machine: Classic::new(config, 1),
            now: Instant::now(),
            open: Vec::new(),
        }
    }

    /// Makes the member speak to `leader` or be one, in generation 1, with t-0 and t-1.
    fn stable(config: MembershipConfig, leads: bool) -> Self {
        let mut member = Self::with(config);
        member.machine.join(member.now);
        member.written();
        member.answer(Response::Coordinator(7));
        member.refuse(RequestError::MemberIdRequired("me".into()));
        member.answer(joined(1, if leads { "me" } else { "other" }));
        if leads {
            member.counts(&[("t", 2)]);
        }
        member.answer(synced());
        assert_eq!(member.machine.state(), State::Stable);
        member
    }

    /// All actions, one line each.
    fn written(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(action) = self.machine.poll_action() {
            lines.push(action.to_string());
            if let Action::Send { id, request, .. } = action {
                self.open.push((id, request));
            }
        }
        lines
    }

    /// Answers the newest request.
    fn result(&mut self, result: Result<Response, RequestError>) -> Vec<String> {
        let (id, _) = self.open.pop().expect("a request is open");
        self.machine.handle_response(self.now, id, result);
        self.written()
    }

    fn answer(&mut self, response: Response) -> Vec<String> {
        self.result(Ok(response))
    }

    fn refuse(&mut self, error: RequestError) -> Vec<String> {
        self.result(Err(error))
    }

    fn code(&mut self, code: ErrorCode) -> Vec<String> {
        self.refuse(RequestError::Refused(code))
    }

    fn unreachable(&mut self) -> Vec<String> {
        self.refuse(RequestError::Failed {
            retriable: true,
            error: Arc::new(std::io::Error::from(std::io::ErrorKind::ConnectionRefused)),
        })
    }

    fn counts(&mut self, counts: &[(&str, i32)]) -> Vec<String> {
        let counts: PartitionCounts = counts.iter().map(|(t, n)| (Arc::from(*t), *n)).collect();
        self.machine.handle_partition_counts(self.now, Ok(counts));
        self.written()
    }

    fn released(&mut self) -> Vec<String> {
        self.machine.handle_released(self.now);
        self.written()
    }

    fn leave(&mut self) -> Vec<String> {
        self.machine.leave(self.now);
        self.written()
    }

    /// Jumps to the machine's next timeout.
    fn wait(&mut self) -> Vec<String> {
        let at = self.machine.poll_timeout().expect("a timeout");
        self.now = self.now.max(at);
        self.machine.handle_timeout(self.now);
        self.written()
    }

    /// Time passes while the process is frozen.
    fn freeze(&mut self, time: Duration) {
        self.now += time;
    }
}

fn joined(generation: i32, leader: &str) -> Response {
    let members = match leader {
        "me" => vec![subscriber("me"), subscriber("other")],
        _ => Vec::new(),
    };
    Response::Joined(Joined {
        generation,
        member_id: "me".into(),
        leader: leader.into(),
        assignor: "range".into(),
        members,
        skip_assignment: false,
    })
}

fn subscriber(id: &str) -> Subscriber {
    Subscriber {
        member_id: id.into(),
        instance_id: None,
        topics: ["t".into()].into(),
    }
}

fn synced() -> Response {
    Response::Synced(Synced {
        partitions: vec![TopicPartition::new("t", 0), TopicPartition::new("t", 1)],
        counts: None,
    })
}
