//! Trying again: how long to pause, and when to stop.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use tokio::time::Instant;

use crate::config::ClientConfig;
use crate::error::ClientError;

/// The friend of a loop that tries again: pauses grow from attempt to attempt, with jitter, until the time is up.
///
/// ```no_run
/// # async fn attempt() -> Result<(), ottla_client::ClientError> { Ok(()) }
/// # async fn example(client: ottla_client::Client) -> Result<(), ottla_client::ClientError> {
/// let mut backoff = client.backoff("list offsets", client.config().default_api_timeout);
/// loop {
///     match attempt().await {
///         Ok(done) => return Ok(done),
///         Err(error) => backoff.pause(error).await?,
///     }
/// }
/// # }
/// ```
#[derive(Debug)]
pub struct Backoff {
    what: &'static str,
    pauses: ExponentialBackoff,
    started: Instant,
    within: Duration,
    attempts: u32,
}

impl Backoff {
    /// Pauses from `retry.backoff.ms` to `retry.backoff.max.ms`, until `within` has passed.
    pub(crate) fn new(
        what: &'static str,
        config: &ClientConfig,
        seed: u64,
        within: Duration,
    ) -> Self {
        Self {
            what,
            pauses: pauses(config.retry_backoff, config.retry_backoff_max, seed),
            started: Instant::now(),
            within,
            attempts: 0,
        }
    }

    /// Pauses after a failed attempt.
    ///
    /// # Errors
    ///
    /// The failure itself if trying again can't help; [`ClientError::GaveUp`] around it if the time is up.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: a dropped pause counts as an attempt all the same.
    pub async fn pause(&mut self, failure: ClientError) -> Result<(), ClientError> {
        self.attempts += 1;
        if !failure.is_retriable() {
            return Err(failure);
        }
        match self.next_pause(self.started.elapsed()) {
            Some(pause) => {
                tracing::debug!(what = self.what, ?pause, %failure, "trying again");
                tokio::time::sleep(pause).await;
                Ok(())
            }
            None => Err(self.gave_up(failure)),
        }
    }

    /// The time left for the next attempt.
    #[must_use]
    pub fn time_left(&self) -> Duration {
        self.within.saturating_sub(self.started.elapsed())
    }

    /// How often it has been tried.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// `None`: the next attempt would start after the time is up.
    fn next_pause(&mut self, elapsed: Duration) -> Option<Duration> {
        let pause = self.pauses.next()?;
        (elapsed + pause < self.within).then_some(pause)
    }

    fn gave_up(&self, failure: ClientError) -> ClientError {
        ClientError::GaveUp {
            what: self.what,
            attempts: self.attempts,
            elapsed: self.started.elapsed(),
            source: failure.into(),
        }
    }
}

/// Endless growing pauses between `least` and `most`, each with up to its own length of jitter, drawn from `seed`, so that many clients don't come back at once.
pub(crate) fn pauses(least: Duration, most: Duration, seed: u64) -> ExponentialBackoff {
    ExponentialBuilder::new()
        .with_min_delay(least)
        .with_max_delay(most)
        .without_max_times()
        .with_jitter()
        .with_jitter_seed(seed)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backoff(within: Duration) -> Backoff {
        Backoff::new("test", &ClientConfig::new("h:1"), 7, within)
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_grow_and_end_in_time() {
        let mut backoff = backoff(Duration::from_secs(10));
        let mut last = Duration::ZERO;
        let error = loop {
            let before = Instant::now();
            match backoff
                .pause(ClientError::UnknownBroker { broker: 7 })
                .await
            {
                Ok(()) => last = before.elapsed(),
                Err(error) => break error,
            }
            assert!(
                last <= Duration::from_secs(2),
                "{last:?} is above the cap and its jitter"
            );
        };
        assert!(
            last >= Duration::from_secs(1),
            "{last:?}: the pauses did not grow"
        );
        assert!(backoff.started.elapsed() <= Duration::from_secs(10));
        let ClientError::GaveUp {
            attempts, source, ..
        } = &error
        else {
            panic!("{error}")
        };
        assert!((9..=16).contains(attempts), "{attempts}");
        assert!(source.is_retriable() && !error.is_retriable());
    }

    #[tokio::test(start_paused = true)]
    async fn what_waiting_cant_help_comes_back_as_it_is() {
        let error = backoff(Duration::from_secs(10))
            .pause(ClientError::Closed)
            .await;
        assert!(matches!(error, Err(ClientError::Closed)));
    }
}
