//! The group's own offsets in Kafka, where the broker is the fence.
//!
//! Every other store keeps a fence in each row. Kafka keeps none: its coordinator checks *who* commits, not what it
//! commits over. So a claim carries the member id and generation (or member epoch) of its owner, every commit is sent
//! with them, and a coordinator that has given the partitions to another generation refuses it:
//!
//! | the coordinator answers | the store says |
//! | --- | --- |
//! | `ILLEGAL_GENERATION`, `UNKNOWN_MEMBER_ID`, `FENCED_INSTANCE_ID`, `FENCED_MEMBER_EPOCH`, `STALE_MEMBER_EPOCH`, `REBALANCE_IN_PROGRESS`, `GROUP_ID_NOT_FOUND` | [`Refused::Fenced`] to a commit, [`Refused::Overtaken`] to a claim |
//! | the same, to a claim by hand | [`Refused::DualOwner`]: the group has members |
//! | the same, to a reset or deletion | [`StoreError::GroupHasMembers`] |
//! | any other code, for one partition | [`Refused::Rejected`] |
//!
//! What follows from that:
//!
//! - Within one generation of one member nothing is fenced: two tasks that hold the same membership overwrite each
//!   other, and a commit whose answer was lost may still arrive after the next one. Both make work be done again;
//!   neither loses any.
//! - A living group can't be reset or forgotten from outside. Stop its members first.
//! - [`Row`]s know offset, leader epoch and metadata. Their topic id is unknown, their owner nobody, their time 0; and
//!   their fence is computed from those three, so that [`Claim::stands_in`] sees a value that somebody else wrote. It
//!   guards nothing.
//! - Kafka forgets a deleted topic's offsets with the topic, and those of a group that was empty for a week
//!   (`offsets.retention.minutes`).
#![deny(clippy::missing_trait_methods)]

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use ottla_client::Client;
use ottla_client::admin::{AdminError, ListedGroup};
use ottla_client::protocol::error_code::ErrorCode;
use ottla_client::protocol::types::TopicPartition;

use crate::ambient::milliseconds;
use crate::confirm::Seen;
use crate::error::{CommitError, Refused, StoreError};
use crate::fence::{self, Advance, Claim, Claiming, Committing, Reset, Wanted};
use crate::model::{Fence, Gap, Key, MemberIdentity, Owner, Row};
use crate::store::{Guarantee, OffsetStore, StoreInfo};
use crate::table::{Write, unanswered};

mod commit;
mod fault;
mod rows;

use commit::{Entry, Said};
use rows::{mark, row};

const NAME: &str = "kafka";

/// The offsets that groups commit in Kafka. See [`kafka`](crate::kafka). Clones share the client.
///
/// Rows are those of the client's cluster, by its id or by the empty one.
#[derive(Clone, Debug)]
pub struct KafkaStore {
    client: Client,
    last_writer_wins: bool,
}

