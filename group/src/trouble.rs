//! Trouble as all tasks of a run share it: one word when it starts, one when it ends, whoever meets it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use ottla_client::ClientError;
use ottla_offset_store::BoxError;

use crate::error::GroupError;
use crate::patience::{GiveUp, Patience, Verdict};

/// Keeps the peace with one party: the cluster, or the offset store.
#[derive(Debug)]
pub(crate) struct Trouble {
    group_id: Arc<str>,
    party: &'static str,
    patience: Mutex<Patience>,
}

impl Trouble {
    pub(crate) fn new(group_id: Arc<str>, party: &'static str, give_up: GiveUp) -> Self {
        Self {
            group_id,
            party,
            patience: Mutex::new(Patience::new(give_up)),
        }
    }

    /// Something failed that trying again may cure.
    ///
    /// # Errors
    /// [`GroupError::GaveUp`] when that was hoped for long enough.
    pub(crate) fn failed(
        &self,
        doing: &'static str,
        error: impl Into<BoxError>,
    ) -> Result<(), GroupError> {
        let error = error.into();
        let now = tokio::time::Instant::now().into_std();
        match self.with(|patience| patience.failed(now)) {
            Verdict::Ongoing => Ok(()),
            Verdict::Started => {
                tracing::warn!(
                    "group {:?}: can't {doing}, trying again: {}",
                    self.group_id,
                    Chain(&*error)
                );
                Ok(())
            }
            Verdict::GiveUp { elapsed, attempts } => Err(GroupError::GaveUp {
                doing,
                elapsed,
                attempts,
                source: error,
            }),
        }
    }

    pub(crate) fn succeeded(&self) {
        let now = tokio::time::Instant::now().into_std();
        if let Some(over) = self.with(|patience| patience.succeeded(now)) {
            tracing::warn!(
                "group {:?}: {} answers again, after {} attempts in {:.1} s",
                self.group_id,
                self.party,
                over.attempts,
                over.elapsed.as_secs_f32()
            );
        }
    }

    fn with<T>(&self, f: impl FnOnce(&mut Patience) -> T) -> T {
        f(&mut self.patience.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Whether waiting may help, also where the client itself has tried for a while already: a group's patience is longer.
pub(crate) fn may_pass(error: &ClientError) -> bool {
    match error {
        ClientError::GaveUp { source, .. } => may_pass(source),
        error => error.is_retriable(),
    }
}

/// An error and its sources, in one line.
pub(crate) struct Chain<'a>(pub(crate) &'a dyn std::error::Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}
