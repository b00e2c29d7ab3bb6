//! Who leads what, and how that changes: brokers go and come back, leaders are moved by hand.

use ottla_protocol::error_code::ErrorCode;

use super::State;
use super::brokers::Brokers;
use super::topics::{Partition, TopicRef};
use crate::error::Refusal;
use crate::time::Now;

impl State {
    /// Gives a partition another leader, one of its replicas that is up.
    pub(crate) fn move_leader(
        &mut self,
        topic: &str,
        partition: i32,
        node: i32,
    ) -> Result<(), Refusal> {
        let up = self.brokers.is_up(node);
        let found = self
            .topics
            .partition_mut(TopicRef::Name(topic), partition)?;
        if !up || !found.replicas.contains(&node) {
            let why = format!("broker {node} is down or keeps no copy of {topic}-{partition}");
            return Err(Refusal::new(ErrorCode::ELIGIBLE_LEADERS_NOT_AVAILABLE, why));
        }
        found.lead(Some(node));
        if !found.isr.contains(&node) {
            found.isr.push(node);
        }
        self.metadata_changed = true;
        Ok(())
    }

    /// Gives a partition other replicas, which have everything at once.
    pub(crate) fn reassign(
        &mut self,
        topic: &str,
        partition: i32,
        replicas: &[i32],
    ) -> Result<(), Refusal> {
        self.check_replicas(&[replicas.to_vec()], None)?;
        let up: Vec<i32> = replicas
            .iter()
            .copied()
            .filter(|node| self.brokers.is_up(*node))
            .collect();
        if up.is_empty() {
            let why = "None of the brokers is up.";
            return Err(Refusal::new(ErrorCode::INVALID_REPLICA_ASSIGNMENT, why));
        }
        let found = self
            .topics
            .partition_mut(TopicRef::Name(topic), partition)?;
        found.replicas = replicas.to_vec();
        if found.leader.is_none_or(|leader| !up.contains(&leader)) {
            found.lead(up.first().copied());
        }
        found.isr = up;
        self.metadata_changed = true;
        Ok(())
    }

    /// A broker is gone: the next replica in sync leads what it led.
    pub(crate) fn broker_down(&mut self, now: Now, node: i32) {
        self.reelect(now, |state| state.set_up(node, false));
        self.sessions.remove(&node);
        for topic in self.topics.all_mut() {
            for partition in &mut topic.partitions {
                partition.lose(node);
            }
        }
        self.metadata_changed = true;
    }

    /// A broker is back: in sync at once, and leader where nobody leads.
    pub(crate) fn broker_up(&mut self, now: Now, node: i32) {
        self.reelect(now, |state| state.set_up(node, true));
        for topic in self.topics.all_mut() {
            for partition in &mut topic.partitions {
                partition.regain(node, &self.brokers);
            }
        }
        self.metadata_changed = true;
    }

    /// A broker that is down will listen at another port.
    pub(crate) fn readdress(&mut self, node: i32, port: u16) {
        if let Some(broker) = self.brokers.get_mut(node) {
            broker.port = port;
        }
    }

    fn set_up(&mut self, node: i32, up: bool) {
        if let Some(broker) = self.brokers.get_mut(node) {
            broker.up = up;
        }
    }
}

impl Partition {
    /// The last replica in sync stays so without leading: another one's leadership would lose records.
    fn lose(&mut self, node: i32) {
        if self.isr.len() > 1 {
            self.isr.retain(|replica| *replica != node);
        }
        if self.leader == Some(node) {
            let next = self.isr.first().copied().filter(|next| *next != node);
            self.lead(next);
        }
    }

    fn regain(&mut self, node: i32, brokers: &Brokers) {
        if self.leader.is_none() && self.isr.contains(&node) {
            self.lead(Some(node));
        }
        if self.leader.is_none() {
            return;
        }
        for replica in &self.replicas {
            if brokers.is_up(*replica) && !self.isr.contains(replica) {
                self.isr.push(*replica);
            }
        }
    }
}
