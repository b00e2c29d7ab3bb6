//! When and why work on an assignment has to end.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// For handlers of a lost assignment to notice and return by themselves.
const LOST_GRACE: Duration = Duration::from_millis(500);

/// Why a partition has no more records to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// The group rebalances: finish and mark by then, what is marked will be committed. Whoever takes longer is cut
    /// off, and nothing more of the partition is committed.
    Revoked {
        /// The deadline.
        by: Instant,
    },
    /// The run was told to stop, or another partition failed. As `Revoked`.
    Stopping {
        /// The deadline.
        by: Instant,
    },
    /// Somebody reset the offset or took the partition over: drop the work in hand and return. If the partition is
    /// still owned, `consume_claim` is called anew, from where the offset stands now.
    Fenced,
    /// The partition is another's already: drop the work in hand and return. Nothing more is committed.
    Lost,
}

impl Ending {
    /// Until when work may go on; none: not at all.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        match self {
            Self::Revoked { by } | Self::Stopping { by } => Some(*by),
            Self::Fenced | Self::Lost => None,
        }
    }
}

/// Says and hears that a session ends. Clones speak of the same session.
#[derive(Clone, Debug, Default)]
pub(crate) struct End(Arc<Word>);

/// Not a `watch`: that one wakes those who wait in an order of its own drawing, and no run would be like another.
#[derive(Debug, Default)]
struct Word {
    said: Mutex<Option<Ending>>,
    news: Notify,
}

impl End {
    /// The first word holds, except that a loss overrides all else and a nearer deadline a later one.
    pub(crate) fn say(&self, ending: Ending) {
        let mut said = self.word();
        let news = match *said {
            None => true,
            Some(Ending::Lost) => false,
            Some(said) => ending == Ending::Lost || ending.deadline() < said.deadline(),
        };
        if news {
            *said = Some(ending);
            drop(said);
            self.0.news.notify_waiters();
        }
    }

    pub(crate) fn said(&self) -> Option<Ending> {
        *self.word()
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.said() == Some(Ending::Lost)
    }

    /// Returns once the session has to end.
    ///
    /// # Cancel safety
    /// Cancel safe.
    pub(crate) async fn wait(&self) -> Ending {
        loop {
            let mut news = pin!(self.0.news.notified());
            // Listening begins before the look, or a word in between is missed.
            news.as_mut().enable();
            if let Some(said) = self.said() {
                return said;
            }
            news.await;
        }
    }

    /// Returns when work must be cut off: at the deadline, or soon after the assignment was lost.
    ///
    /// # Cancel safety
    /// Cancel safe.
    pub(crate) async fn deadline(&self) {
        loop {
            let mut news = pin!(self.0.news.notified());
            news.as_mut().enable();
            let by = match self.wait().await.deadline() {
                Some(by) => by.into(),
                None => tokio::time::Instant::now() + LOST_GRACE,
            };
            tokio::select! {
                biased;
                () = tokio::time::sleep_until(by) => return,
                () = news => {}
            }
        }
    }

    fn word(&self) -> MutexGuard<'_, Option<Ending>> {
        self.0.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_loss_overrides_a_revocation_and_nothing_overrides_a_loss() {
        let end = End::default();
        let revoked = Ending::Revoked {
            by: Instant::now() + Duration::from_secs(30),
        };
        end.say(revoked);
        assert_eq!(end.wait().await, revoked);
        end.say(Ending::Lost);
        end.say(revoked);
        assert_eq!(end.wait().await, Ending::Lost);
    }

    /// Or a run would not repeat.
    #[tokio::test]
    async fn who_waits_is_woken_in_the_order_of_arrival() {
        let end = End::default();
        let (woken, mut order) = tokio::sync::mpsc::unbounded_channel();
        for number in 0..50 {
            let (end, woken) = (end.clone(), woken.clone());
            tokio::spawn(async move {
                end.wait().await;
                woken.send(number)
            });
        }
        tokio::task::yield_now().await;
        end.say(Ending::Lost);
        for number in 0..50 {
            assert_eq!(order.recv().await, Some(number));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_may_come_nearer_while_it_is_waited_for() {
        let end = End::default();
        let now = tokio::time::Instant::now();
        let by = |seconds| (now + Duration::from_secs(seconds)).into_std();
        end.say(Ending::Revoked { by: by(30) });
        let waiting = tokio::spawn({
            let end = end.clone();
            async move { end.deadline().await }
        });
        tokio::task::yield_now().await;
        end.say(Ending::Stopping { by: by(7) });
        end.say(Ending::Revoked { by: by(20) });
        waiting.await.unwrap();
        assert_eq!(now.elapsed().as_secs(), 7);
    }
}