impl KafkaStore {
    /// Offsets of groups, claimed by their members alone: [`Guarantee::Fenced`].
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self {
            client,
            last_writer_wins: false,
        }
    }

    /// Lets owners claim that are no members of any group (manual assignment). Nothing fences those from each other:
    /// [`Guarantee::Plain`].
    #[must_use]
    pub fn last_writer_wins(mut self) -> Self {
        self.last_writer_wins = true;
        self
    }

    /// The client.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    fn cluster_id(&self) -> Arc<str> {
        self.client.cluster().cluster_id.clone().unwrap_or_default()
    }

    fn check_cluster<'a>(&self, keys: impl IntoIterator<Item = &'a Key>) -> Result<(), StoreError> {
        let cluster = self.cluster_id();
        let is_here = |key: &&Key| key.cluster_id.is_empty() || key.cluster_id == cluster;
        match keys.into_iter().find(|key| !is_here(key)) {
            None => Ok(()),
            Some(key) => Err(StoreError::OtherCluster {
                store: NAME,
                key: Box::new(key.clone()),
                cluster,
            }),
        }
    }

    fn check_owner(&self, owner: &Owner) -> Result<(), StoreError> {
        if owner.member.is_some() || self.last_writer_wins {
            return Ok(());
        }
        Err(StoreError::NoMember {
            store: NAME,
            owner: owner.name.clone(),
        })
    }

    /// The rows of `keys`, in their order. `stable`: what an open transaction may still change is waited for.
    async fn read(&self, keys: &[Key], stable: bool) -> Result<Vec<Option<Row>>, StoreError> {
        const DOING: &str = "read committed offsets";
        self.check_cluster(keys)?;
        let mut rows = vec![None; keys.len()];
        for (group, asked) in by_group(keys) {
            let partitions: Vec<TopicPartition> =
                asked.iter().map(|at| keys[*at].topic_partition()).collect();
            let offsets = self.client.offsets().group(Arc::clone(group));
            let found = offsets.fetch(&partitions, stable).await;
            let found = found.map_err(|error| fault::reading(DOING, error))?;
            for (at, (partition, stored)) in asked.into_iter().zip(found) {
                let stored = stored.map_err(|code| fault::unread(DOING, group, partition, code))?;
                rows[at] = stored.map(|stored| row(keys[at].clone(), stored));
            }
        }
        Ok(rows)
    }

    /// All that one group has committed; nothing for a group that is not there.
    async fn read_group(&self, group: &Arc<str>) -> Result<Vec<Row>, StoreError> {
        const DOING: &str = "list committed offsets";
        let offsets = self.client.offsets().group(Arc::clone(group));
        let found = match offsets.fetch_all(false).await {
            Ok(found) => found,
            Err(error) if error.error_code() == Some(ErrorCode::GROUP_ID_NOT_FOUND) => Vec::new(),
            Err(error) => return Err(fault::reading(DOING, error)),
        };
        let cluster = self.cluster_id();
        let mut rows = Vec::with_capacity(found.len());
        for (partition, stored) in found {
            let key = Key::new(
                Arc::clone(&cluster),
                Arc::clone(group),
                Arc::clone(&partition.topic),
                partition.partition,
            );
            let stored = stored.map_err(|code| fault::unread(DOING, group, partition, code))?;
            rows.extend(stored.map(|stored| row(key, stored)));
        }
        Ok(rows)
    }

    async fn forget(
        &self,
        group: &Arc<str>,
        partitions: &[TopicPartition],
    ) -> Result<(), StoreError> {
        const DOING: &str = "delete committed offsets";
        let deleted = match self.client.admin().delete_offsets(group, partitions).await {
            Ok(deleted) => deleted,
            Err(AdminError::UnknownGroup { .. }) => return Ok(()),
            Err(error) => return Err(fault::administering(DOING, group, error)),
        };
        for (_, deleted) in deleted {
            match deleted {
                // With the topic went its offsets.
                Err(error) if error.error_code() == Some(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION) => {
                }
                deleted => {
                    deleted.map_err(|error| fault::administering(DOING, group, error))?;
                }
            }
        }
        Ok(())
    }
}

#[async_trait]
impl OffsetStore for KafkaStore {
    /// [`Guarantee::Fenced`], by membership of the group; [`Guarantee::Plain`] after
    /// [`last_writer_wins`](KafkaStore::last_writer_wins). A commit is as durable as the brokers' offsets topic.
    fn info(&self) -> StoreInfo {
        let guarantee = match self.last_writer_wins {
            true => Guarantee::Plain,
            false => Guarantee::Fenced,
        };
        StoreInfo::new(NAME, guarantee).shared().durable()
    }

    /// What is committed now, without waiting for open transactions.
    async fn fetch(&self, keys: &[Key]) -> Result<Vec<Option<Row>>, StoreError> {
        self.read(keys, false).await
    }

    /// An offset that an open transaction may still change is waited for.
    async fn look(&self, keys: &[Key]) -> Result<Vec<Seen>, StoreError> {
        let rows = self.read(keys, true).await?;
        let seen = keys.iter().cloned().zip(rows);
        Ok(seen.map(|(key, row)| Seen::new(key, row)).collect())
    }

