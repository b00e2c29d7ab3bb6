//! Polls that are counted: a future is dropped at its first, its second, … await, until there is none at which it could be.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time::timeout;

/// No future that is tested here has so many awaits.
const MOST: usize = 2_000;
/// What still works has an answer by then; time is paused, so it costs nothing.
const SOON: Duration = Duration::from_secs(120);

/// Polls a future so many times. None: it was not done by then, and is dropped.
pub(crate) async fn polled<F: Future>(times: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = times;
    poll_fn(|cx| {
        left -= 1;
        match future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// For each await of `call`: sets up anew, drops the call there, and has `check` show that all still works. Returns how often it was dropped.
pub(crate) async fn at_each_await<S, T>(
    what: &str,
    setup: impl AsyncFn() -> S,
    call: impl AsyncFn(&mut S) -> T,
    check: impl AsyncFn(S, Option<T>),
) -> usize {
    for polls in 1..MOST {
        let at = || format!("{what}, dropped with poll {polls}");
        let mut state = setup().await;
        // Not `timeout(…, call)` alone: what is to be dropped must not wait for ever either.
        let called = timeout(SOON, polled(polls, call(&mut state))).await;
        let called = called.unwrap_or_else(|_| panic!("{}: it hangs", at()));
        let is_done = called.is_some();
        let checked = timeout(SOON, check(state, called)).await;
        checked.unwrap_or_else(|_| panic!("{}: nothing works any more", at()));
        if is_done {
            return polls - 1;
        }
    }
    panic!("{what}: it is never done");
}
