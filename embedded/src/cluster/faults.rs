//! Faults by the handle: rules for requests, and what was asked.

use std::sync::Arc;

use ottla_protocol::ApiKey;
use tokio::sync::broadcast;

use super::EmbeddedCluster;
use crate::error::EmbeddedError;
use crate::faults::{Action, Rule, RuleId, RuleReport, SeenId, SeenRequest, has_partitions};
use crate::groups::CommitWatcher;
use crate::server::{Core, Network};
use crate::state::refusing::{is_refusable, may_be_belied};

/// The rules by which requests go wrong. Rules hold for requests that come from now on.
#[derive(Clone, Copy, Debug)]
pub struct ClusterFaults<'a> {
    core: &'a Core,
}

impl ClusterFaults<'_> {
    /// Puts a rule in force, behind those that are. A rule for all APIs that answers with an error lets those pass that can't.
    ///
    /// ```
    /// use ottla_embedded::EmbeddedCluster;
    /// use ottla_embedded::faults::{Action, Matching, Rule};
    /// use ottla_embedded::protocol::ApiKey;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), ottla_embedded::EmbeddedError> {
    /// let cluster = EmbeddedCluster::builder().topic("orders", 1).start().await?;
    /// // The next commit takes effect, and its answer is lost.
    /// let commits = Matching::api(ApiKey::OffsetCommit);
    /// let rule = cluster.faults().add(Rule::new(commits, Action::ApplyThenCut).times(1))?;
    /// // …
    /// assert_eq!(cluster.faults().report(rule).map(|report| report.hits), Some(0));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`EmbeddedError::Config`]: there are too many rules, or the answers of the API that it names can't be wrong in this way.
    pub fn add(&self, rule: Rule) -> Result<RuleId, EmbeddedError> {
        let wrong = |why: String| EmbeddedError::Config {
            setting: "rule".to_owned(),
            why,
        };
        let api = rule.matching.api_key;
        if let Some(api) = api.filter(|api| !is_possible(rule.action, *api)) {
            return Err(wrong(format!("{api} can't be answered so")));
        }
        let added = self.core.with_faults(|faults| faults.add(rule));
        added.ok_or_else(|| wrong("there are too many".to_owned()))
    }

    /// Serves no newer version of an API from now on, nor tells of one, as brokers of an older Kafka; none: all versions again. Clients that know what
    /// was told before have their connections closed by newer ones.
    pub fn set_newest_version(&self, api: ApiKey, version: Option<i16>) {
        self.core.with(|state, _| {
            let newest = &mut state.settings.newest_versions;
            match version {
                Some(version) => newest.insert(api, version),
                None => newest.remove(&api),
            }
        });
    }

    /// Ends a rule, and says what it did; none if there is no such rule.
    pub fn remove(&self, rule: RuleId) -> Option<RuleReport> {
        self.core.with_faults(|faults| faults.remove(rule))
    }

    /// Ends all rules.
    pub fn clear(&self) {
        self.core.with_faults(crate::faults::Faults::clear);
    }

    /// What a rule did so far.
    #[must_use]
    pub fn report(&self, rule: RuleId) -> Option<RuleReport> {
        self.core.with_faults(|faults| faults.report(rule))
    }

    /// What each rule did so far, in the order in which they were added.
    #[must_use]
    pub fn reports(&self) -> Vec<RuleReport> {
        self.core.with_faults(|faults| faults.reports().collect())
    }
}

/// Whether an answer of the API can be wrong in this way.
fn is_possible(action: Action, api: ApiKey) -> bool {
    match action {
        Action::Error(_) => is_refusable(api),
        Action::ApplyThenError(_) => may_be_belied(api),
        Action::RepeatPartition => has_partitions(api),
        Action::CorruptBatch | Action::CutRecords => api == ApiKey::Fetch,
        _ => true,
    }
}

/// Sees each request from its making on, once it is dealt with.
#[derive(Debug)]
pub struct Observer {
    seen: broadcast::Receiver<Arc<SeenRequest>>,
}

impl Observer {
    /// The next request; none once the cluster is gone. Who is more than 4096 requests behind misses the oldest.
    ///
    /// # Cancel safety
    /// Cancel safe.
    pub async fn next(&mut self) -> Option<Arc<SeenRequest>> {
        loop {
            match self.seen.recv().await {
                Ok(seen) => return Some(seen),
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }
}

impl<N: Network> EmbeddedCluster<N> {
    /// The rules by which requests go wrong.
    #[must_use]
    pub fn faults(&self) -> ClusterFaults<'_> {
        ClusterFaults { core: &self.core }
    }

    /// Sees each request from now on.
    #[must_use]
    pub fn observe(&self) -> Observer {
        Observer {
            seen: self.core.observers.subscribe(),
        }
    }

    /// The last 10,000 requests, oldest first; those from `since` on. Those in hand are among them.
    #[must_use]
    pub fn requests(&self, since: SeenId) -> Vec<SeenRequest> {
        self.core
            .with_faults(|faults| faults.seen().since(since).cloned().collect())
    }

    /// Forgets all fetch sessions, as brokers do that start anew: consumers have to begin new ones.
    pub fn expire_fetch_sessions(&self) {
        self.core.with(|state, _| state.sessions.clear());
    }

    /// The ids of a group's members, in no particular order.
    #[must_use]
    pub fn group_members(&self, group: &str) -> Vec<String> {
        self.core
            .with(|state, _| state.groups.members(group).map(str::to_owned).collect())
    }

    /// The id of the member that assigns a classic group's partitions, while the group waits for it to do so.
    #[must_use]
    pub fn assigning_member(&self, group: &str) -> Option<String> {
        self.core
            .with(|state, _| state.groups.assigning(group).map(str::to_owned))
    }

    /// Sees each offset that is committed from now on, outside of transactions, in the order in which the coordinators wrote them.
    #[must_use]
    pub fn watch_commits(&self) -> CommitWatcher {
        self.core.with(|state, _| state.groups.watch_commits())
    }

    /// The offset that a group has committed.
    #[must_use]
    pub fn committed(&self, group: &str, topic: &str, partition: i32) -> Option<i64> {
        self.core.with(|state, _| {
            let committed = state.groups.committed(group, topic, partition);
            committed.map(|committed| committed.offset)
        })
    }

    /// Ends a member's session, whether it was heard of or not: it is out of the group, and the others get its partitions.
    pub fn expire_member(&self, group: &str, member_id: &str) {
        self.core
            .with(|state, now| state.expire_member(now, group, member_id));
    }

    /// Fences the producer of a transactional id: what it has open is aborted, and its epoch rises.
    ///
    /// # Errors
    /// [`EmbeddedError::Refused`]: there is no such id, or it is just ending a transaction.
    pub fn fence_producer(&self, transactional_id: &str) -> Result<(), EmbeddedError> {
        let error = self
            .core
            .with(|state, now| state.transactions.fence_producer(transactional_id, now));
        error.into_result().map_err(|code| {
            crate::error::Refusal::from(code).asked(format!("fence {transactional_id}"))
        })
    }
}
