//! What happens without a request: transactions that are open for too long are aborted, ids that nobody uses are forgotten.
//!
//! As in Kafka both go by the wall clock, and are looked for now and then only: a transaction may stay open for longer than its
//! time-out, by as much as lies between two looks.

use std::sync::Arc;
use std::time::Duration;

use super::metadata::TransactionMetadata;
use super::{TransactionCoordinator, TransactionState};
use crate::time::Now;

impl TransactionCoordinator {
    /// When [`Self::tick`] has something to look for; none while there can't be anything.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        let is_ongoing = |it: &TransactionMetadata| it.state == TransactionState::Ongoing;
        let abort = self
            .ids
            .values()
            .any(is_ongoing)
            .then_some(self.next_abort_check);
        let expiry = (!self.ids.is_empty()).then_some(self.next_expiry_check);
        abort.into_iter().chain(expiry).min()
    }

    /// Looks, where it is time to.
    pub fn tick(&mut self, now: Now) {
        if now.at >= self.next_abort_check {
            let interval = self.settings.abort_timed_out_transaction_cleanup_interval;
            self.next_abort_check = next_check(now.at, interval);
            self.abort_timed_out(now);
        }
        if now.at >= self.next_expiry_check {
            let interval = self.settings.remove_expired_transaction_cleanup_interval;
            self.next_expiry_check = next_check(now.at, interval);
            self.expire(now);
        }
    }

    /// Aborts what is open for longer than its producer wished. The producer is fenced by it, though no other one exists: it hears
    /// PRODUCER_FENCED or INVALID_PRODUCER_EPOCH (T50).
    fn abort_timed_out(&mut self, now: Now) {
        let timed_out = |metadata: &TransactionMetadata| {
            let ends = metadata
                .start_ms
                .saturating_add(i64::from(metadata.timeout_ms));
            metadata.state == TransactionState::Ongoing && ends < now.wall_ms
        };
        for id in self.led(timed_out) {
            self.abort_and_fence(&id, now);
        }
    }

    fn expire(&mut self, now: Now) {
        let expiration = self.settings.transactional_id_expiration.as_millis();
        let expiration = i64::try_from(expiration).unwrap_or(i64::MAX);
        let last = now.wall_ms.saturating_sub(expiration);
        let expired = |metadata: &TransactionMetadata| {
            metadata.state.may_expire() && metadata.last_update_ms <= last
        };
        for id in self.led(expired) {
            self.ids.remove(&id);
            self.changed.insert(id);
        }
    }

    /// Ids that a condition is true of, and whose coordinator has read what there is of them.
    fn led(&self, condition: impl Fn(&TransactionMetadata) -> bool) -> Vec<Arc<str>> {
        let found = self
            .ids
            .iter()
            .filter(|(id, metadata)| condition(metadata) && !self.leadership(id).loading);
        found.map(|(id, _)| Arc::clone(id)).collect()
    }
}

/// The next multiple of the interval, however late it is.
fn next_check(at: Duration, interval: Duration) -> Duration {
    let interval = interval.max(Duration::from_millis(1));
    let passed = at.as_nanos() / interval.as_nanos();
    let checks = u32::try_from(passed).unwrap_or(u32::MAX - 1);
    interval.saturating_mul(checks.saturating_add(1))
}
