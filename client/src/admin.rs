//! Administration: topics, groups, and the offsets of groups.
//!
//! Each call takes several topics or groups and gives a result for each, in the order asked: one that fails does not hide the others.
//! Each goes to the broker that is in charge of it, and is tried again while that broker moves or starts, until `default.api.timeout.ms`
//! is over.

mod error;
mod groups;
mod offsets;
mod topics;

use std::fmt;
use std::time::Duration;

use crate::client::Client;
use crate::error::ClientError;

pub use error::AdminError;
pub use groups::{DescribedGroup, DescribedMember, ListedGroup};
pub use topics::{CreatedTopic, NewTopic};

/// One result for each thing asked about, with its name, in the order asked.
pub type Each<N, T> = Vec<(N, Result<T, AdminError>)>;

/// Administers a cluster. Cheap to clone.
#[derive(Clone)]
pub struct Admin {
    client: Client,
}

impl Client {
    /// Administers the cluster.
    #[must_use]
    pub fn admin(&self) -> Admin {
        Admin {
            client: self.clone(),
        }
    }
}

impl Admin {
    fn time(&self) -> Duration {
        self.client.config().default_api_timeout
    }

    /// Asks a group's coordinator, and again while it moves or starts.
    async fn ask_coordinator<T, F>(
        &self,
        what: &'static str,
        group: &str,
        attempt: impl Fn(i32) -> F,
    ) -> Result<T, ClientError>
    where
        F: Future<Output = Result<T, ClientError>>,
    {
        let mut backoff = self.client.backoff(what, self.time());
        loop {
            let asked = async { attempt(self.client.coordinator_once(group).await?).await };
            match asked.await {
                Ok(done) => return Ok(done),
                Err(error) => {
                    if error.is_retriable() {
                        self.client.forget_coordinator(group);
                    }
                    backoff.pause(error).await?;
                }
            }
        }
    }
}

impl fmt::Debug for Admin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admin").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An async closure in one of these would make its future one that no task can run.
    #[test]
    fn every_call_can_be_made_in_a_task() {
        fn can_be_spawned<F: Future + Send>(_: impl Fn(&'static Admin) -> F) {}
        can_be_spawned(|admin| admin.create_topics(&[]));
        can_be_spawned(|admin| admin.delete_topics(&[]));
        can_be_spawned(|admin| admin.describe_topics(&[]));
        can_be_spawned(Admin::list_groups);
        can_be_spawned(|admin| admin.describe_groups(&[]));
        can_be_spawned(|admin| admin.delete_groups(&[]));
        can_be_spawned(|admin| admin.delete_offsets("", &[]));
    }
}