    /// Writes where nothing was committed yet, so that the start policy is resolved once; leaves alone what was: there
    /// is no owner to write down.
    async fn claim(
        &self,
        owner: &Owner,
        wanted: Vec<Wanted>,
    ) -> Result<Vec<Result<Claim, Refused>>, StoreError> {
        self.check_owner(owner)?;
        self.check_cluster(wanted.iter().map(Wanted::key))?;
        let now = milliseconds(self.client.system_time());
        let decided: Vec<Result<Claiming, Refused>> = wanted
            .into_iter()
            .map(|wanted| Ok(fence::claim(owner, wanted, Fence::NONE, now)?.marked(mark)))
            .collect();
        let writes: Vec<Write> = decided.iter().flatten().map(Claiming::write).collect();
        check_gaps(&writes)?;
        let is_new = decided.iter().flatten().map(Claiming::is_new);
        let new = writes.iter().zip(is_new).filter(|(_, is_new)| *is_new);
        let entries = entries(new.map(|(write, _)| (write, owner.member.as_ref())));
        let said = commit::store(&self.client, "claim partitions", &entries).await?;
        let mut said = said.into_iter();
        let settle = |decided: Result<Claiming, Refused>| {
            let claiming = decided?;
            match claiming.is_new().then(|| said.next()).flatten() {
                Some(said) => claimed(owner, claiming, said),
                None => Ok(claiming.done()),
            }
        };
        Ok(decided.into_iter().map(settle).collect())
    }

    async fn commit(
        &self,
        advances: Vec<Advance>,
    ) -> Result<Vec<Result<Claim, Refused>>, CommitError> {
        let now = milliseconds(self.client.system_time());
        let decided: Vec<Committing> = advances
            .into_iter()
            .map(|advance| {
                let mark = mark(advance.to());
                fence::advance(advance, mark, now)
            })
            .collect();
        let sound = || decided.iter().filter(|committing| committing.is_sound());
        let writes: Vec<Write> = sound().map(Committing::write).collect();
        let members = sound().map(Committing::member);
        let entries = entries(writes.iter().zip(members));
        let said = match check_gaps(&writes) {
            Ok(()) => commit::store(&self.client, "commit offsets", &entries).await,
            Err(error) => Err(error),
        };
        drop(entries);
        let mut said = match said {
            Ok(said) => said.into_iter(),
            Err(source) => return Err(unanswered(decided.into_iter(), source)),
        };
        let settle = |committing: Committing| {
            let committing = committing.checked()?;
            // Whoever is not answered was not told that it is stored.
            let said = said.next().unwrap_or(Said::NotYours);
            committed(committing, said)
        };
        Ok(decided.into_iter().map(settle).collect())
    }

    /// Nothing to do: no row shows an owner.
    async fn release(&self, claims: Vec<Claim>) -> Result<(), StoreError> {
        drop(claims);
        Ok(())
    }

    /// Sets offsets of groups without members; [`StoreError::GroupHasMembers`] names the first that has some.
    async fn reset(&self, to: Vec<Reset>) -> Result<Vec<Result<(), Refused>>, StoreError> {
        self.check_cluster(to.iter().map(|to| &to.key))?;
        let now = milliseconds(self.client.system_time());
        let decided: Vec<Result<Write, Refused>> = to
            .iter()
            .map(|to| fence::reset(None, to, Fence::NONE, now))
            .collect();
        let writes = decided.iter().flatten();
        let entries = entries(writes.map(|write| (write, None)));
        let said = commit::store(&self.client, "reset offsets", &entries).await?;
        drop(entries);
        let mut said = said.into_iter();
        let settle = |decided: Result<Write, Refused>| match (decided, &mut said) {
            (Err(refused), _) => Ok(Err(refused)),
            (Ok(write), said) => match said.next() {
                Some(Said::Stored) => Ok(Ok(())),
                Some(Said::Rejected(why)) => Ok(Err(rejected(&write.key, why))),
                Some(Said::NotYours) | None => Err(fault::has_members(&write.key.group_id)),
            },
        };
        decided.into_iter().map(settle).collect()
    }

