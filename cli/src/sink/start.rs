//! Before a job's first success: brokers and target may be away for a moment, yet a wrong address must not be tried for
//! long.

use std::fmt::Display;
use std::time::Duration;

use ottla_client::{Client, ClientError};
use ottla_offset_store::StoreError;
use tokio::time::{Instant, sleep};

use crate::context::Context;

/// How long what has never answered is tried.
const BEFORE_FIRST_SUCCESS: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(500);

/// Connects to the cluster.
///
/// # Errors
/// What the brokers say that can't pass, or did not within 30 s.
pub(crate) async fn connect(context: &Context) -> Result<Client, ClientError> {
    let patience = |error: &ClientError| match error.is_retriable() {
        true => BEFORE_FIRST_SUCCESS,
        false => Duration::ZERO,
    };
    patiently("connect", async || context.connect().await, patience).await
}

/// Opens the target, which somebody else may have locked: one that is locked is there, and waited for longer.
///
/// # Errors
/// What the store says that can't pass, or did not in time.
pub(crate) async fn open<S>(
    open: impl AsyncFn() -> Result<S, StoreError>,
    give_up_after: Duration,
) -> Result<S, StoreError> {
    let patience = |error: &StoreError| match error {
        StoreError::Busy { .. } => give_up_after,
        error if error.is_retriable() => BEFORE_FIRST_SUCCESS,
        _ => Duration::ZERO,
    };
    patiently("open the target", open, patience).await
}

/// Tries again for as long as the latest error is worth; one line when that starts, one when it ends.
async fn patiently<T, E: Display>(
    doing: &str,
    attempt: impl AsyncFn() -> Result<T, E>,
    patience: impl Fn(&E) -> Duration,
) -> Result<T, E> {
    let start = Instant::now();
    let mut spoken = false;
    loop {
        let error = match attempt().await {
            Ok(done) => {
                if spoken {
                    let seconds = start.elapsed().as_secs_f32();
                    tracing::warn!("could {doing} after {seconds:.1} s");
                }
                return Ok(done);
            }
            Err(error) => error,
        };
        if start.elapsed() + PAUSE >= patience(&error) {
            return Err(error);
        }
        if !std::mem::replace(&mut spoken, true) {
            tracing::warn!("can't {doing}, trying again: {error}");
        }
        sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    async fn tried(patience: Duration, answers_after: u32) -> (Result<(), std::fmt::Error>, u32) {
        let tries = Cell::new(0);
        let attempt = async || {
            tries.set(tries.get() + 1);
            match tries.get() > answers_after {
                true => Ok(()),
                false => Err(std::fmt::Error),
            }
        };
        let done = patiently("try", attempt, |_| patience).await;
        (done, tries.get())
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_away_for_a_moment_is_waited_for_and_no_longer_than_it_is_worth() {
        let (done, tries) = tried(BEFORE_FIRST_SUCCESS, 10).await;
        assert!(done.is_ok());
        assert_eq!(tries, 11);
        let (done, tries) = tried(BEFORE_FIRST_SUCCESS, 1000).await;
        assert!(done.is_err());
        assert_eq!(tries, 60);
        assert_eq!(tried(Duration::ZERO, 1).await.1, 1);
    }
}
