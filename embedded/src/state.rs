//! The whole cluster as one value: all brokers, topics, logs, groups and transactions. It is handed requests and the time and
//! gives answers; it never waits and never looks at a clock.
//!
//! | room | what belongs there |
//! | --- | --- |
//! | `asked`, `dispatch`, `call`, `peer` | a frame to its handler; one request; one connection |
//! | `topics`, `creation`, `leaders`, `brokers` | what there is, how it is made, who leads |
//! | `coordinators` | who coordinates groups and transactions, and how that moves |
//! | `fetches`, `produces`, `settling` | what waits; what follows on a change: markers, answers, long polls |
//! | `cleaning` | retention and compaction, when they are asked for |
//! | `durable` | what outlives the process |
//! | `refusing`, `old_metadata` | what a fault wants refused; what a broker tells that lags behind |
//! | `config_changes`, `settings_shown`, `log_config` | settings at run time |
#![deny(clippy::disallowed_methods)]

pub(crate) mod asked;
pub(crate) mod brokers;
pub(crate) mod call;
mod cleaning;
pub(crate) mod config_changes;
pub(crate) mod coordinators;
pub(crate) mod creation;
mod dispatch;
pub(crate) mod durable;
pub(crate) mod fetches;
mod leaders;
mod log_config;
pub(crate) mod old_metadata;
pub(crate) mod peer;
pub(crate) mod produces;
pub(crate) mod refusing;
pub(crate) mod settings_shown;
mod settling;
pub(crate) mod topics;

use std::collections::{BTreeMap, BTreeSet};

use ottla_protocol::EncodeError;
use ottla_protocol::types::TopicId;
use rand::SeedableRng;
use rand::rngs::StdRng;

use self::brokers::{Broker, Brokers};
use self::call::{Frame, ReplyTo};
use self::coordinators::Coordinators;
use self::durable::Unsaved;
use self::fetches::Fetches;
use self::old_metadata::OldMetadatas;
use self::produces::Produces;
use self::topics::{Topic, Topics};
use crate::configs::Values;
use crate::faults;
use crate::fetch_session::FetchSessions;
use crate::groups::Groups;
use crate::log::Codecs;
use crate::settings::Settings;
use crate::ticket::Ticket;
use crate::transactions::TransactionCoordinator;

/// An answer that was waited for.
pub(crate) type Ready = (Ticket, Result<Frame, EncodeError>);

/// The cluster.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) settings: Settings,
    pub(crate) cluster_id: String,
    pub(crate) random: StdRng,
    pub(crate) brokers: Brokers,
    pub(crate) topics: Topics,
    pub(crate) codecs: Codecs,
    pub(crate) coordinators: Coordinators,
    pub(crate) groups: Groups,
    pub(crate) group_configs: BTreeMap<String, Values>,
    pub(crate) transactions: TransactionCoordinator,
    /// Fetch sessions, by broker.
    pub(crate) sessions: BTreeMap<i32, FetchSessions>,
    /// Fetches that wait for more.
    pub(crate) fetches: Fetches,
    /// What was produced and waits for replicas.
    pub(crate) produces: Produces,
    /// Members that wait for their group.
    pub(crate) waiting: BTreeMap<Ticket, ReplyTo>,
    /// Partitions whose logs changed since the last settling.
    pub(crate) changed: BTreeSet<(TopicId, i32)>,
    /// Set where topics, partitions or leaders changed: all that waits on partitions looks again.
    pub(crate) metadata_changed: bool,
    /// What is not written down yet, where anything is.
    pub(crate) unsaved: Unsaved,
    saved_producer_ids: i64,
    /// How often it was started before, from the same directory.
    starts: u64,
    /// What a fault wants of the request in hand.
    pub(crate) refusing: Option<faults::Refusal>,
    /// What brokers tell that have not heard of the latest changes.
    pub(crate) old_metadata: OldMetadatas,
    last_ticket: u64,
    /// Answers that became ready, for the shell to send.
    ready: Vec<Ready>,
}

impl State {
    pub(crate) fn new(settings: Settings) -> Self {
        let mut state = Self {
            cluster_id: String::new(),
            random: state_random(settings.seed, 0),
            brokers: Brokers::default(),
            topics: Topics::default(),
            codecs: Codecs::new(),
            coordinators: Coordinators::new(&settings),
            groups: Groups::new(settings.groups()),
            group_configs: BTreeMap::new(),
            transactions: TransactionCoordinator::new(settings.transactions()),
            sessions: BTreeMap::new(),
            fetches: Fetches::new(),
            produces: Produces::new(),
            waiting: BTreeMap::new(),
            changed: BTreeSet::new(),
            metadata_changed: false,
            unsaved: Unsaved::default(),
            saved_producer_ids: 0,
            starts: 0,
            refusing: None,
            old_metadata: OldMetadatas::default(),
            last_ticket: 0,
            ready: Vec::new(),
            settings,
        };
        state.cluster_id = state.draw_id().to_string();
        state
    }

    /// A broker begins to serve.
    pub(crate) fn add_broker(&mut self, node: i32, host: String, port: u16, rack: Option<String>) {
        self.brokers.insert(Broker {
            node,
            host,
            port,
            rack,
            up: true,
            configs: Values::new(),
        });
    }

    pub(crate) fn draw_ticket(&mut self) -> Ticket {
        self.last_ticket += 1;
        Ticket(self.last_ticket)
    }

    /// An answer that was waited for is there, or can't be written.
    pub(crate) fn make_ready(&mut self, ticket: Ticket, frame: Result<Frame, EncodeError>) {
        self.ready.push((ticket, frame));
    }

    /// The answers that became ready since the last call.
    pub(crate) fn take_ready(&mut self) -> Vec<Ready> {
        std::mem::take(&mut self.ready)
    }

    /// Nobody waits for this answer any more. What it was to tell of stands: a produce is in the log, a member in its group.
    pub(crate) fn forget(&mut self, ticket: Ticket) {
        self.fetches.remove(&ticket);
        self.produces.remove(&ticket);
        self.waiting.remove(&ticket);
    }

    /// Forgets what changed since the last time: nobody writes it down.
    pub(crate) fn forget_changes(&mut self) {
        self.unsaved = Unsaved::default();
        self.groups.forget_changes();
        self.transactions.forget_changes();
    }

    /// Takes everything for changed, after it could not be written down.
    pub(crate) fn change_all(&mut self) {
        self.unsaved.metadata = true;
        self.groups.change_all();
        self.transactions.change_all();
    }

    /// Whether producer ids were handed out that are not written down.
    pub(crate) fn transactions_moved(&mut self) -> bool {
        let next = self.transactions.next_producer_id_block();
        std::mem::replace(&mut self.saved_producer_ids, next) != next
    }

    /// A setting of the brokers, as it was set for the cluster or by default.
    pub(crate) fn broker_config(&self, name: &str) -> &str {
        self.settings.broker(name)
    }

    pub(crate) fn broker_number(&self, name: &str) -> i64 {
        self.settings.number(name)
    }

    /// A topic's setting: its own, the brokers', the default.
    pub(crate) fn topic_config<'a>(&'a self, topic: &'a Topic, name: &str) -> &'a str {
        self.settings.topic(&topic.configs, name)
    }
}

/// What is drawn goes on with each start where it would begin anew: ids of topics and members are not to come twice.
fn state_random(seed: u64, starts: u64) -> StdRng {
    // An odd factor, so that no two starts have one seed; with 0 of them it is the seed that was given.
    StdRng::seed_from_u64(seed ^ starts.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

#[cfg(test)]
mod tests;