    /// What groups have committed, without waiting for open transactions. For all groups, the coordinators are asked for
    /// one after the other.
    async fn list(&self, group: Option<&str>) -> Result<Vec<Row>, StoreError> {
        if let Some(group) = group {
            return self.read_group(&group.into()).await;
        }
        let groups = self.client.admin().list_groups().await;
        let groups = groups.map_err(|error| fault::reading("list groups", error))?;
        let mut rows = Vec::new();
        for group in groups.iter().filter(|group| keeps_offsets(group)) {
            rows.extend(self.read_group(&group.group).await?);
        }
        Ok(rows)
    }

    /// Forgets offsets of topics that no member consumes; [`StoreError::GroupHasMembers`] otherwise. Nothing of the row stays.
    async fn delete(&self, keys: &[Key]) -> Result<(), StoreError> {
        self.check_cluster(keys)?;
        for (group, asked) in by_group(keys) {
            let partitions: Vec<TopicPartition> =
                asked.iter().map(|at| keys[*at].topic_partition()).collect();
            self.forget(group, &partitions).await?;
        }
        Ok(())
    }

    async fn gaps(&self, group: Option<&str>) -> Result<Vec<Gap>, StoreError> {
        let _ = group;
        Err(NO_GAPS)
    }
}

const NO_GAPS: StoreError = StoreError::Unsupported {
    store: NAME,
    what: "gap rows",
};

fn check_gaps(writes: &[Write]) -> Result<(), StoreError> {
    match writes.iter().any(|write| write.gap.is_some()) {
        true => Err(NO_GAPS),
        false => Ok(()),
    }
}

fn by_group(keys: &[Key]) -> BTreeMap<&Arc<str>, Vec<usize>> {
    let mut groups = BTreeMap::<_, Vec<usize>>::new();
    for (at, key) in keys.iter().enumerate() {
        groups.entry(&key.group_id).or_default().push(at);
    }
    groups
}

/// Groups of the type `share` have none.
fn keeps_offsets(group: &ListedGroup) -> bool {
    group.group_type.as_deref() != Some("share")
}

fn entries<'a>(
    writes: impl Iterator<Item = (&'a Write, Option<&'a MemberIdentity>)>,
) -> Vec<Entry<'a>> {
    let entry = |(write, member): (&'a Write, _)| {
        let row = write.row.as_ref()?;
        Some(Entry { row, member })
    };
    writes.filter_map(entry).collect()
}

fn claimed(owner: &Owner, claiming: Claiming, said: Said) -> Result<Claim, Refused> {
    match said {
        Said::Stored => Ok(claiming.done()),
        Said::Rejected(why) => Err(rejected(&claiming.write().key, why)),
        Said::NotYours if owner.member.is_some() => claiming.refused(None),
        Said::NotYours => Err(beside_a_group(&claiming.write())),
    }
}

fn committed(committing: Committing, said: Said) -> Result<Claim, Refused> {
    match said {
        Said::Stored => Ok(committing.done()),
        Said::Rejected(why) => Err(rejected(committing.key(), why)),
        Said::NotYours if committing.member().is_some() => committing.refused(None),
        Said::NotYours => Err(beside_a_group(&committing.write())),
    }
}

fn rejected(key: &Key, why: String) -> Refused {
    Refused::Rejected {
        key: key.clone(),
        why,
    }
}

/// Manual assignment in a group that has members.
fn beside_a_group(write: &Write) -> Refused {
    let ours = write.row.as_ref().and_then(|row| row.owner.clone());
    Refused::DualOwner {
        key: write.key.clone(),
        ours: ours.unwrap_or_default(),
        theirs: format!("the members of group {}", write.key.group_id),
    }
}
