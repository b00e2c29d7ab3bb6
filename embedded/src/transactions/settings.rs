//! Settings under Kafka's names, with Kafka's defaults.

use std::time::Duration;

/// What a coordinator is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `transaction.max.timeout.ms`: the longest time-out that a producer may ask for. 15 minutes.
    pub transaction_max_timeout: Duration,
    /// `transactional.id.expiration.ms`: an id that wasn't used for so long is forgotten. 7 days.
    pub transactional_id_expiration: Duration,
    /// `transaction.abort.timed.out.transaction.cleanup.interval.ms`: how often transactions that are open for too long are looked
    /// for. 10 s.
    pub abort_timed_out_transaction_cleanup_interval: Duration,
    /// `transaction.remove.expired.transaction.cleanup.interval.ms`: how often ids that expired are looked for. 1 hour.
    pub remove_expired_transaction_cleanup_interval: Duration,
    /// `transaction.state.log.num.partitions`: partitions of `__transaction_state`. 50.
    pub transaction_state_log_num_partitions: i32,
    /// The finalized level of the feature `transaction.version`: with 2, the coordinator's own aborts raise the epoch as KIP-890 has
    /// it. Which version a client speaks is seen by its requests. 2.
    pub transaction_version: i16,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            transaction_max_timeout: Duration::from_secs(15 * 60),
            transactional_id_expiration: Duration::from_secs(7 * 24 * 3600),
            abort_timed_out_transaction_cleanup_interval: Duration::from_secs(10),
            remove_expired_transaction_cleanup_interval: Duration::from_secs(3600),
            transaction_state_log_num_partitions: 50,
            transaction_version: 2,
        }
    }
}

impl Settings {
    /// Whether the coordinator's own aborts raise the epoch as KIP-890 has it.
    pub(super) fn raises_epochs(&self) -> bool {
        self.transaction_version >= 2
    }

    pub(super) fn allows_timeout(&self, timeout_ms: i32) -> bool {
        let timeout = u64::try_from(timeout_ms).unwrap_or(0);
        timeout > 0 && Duration::from_millis(timeout) <= self.transaction_max_timeout
    }
}
