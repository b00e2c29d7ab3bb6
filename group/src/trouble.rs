//! Trouble as all tasks of a run share it: one word when it starts, one when it ends, whoever meets it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use ottla_client::ClientError;
use ottla_offset_store::BoxError;

use crate::error::GroupError;
use crate::patience::{GiveUp, Patience, Verdict};
use crate::voice::{Party, Voice, Word};

/// Keeps the peace with one party: the cluster, or the offset store.
#[derive(Debug)]
pub(crate) struct Trouble {
    group_id: Arc<str>,
    party: Party,
    voice: Voice,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    patience: Patience,
    word: Option<Word>,
}

impl Trouble {
    pub(crate) fn new(group_id: Arc<str>, party: Party, give_up: GiveUp, voice: Voice) -> Self {
        let patience = Patience::new(give_up);
        Self {
            group_id,
            party,
            voice,
            state: Mutex::new(State {
                patience,
                word: None,
            }),
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
        let mut state = self.lock();
        match state.patience.failed(now()) {
            Verdict::Ongoing => Ok(()),
            Verdict::Started => {
                let say = || {
                    let (group, why) = (&self.group_id, Chain(&*error));
                    tracing::warn!("group {group:?}: can't {doing}, trying again: {why}");
                };
                state.word = Some(self.voice.start(self.party, say));
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

    /// It is there, as its answer shows, whatever it answered: no wrong address. Ends no trouble.
    pub(crate) fn is_there(&self) {
        self.lock().patience.prove();
    }

    pub(crate) fn succeeded(&self) {
        let mut state = self.lock();
        let over = state.patience.succeeded(now());
        if let (Some(over), Some(word)) = (over, state.word.take()) {
            let (group, party) = (&self.group_id, self.party);
            let seconds = over.elapsed.as_secs_f32();
            word.end(|| {
                tracing::warn!(
                    "group {group:?}: {party} answers again, after {} attempts in {seconds:.1} s",
                    over.attempts
                );
            });
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn now() -> std::time::Instant {
    tokio::time::Instant::now().into_std()
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cluster => "the cluster",
            Self::Store => "the offset store",
        })
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
