//! How members go: by word, for a while, or because time ran out.

use ottla_protocol::messages::consumer_group_heartbeat::ConsumerGroupHeartbeatRequest;

use super::heartbeat::HeartbeatOutcome;
use super::validate::LEAVE_STATIC;
use super::{ConsumerGroup, MemberState, Refusal};
use crate::groups::context::Turn;
use crate::groups::topics::TopicView;

impl ConsumerGroup {
    pub(super) fn leave(
        &mut self,
        topics: &dyn TopicView,
        request: &ConsumerGroupHeartbeatRequest<'_>,
    ) -> Result<HeartbeatOutcome, Refusal> {
        let id = request.member_id;
        if let Some(instance_id) = request.instance_id {
            self.static_member(instance_id, id)?;
        }
        self.known_member(request.group_id, id)?;
        if request.member_epoch == LEAVE_STATIC {
            self.step_out(id);
        } else {
            self.fence(topics, id);
        }
        Ok(HeartbeatOutcome::left(Some(id), request.member_epoch))
    }

    /// A static member that comes back keeps its partitions until its session ends.
    fn step_out(&mut self, id: &str) {
        if let Some(member) = self.members.get_mut(id) {
            member.epoch = LEAVE_STATIC;
            member.revoking.clear();
            member.rebalance_deadline = None;
        }
    }

    /// The member is out, and all that it held is free.
    pub(in crate::groups) fn fence(&mut self, topics: &dyn TopicView, id: &str) {
        self.take_out(id);
        self.look_at(topics);
        self.epoch = self.epoch.saturating_add(1);
    }

    pub(super) fn take_out(&mut self, id: &str) {
        let gone = self.members.remove(id);
        self.targets.remove(id);
        if let Some(instance_id) = gone.and_then(|member| member.instance_id)
            && self
                .statics
                .get(&instance_id)
                .is_some_and(|owner| owner == id)
        {
            self.statics.remove(&instance_id);
        }
    }

    /// Throws out who was not heard of in time, or did not give up partitions in time.
    pub(in crate::groups) fn tick(&mut self, turn: &Turn<'_>, topics: &dyn TopicView) {
        let late: Vec<String> = self
            .members
            .iter()
            .filter(|(_, member)| member.next_deadline().is_some_and(|at| at <= turn.now.at))
            .map(|(id, _)| id.clone())
            .collect();
        for id in late {
            self.fence(topics, &id);
        }
    }

    /// The coordinator is another broker: all is in the log but the timers, which begin anew.
    pub(in crate::groups) fn moved(&mut self, turn: &Turn<'_>) {
        self.seen_version = None;
        self.assigned_at = None;
        for member in self.members.values_mut() {
            let session = match &mut member.classic {
                Some(side) => {
                    side.join_deadline = None;
                    side.sync_deadline = None;
                    side.session_timeout
                }
                None => turn.settings.consumer_session_timeout,
            };
            member.session_deadline = Some(turn.after(session));
            if member.state == MemberState::UnrevokedPartitions {
                member.rebalance_deadline = Some(turn.after(member.rebalance_timeout));
            }
        }
    }
}
