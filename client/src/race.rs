//! Several ways to one thing: the first that works wins.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::sleep;

/// Starts one attempt after another, each as soon as the one before it has failed or has had its head start, until one
/// succeeds. The others are dropped.
///
/// # Errors
///
/// Each attempt's error, in the order in which they failed.
pub(crate) async fn race<T, E, F>(
    attempts: impl IntoIterator<Item = F>,
    head_start: Duration,
) -> Result<T, Vec<E>>
where
    F: Future<Output = Result<T, E>>,
{
    let mut waiting = attempts.into_iter().peekable();
    let mut running = FuturesUnordered::new();
    let mut failed = Vec::new();
    loop {
        running.extend(waiting.next());
        tokio::select! {
            biased;
            Some(ended) = running.next() => match ended {
                Ok(won) => return Ok(won),
                Err(error) => failed.push(error),
            },
            () = sleep(head_start), if waiting.peek().is_some() => {}
            else => return Err(failed),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    async fn after(seconds: u64, result: Result<u64, u64>) -> Result<u64, u64> {
        sleep(Duration::from_secs(seconds)).await;
        result
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_one_does_not_hold_up_the_next() {
        let start = Instant::now();
        let won = race(
            [after(100, Ok(1)), after(3, Ok(2)), after(60, Ok(3))],
            Duration::from_secs(1),
        )
        .await;
        assert_eq!((won, start.elapsed().as_secs()), (Ok(2), 4));
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_starts_the_next_at_once_and_is_reported_if_all_fail() {
        let start = Instant::now();
        let won = race(
            [after(0, Err(1)), after(2, Err(2)), after(0, Err(3))],
            Duration::from_secs(9),
        )
        .await;
        assert_eq!((won, start.elapsed().as_secs()), (Err(vec![1, 2, 3]), 2));
    }

    #[tokio::test(start_paused = true)]
    async fn without_attempts_nothing_is_waited_for() {
        assert_eq!(
            race::<(), (), std::future::Ready<_>>([], Duration::from_secs(9)).await,
            Err(vec![])
        );
    }
}
