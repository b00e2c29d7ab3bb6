//! One run of a member: what stays the same from one assignment to the next.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ottla_client::Client;
use ottla_client::offsets::{GroupMember, GroupOffsets};
use ottla_offset_store::{Guarantee, MemberIdentity, OffsetStore, Owner};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::backoff::Backoff;
use crate::change::Change;
use crate::config::GroupConfig;
use crate::error::{Ended, GroupError};
use crate::member::{Confirmer, Event, Member};
use crate::membership::Assignment;
use crate::mirror::Mirror;
use crate::session::claims::Claims;
use crate::session::ending::{End, Ending};
use crate::session::kafka::KafkaOffsets;
use crate::session::ledger::Ledger;
use crate::session::{Context, Work, serve};
use crate::trouble::{Trouble, may_pass};
use crate::voice::{Party, Word};

use super::Group;

/// What the membership has said about an assignment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    NotYet,
    /// Revoked, which a loss may follow, or lost.
    Ended,
    /// Nothing more will come.
    Over,
}

/// What stays the same from one assignment to the next.
pub(super) struct Run {
    client: Client,
    config: Arc<GroupConfig>,
    store: Option<Arc<dyn OffsetStore>>,
    offsets: GroupOffsets,
    cluster_trouble: Arc<Trouble>,
    store_trouble: Arc<Trouble>,
    /// An assignment was lost and none has come since: its coming is worth a word, as its loss was.
    lost: Mutex<Option<Word>>,
}

impl Run {
    pub(super) fn new(
        group: Group,
        store: Option<Arc<dyn OffsetStore>>,
    ) -> Result<Self, GroupError> {
        let Group { client, config, .. } = group;
        if let Some(store) = &store {
            check(store.as_ref(), &config)?;
        }
        let trouble = |party| {
            let (group_id, voice) = (Arc::clone(&config.group_id), config.voice.clone());
            Arc::new(Trouble::new(group_id, party, config.give_up, voice))
        };
        Ok(Self {
            offsets: client.offsets().group(Arc::clone(&config.group_id)),
            cluster_trouble: trouble(Party::Cluster),
            store_trouble: trouble(Party::Store),
            client,
            config,
            store,
            lost: Mutex::default(),
        })
    }

