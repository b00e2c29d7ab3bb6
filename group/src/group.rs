//! A group and its run: from one assignment to the next, until it is told to stop.

use std::sync::Arc;

use ottla_client::Client;
use ottla_offset_store::{OffsetStore, ResultsStore};
use tokio_util::sync::CancellationToken;

use crate::config::GroupConfig;
use crate::error::{Ended, GroupError};
use crate::handler::{Handler, Handling};
use crate::processor::{Processing, Processor};

mod builder;
mod run;

pub use builder::GroupBuilder;
use run::Run;

/// One member of a consumer group, ready to run.
///
/// Members may share a [`Client`]: each waits on connections of its own, since while one member's join waits at the
/// coordinator for the others, nothing else gets through on that connection.
#[derive(Debug)]
pub struct Group {
    client: Client,
    config: Arc<GroupConfig>,
    store: Option<Arc<dyn OffsetStore>>,
}

impl Group {
    /// Sets up a member of the group `group_id`.
    pub fn builder(client: Client, group_id: impl Into<Arc<str>>) -> GroupBuilder {
        // Members on one connection would wait for each other to join.
        GroupBuilder::new(client.apart(), group_id.into())
    }

    /// Joins the group and has the handler consume what is assigned, from one rebalance to the next, until `stop` is
    /// cancelled. Offsets are the group's own in Kafka, or those in the [store](GroupBuilder::store).
    ///
    /// On stop, handlers have 7 s to finish; what is marked is committed, the group is left, all within 15 s
    /// whether brokers and store answer or not. If they don't, so that what is marked may come again, that is an error:
    /// [`GroupError::NotCommitted`].
    ///
    /// # Errors
    /// [`GroupError`], after the group was left as well as that went. Trouble with the cluster or the store is one only
    /// after [`GroupBuilder::give_up_after`].
    ///
    /// # Cancel safety
    /// Dropping the future ends all work at once: nothing more is committed, and the group notices after the session
    /// time-out.
    pub async fn run(
        self,
        handler: impl Handler,
        stop: CancellationToken,
    ) -> Result<Ended, GroupError> {
        let handler = Arc::new(handler);
        let store = self.store.clone();
        let work = |context| Handling::new(Arc::clone(&handler), context);
        Box::pin(Run::new(self, store)?.serve(work, stop)).await
    }

    /// Joins the group and has each record's results written into `store` exactly once, together with the offset, until
    /// `stop` is cancelled. The group's offsets in Kafka follow as a mirror.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    ///
    /// # Cancel safety
    /// As [`run`](Self::run): each transaction is committed or is not.
    pub async fn process<S: ResultsStore>(
        self,
        store: S,
        processor: impl Processor<S>,
        stop: CancellationToken,
    ) -> Result<Ended, GroupError> {
        let store = Arc::new(store);
        let processor = Arc::new(processor);
        let offsets = Arc::clone(&store) as Arc<dyn OffsetStore>;
        let work = |context| Processing {
            store: Arc::clone(&store),
            processor: Arc::clone(&processor),
            context,
        };
        Box::pin(Run::new(self, Some(offsets))?.serve(work, stop)).await
    }
}
