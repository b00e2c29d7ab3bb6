//! What goes in and out of the machine. The shell translates between these and Kafka's messages.

#![deny(clippy::disallowed_methods)]

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::types::TopicPartition;

use crate::assignor::{Assignments, PartitionCounts, Subscriber};

use super::MembershipError;

/// An error from below that several may look at.
pub type SharedError = Arc<dyn std::error::Error + Send + Sync>;

/// Names one request, so that its answer finds back. An answer to a request that the machine no longer waits for is
/// ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub(super) u64);

/// Names one question put by [`Classic::confirm`](super::Classic::confirm).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(pub(super) u64);

/// What the shell has to do.
#[derive(Clone, Debug)]
pub enum Action {
    /// Send a request and feed back what comes, also if it is a time-out. One is under way at a time; only
    /// [`Request::Leave`] may overtake a join.
    Send {
        /// To be handed back with the answer.
        id: RequestId,
        /// The coordinator's broker; none: any broker will do.
        to: Option<i32>,
        /// What to ask.
        request: Request,
    },
    /// Look up how many partitions these topics have, and feed it back.
    Describe {
        /// All topics that a member of the group wants.
        topics: Vec<Arc<str>>,
    },
    /// These partitions are this member's from now on.
    Assign(Assignment),
    /// Finish, commit and let go of the assignment, then say so; what is not finished in time is given up.
    Revoke {
        /// How long that may take.
        within: Duration,
    },
    /// The assignment is gone: let go without a commit, then say so. May follow `Revoke`.
    Lose {
        /// Why, for people.
        why: &'static str,
    },
    /// The member held its assignment at a moment after each of these questions was put.
    Confirmed(Vec<Ticket>),
    /// It does not hold that assignment any more.
    Refuted(Vec<Ticket>),
    /// The coordinator can't be reached or can't serve; worth one word. It goes on trying.
    Trouble {
        /// What is being tried.
        request: &'static str,
        /// The latest error.
        error: SharedError,
    },
    /// The trouble is over; worth one word.
    Recovered {
        /// How long it lasted.
        elapsed: Duration,
        /// How often was tried in vain.
        attempts: u32,
    },
    /// Out of the group. Nothing but `Refuted` follows.
    Left,
    /// Can't be a member. Nothing but `Refuted` follows.
    Fail(MembershipError),
}

/// One generation's share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Version of the group's assignment.
    pub generation: i32,
    /// This member's id.
    pub member_id: Arc<str>,
    /// Its partitions, sorted.
    pub partitions: Vec<TopicPartition>,
    /// Whether this member computed the assignment.
    pub leader: bool,
}

/// What to ask the coordinator. Group, topics and time-outs are in the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Which broker coordinates the group?
    FindCoordinator,
    /// JoinGroup. Blocks at the coordinator until all members have joined.
    Join {
        /// Empty the first time.
        member_id: Arc<str>,
        /// For the coordinator's log (KIP-800).
        reason: &'static str,
    },
    /// SyncGroup. Blocks at the coordinator until the leader has assigned.
    Sync {
        /// This member's id.
        member_id: Arc<str>,
        /// The generation that the join gave.
        generation: i32,
        /// The assignor that the coordinator chose.
        assignor: Arc<str>,
        /// Everybody's partitions; empty unless this member leads.
        assignments: Assignments,
        /// What it assigned by.
        counts: Option<PartitionCounts>,
    },
    /// Heartbeat.
    Heartbeat {
        /// This member's id.
        member_id: Arc<str>,
        /// The generation held.
        generation: i32,
    },
    /// LeaveGroup. To be sent on another connection than a join, which it would wait behind.
    Leave {
        /// This member's id.
        member_id: Arc<str>,
    },
}

impl Request {
    /// Kafka's name of it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::FindCoordinator => "FindCoordinator",
            Self::Join { .. } => "JoinGroup",
            Self::Sync { .. } => "SyncGroup",
            Self::Heartbeat { .. } => "Heartbeat",
            Self::Leave { .. } => "LeaveGroup",
        }
    }
}

/// An answer without error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// To `FindCoordinator`: the broker's id.
    Coordinator(i32),
    /// To `Join`.
    Joined(Joined),
    /// To `Sync`.
    Synced(Synced),
    /// To `Heartbeat`.
    Alive,
    /// To `Leave`.
    Left,
}

/// What a sync brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Synced {
    /// This member's partitions.
    pub partitions: Vec<TopicPartition>,
    /// What was assigned by, if this member's assignment says so: it is the one that leads, or led.
    pub counts: Option<PartitionCounts>,
}

/// What a join brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// The new generation.
    pub generation: i32,
    /// This member's id.
    pub member_id: Arc<str>,
    /// The leader's id.
    pub leader: Arc<str>,
    /// The assignor that all members know.
    pub assignor: Arc<str>,
    /// All members; empty unless this one leads.
    pub members: Vec<Subscriber>,
    /// A static leader that came back: the coordinator keeps the assignment it has (KIP-814).
    pub skip_assignment: bool,
}

/// Why a request has no answer of use.
#[derive(Clone, Debug)]
pub enum RequestError {
    /// The coordinator said no.
    Refused(ErrorCode),
    /// The coordinator gave an id to join with (KIP-394).
    MemberIdRequired(Arc<str>),
    /// No answer: connection, time-out, or bytes that make no sense.
    Failed {
        /// Whether trying again may help.
        retriable: bool,
        /// What happened.
        error: SharedError,
    },
}

/// One line for logs and transcripts.
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send { to, request, .. } => write!(f, "send {request}{}", At(*to)),
            Self::Describe { topics } => write!(f, "describe {}", topics.join(" ")),
            Self::Assign(it) => write!(f, "assign {it}"),
            Self::Revoke { within } => write!(f, "revoke within {within:?}"),
            Self::Lose { why } => write!(f, "lose: {why}"),
            Self::Confirmed(tickets) => write!(f, "confirmed {}", tickets.len()),
            Self::Refuted(tickets) => write!(f, "refuted {}", tickets.len()),
            Self::Trouble { request, error } => write!(f, "trouble with {request}: {error}"),
            Self::Recovered { elapsed, .. } => write!(f, "recovered after {elapsed:?}"),
            Self::Left => f.write_str("left"),
            Self::Fail(error) => write!(f, "fail: {error}"),
        }
    }
}

struct At(Option<i32>);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(broker) => write!(f, " to {broker}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Assignment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "generation {} to {:?}:",
            self.generation, &*self.member_id
        )?;
        for partition in &self.partitions {
            write!(f, " {partition}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FindCoordinator => f.write_str("FindCoordinator"),
            Self::Join { member_id, reason } => write!(f, "JoinGroup {member_id:?} ({reason})"),
            Self::Sync {
                member_id,
                generation,
                assignments,
                ..
            } => {
                write!(f, "SyncGroup {member_id:?} {generation}")?;
                for (member, partitions) in assignments {
                    let names: Vec<String> = partitions.iter().map(ToString::to_string).collect();
                    write!(f, " [{member}: {}]", names.join(" "))?;
                }
                Ok(())
            }
            Self::Heartbeat {
                member_id,
                generation,
            } => write!(f, "Heartbeat {member_id:?} {generation}"),
            Self::Leave { member_id } => write!(f, "LeaveGroup {member_id:?}"),
        }
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(code) => write!(f, "{code}: {}", code.description()),
            Self::MemberIdRequired(_) => f.write_str("the coordinator gave a member id"),
            Self::Failed { error, .. } => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for RequestError {}