    /// From one assignment to the next.
    pub(super) async fn serve<W: Work>(
        self,
        work: impl Fn(Arc<Context>) -> W,
        stop: CancellationToken,
    ) -> Result<Ended, GroupError> {
        tokio::select! {
            biased;
            () = stop.cancelled() => return Ok(Ended::Stopped),
            known = self.topics_exist() => known?,
        }
        let config = self.config.membership(self.client.config());
        let mut member = Member::join(self.client.clone(), config, self.config.voice.clone());
        let mut outcome = Ok(Ended::Stopped);
        let mut leaving = false;
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled(), if !leaving => {
                    leaving = true;
                    member.leave().await;
                }
                event = member.next() => match event {
                    Some(Event::Assigned(assignment, number)) => {
                        let context = self.context(assignment, member.confirmer(number));
                        let worked = self.assigned(context, &work, &mut member, &stop).await;
                        outcome = outcome.and_then(|ended| worked.map(|()| ended));
                        if outcome.is_err() {
                            member.leave().await;
                        }
                        member.released().await;
                    }
                    Some(Event::Revoked { .. } | Event::Lost { .. }) => {}
                    Some(Event::Failed(source)) => {
                        let group = Arc::clone(&self.config.group_id);
                        return outcome.and(Err(GroupError::Membership { group, source }));
                    }
                    Some(Event::Left) | None => return outcome,
                },
            }
        }
    }

    /// A topic that does not exist is most likely a slip of the pen: said at once, not waited for.
    async fn topics_exist(&self) -> Result<(), GroupError> {
        let names: Vec<&str> = self.config.topics.iter().map(|topic| &**topic).collect();
        let mut backoff = self.backoff();
        loop {
            match self.client.topics(Some(&names)).await {
                Ok(_) => {
                    self.cluster_trouble.succeeded();
                    return Ok(());
                }
                Err(error) if may_pass(&error) => {
                    self.cluster_trouble.failed("describe the topics", error)?;
                    sleep(backoff.next()).await;
                }
                Err(source) => {
                    let doing = "describe the topics";
                    return Err(GroupError::Client { doing, source });
                }
            }
        }
    }

    /// Works on one assignment. When it returns, nothing works on it any more, and the membership knows that it was
    /// revoked or lost.
    async fn assigned<W: Work>(
        &self,
        context: Context,
        work: &impl Fn(Arc<Context>) -> W,
        member: &mut Member,
        stop: &CancellationToken,
    ) -> Result<(), GroupError> {
        let group = &self.config.group_id;
        tracing::info!("group {group:?}: {}", context.assignment);
        self.config.watcher.tell(&Change::Assigned {
            generation: context.assignment.generation,
            partitions: &context.assignment.partitions,
        });
        if let Some(word) = lock(&self.lost).take() {
            word.end(|| tracing::warn!("group {group:?}: has partitions again"));
        }
        let end = context.end.clone();
        let context = Arc::new(context);
        let work = Arc::new(work(Arc::clone(&context)));
        let (mut worked, mut leaving) = (None, false);
        let mut told = Told::NotYet;
        let mut serving = std::pin::pin!(serve(&context, &work));
        while worked.is_none() || told == Told::NotYet {
            tokio::select! {
                biased;
                () = stop.cancelled(), if !leaving => {
                    leaving = true;
                    context.stop_soon();
                    member.leave().await;
                }
                event = member.next(), if told != Told::Over => told = self.heard(event, &end, member),
                result = &mut serving, if worked.is_none() => {
                    // An error of ours, or our own stop: the membership is yet to hear of it.
                    if told == Told::NotYet {
                        member.leave().await;
                    }
                    worked = Some(result);
                }
            }
        }
        worked.unwrap_or(Ok(()))?;
        // In a rebalance, and where all was lost, others do it again, which is no news; but a stop is the last word.
        let left = match leaving && !end.is_lost() {
            true => work.uncommitted(),
            false => Vec::new(),
        };
        match left.is_empty() {
            true => Ok(()),
            false => Err(GroupError::NotCommitted { partitions: left }),
        }
    }

    fn heard(&self, event: Option<Event>, end: &End, member: &mut Member) -> Told {
        match event {
            Some(Event::Revoked { by }) => {
                tracing::info!("group {:?}: revoked", self.config.group_id);
                self.config.watcher.tell(&Change::Revoked);
                end.say(Ending::Revoked { by });
                Told::Ended
            }
            Some(Event::Lost { why }) => {
                let group = &self.config.group_id;
                let word = self.config.voice.start(Party::Cluster, || {
                    tracing::warn!("group {group:?}: lost its partitions, joining again: {why}");
                });
                *lock(&self.lost) = Some(word);
                self.config.watcher.tell(&Change::Lost);
                end.say(Ending::Lost);
                Told::Ended
            }
            // After a loss: the membership itself is at its end.
            last => {
                self.config.watcher.tell(&Change::Lost);
                end.say(Ending::Lost);
                member.put_back(last);
                Told::Over
            }
        }
    }

    fn context(&self, assignment: Assignment, confirmer: Confirmer) -> Context {
        Context {
            client: self.client.clone(),
            config: Arc::clone(&self.config),
            consumer: self.client.consumer().build(),
            end: End::default(),
            ledger: self.ledger(&assignment, confirmer),
            assignment,
            cluster_trouble: Arc::clone(&self.cluster_trouble),
            store_trouble: Arc::clone(&self.store_trouble),
        }
    }

    fn ledger(&self, assignment: &Assignment, confirmer: Confirmer) -> Ledger {
        let identity = GroupMember {
            member_id: assignment.member_id.to_string(),
            generation: assignment.generation,
            instance_id: self.config.instance_id.as_deref().map(str::to_owned),
        };
        let Some(store) = &self.store else {
            return Ledger::Kafka(KafkaOffsets {
                client: self.client.clone(),
                offsets: self.offsets.clone(),
                member: identity,
                start: self.config.start,
                confirmer,
                trouble: Arc::clone(&self.cluster_trouble),
            });
        };
        Ledger::Store(Claims {
            client: self.client.clone(),
            store: Arc::clone(store),
            owner: owner(&identity, self.client.process_id()),
            cluster_id: self.client.cluster().cluster_id.clone().unwrap_or_default(),
            group_id: Arc::clone(&self.config.group_id),
            start: self.config.start,
            mirror: Mirror::new(
                self.client.clone(),
                self.offsets.clone(),
                identity,
                confirmer.clone(),
            ),
            confirmer,
            slots: Default::default(),
            store_trouble: Arc::clone(&self.store_trouble),
            cluster_trouble: Arc::clone(&self.cluster_trouble),
        })
    }

    fn backoff(&self) -> Backoff {
        let config = self.client.config();
        Backoff::new(
            config.retry_backoff,
            config.retry_backoff_max,
            self.client.random(),
        )
    }
}

/// The coordinator gives each run of a member another id; the process id helps people find it.
fn owner(member: &GroupMember, process_id: u32) -> Owner {
    let name = format!("{} (process {process_id})", member.member_id);
    Owner::new(name).with_member(MemberIdentity {
        member_id: member.member_id.clone(),
        generation: member.generation,
        instance_id: member.instance_id.clone(),
    })
}

fn check(store: &dyn OffsetStore, config: &GroupConfig) -> Result<(), GroupError> {
    let info = store.info();
    if info.guarantee == Guarantee::Plain && !config.accept_plain_store {
        return Err(GroupError::PlainStore { store: info.name });
    }
    if !info.shared && config.instance_id.is_none() {
        tracing::info!(
            "store {} is on this machine: a partition that moves to a member on another starts there anew",
            info.name
        );
    }
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
