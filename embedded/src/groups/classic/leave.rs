//! LeaveGroup: several members at once, by id or by static name.

use ottla_protocol::error_code::ErrorCode;

use super::{ClassicGroup, ClassicState};
use crate::groups::context::Turn;

impl ClassicGroup {
    /// One code for each of those who leave.
    pub(in crate::groups) fn leave(
        &mut self,
        turn: &mut Turn<'_>,
        leaving: &[(&str, Option<&str>)],
    ) -> Vec<ErrorCode> {
        let codes: Vec<ErrorCode> = leaving
            .iter()
            .map(|&(member_id, instance_id)| {
                self.leave_one(turn, member_id, instance_id)
                    .err()
                    .unwrap_or(ErrorCode::NONE)
            })
            .collect();
        if codes.iter().any(|code| code.is_ok()) {
            match self.state {
                ClassicState::Stable | ClassicState::CompletingRebalance => {
                    self.prepare_rebalance(turn)
                }
                ClassicState::PreparingRebalance => self.complete_if_all_joined(turn),
                ClassicState::Empty => {}
            }
        }
        codes
    }

    fn leave_one(
        &mut self,
        turn: &mut Turn<'_>,
        member_id: &str,
        instance_id: Option<&str>,
    ) -> Result<(), ErrorCode> {
        if member_id.is_empty() {
            let by_name = instance_id.and_then(|name| self.statics.get(name)).cloned();
            let id = by_name.ok_or(ErrorCode::UNKNOWN_MEMBER_ID)?;
            self.throw_out(turn, &id);
        } else if self.pending.contains_key(member_id) {
            self.remove(member_id);
        } else {
            self.check_member(member_id, instance_id)?;
            self.throw_out(turn, member_id);
        }
        Ok(())
    }
}
