//! From what a member holds to what it is to hold: first it gives up, then it takes, and only what nobody else may be
//! working on any more.

use ottla_protocol::error_code::ErrorCode;

use super::{ConsumerGroup, ConsumerMember, MemberState, Owned, Refusal, refuse};
use crate::groups::assignor::Target;
use crate::groups::context::Turn;

impl ConsumerGroup {
    /// Takes a member one step on. `held` is what it says that it holds, if it says so.
    pub(super) fn reconcile(
        &mut self,
        turn: &Turn<'_>,
        id: &str,
        held: Option<&Target>,
    ) -> Result<(), Refusal> {
        let Some(member) = self.members.get(id) else {
            return refuse(ErrorCode::UNKNOWN_MEMBER_ID, "");
        };
        let Some(next) = self.next_step(id, member, held) else {
            return Ok(());
        };
        let moved = next.epoch != member.epoch
            || next.state != member.state
            || next.revoking != member.revoking;
        let deadline = turn.after(next.rebalance_timeout);
        self.members.insert(id.to_owned(), next);
        if let Some(member) = self.members.get_mut(id) {
            match member.state {
                MemberState::UnrevokedPartitions if moved => {
                    member.rebalance_deadline = Some(deadline)
                }
                MemberState::UnrevokedPartitions => {}
                _ => member.rebalance_deadline = None,
            }
        }
        Ok(())
    }

    fn next_step(
        &self,
        id: &str,
        member: &ConsumerMember,
        held: Option<&Target>,
    ) -> Option<ConsumerMember> {
        match member.state {
            MemberState::Stable if member.epoch == self.target_epoch => None,
            MemberState::Stable | MemberState::UnreleasedPartitions => {
                Some(self.towards_target(id, member, member.epoch, held))
            }
            MemberState::UnrevokedPartitions if still_holds(held, &member.revoking) => None,
            // It gave up what it had to: that is worth an epoch, even where more is to be given up.
            MemberState::UnrevokedPartitions => {
                Some(self.towards_target(id, member, member.epoch + 1, held))
            }
        }
    }

    fn towards_target(
        &self,
        id: &str,
        member: &ConsumerMember,
        epoch: i32,
        held: Option<&Target>,
    ) -> ConsumerMember {
        let nothing = Target::new();
        let target = self.targets.get(id).unwrap_or(&nothing);
        let (kept, losing) = split(&member.assigned, target);
        let (free, waiting) = self.wanted(target, &kept, &losing);
        let mut next = member.clone();
        next.previous_epoch = member.epoch;
        next.assigned = kept;
        if !losing.is_empty() && still_holds(held, &losing) {
            next.state = MemberState::UnrevokedPartitions;
            next.revoking = losing;
            next.epoch = epoch;
        } else {
            next.state = if waiting {
                MemberState::UnreleasedPartitions
            } else {
                MemberState::Stable
            };
            next.revoking.clear();
            next.epoch = self.target_epoch;
            for (topic, partitions) in free {
                let given = partitions
                    .into_iter()
                    .map(|partition| (partition, self.target_epoch));
                next.assigned.entry(topic).or_default().extend(given);
            }
        }
        next
    }

    /// What of the target is free for the taking, and whether some is not.
    fn wanted(&self, target: &Target, kept: &Owned, losing: &Owned) -> (Target, bool) {
        let mut free = Target::new();
        let mut waiting = false;
        for (&topic, partitions) in target {
            for &partition in partitions {
                let mine = |owned: &Owned| {
                    owned
                        .get(&topic)
                        .is_some_and(|of| of.contains_key(&partition))
                };
                if mine(kept) || mine(losing) {
                    continue;
                }
                if self.is_held(topic, partition) {
                    waiting = true;
                } else {
                    free.entry(topic).or_default().insert(partition);
                }
            }
        }
        (free, waiting)
    }
}

/// What of `assigned` the target leaves, and what it takes away.
fn split(assigned: &Owned, target: &Target) -> (Owned, Owned) {
    let (mut kept, mut losing) = (Owned::new(), Owned::new());
    for (&topic, partitions) in assigned {
        for (&partition, &epoch) in partitions {
            let stays = target.get(&topic).is_some_and(|of| of.contains(&partition));
            let side = if stays { &mut kept } else { &mut losing };
            side.entry(topic).or_default().insert(partition, epoch);
        }
    }
    (kept, losing)
}

/// A member that doesn't say what it holds may hold everything.
fn still_holds(held: Option<&Target>, losing: &Owned) -> bool {
    let Some(held) = held else {
        return true;
    };
    losing.iter().any(|(topic, partitions)| {
        let held = held.get(topic);
        partitions
            .keys()
            .any(|partition| held.is_some_and(|of| of.contains(partition)))
    })
}
