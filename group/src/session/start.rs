//! Start policies, resolved to offsets.

use std::time::SystemTime;

use ottla_client::offsets::OffsetSpec;
use ottla_client::{Client, ClientError};
use ottla_offset_store::Committed;
use ottla_protocol::types::TopicPartition;

use crate::config::StartPolicy;
use crate::error::GroupError;

/// What became of one partition's start.
pub(crate) type Resolved = Result<Committed, Unresolved>;

/// There is no offset to start at.
#[derive(Debug)]
pub(crate) enum Unresolved {
    /// The policy is to fail.
    Policy(GroupError),
    Client(ClientError),
}

/// Asks the leaders where `policy` starts, one answer a partition, in their order.
pub(crate) async fn resolve(
    client: &Client,
    wanted: &[(TopicPartition, StartPolicy)],
) -> Vec<Resolved> {
    let questions: Vec<_> = wanted
        .iter()
        .map(|(partition, policy)| (partition.clone(), spec(*policy, client.system_time())))
        .collect();
    let isolation = client.config().isolation_level;
    let answers = client.offsets().list(&questions, isolation).await;
    let mut starts = Vec::with_capacity(wanted.len());
    for ((partition, policy), (_, answer)) in wanted.iter().zip(answers) {
        starts.push(match answer {
            _ if *policy == StartPolicy::Fail => {
                Err(Unresolved::Policy(GroupError::NothingCommitted {
                    partition: partition.clone(),
                }))
            }
            Ok(Some(found)) => Ok(Committed::at(found.offset)),
            Ok(None) => newest(client, partition).await,
            Err(error) => Err(Unresolved::Client(error)),
        });
    }
    starts
}

/// No record is as young as the timestamp: from the end on.
async fn newest(client: &Client, partition: &TopicPartition) -> Resolved {
    let isolation = client.config().isolation_level;
    let listed = client
        .offsets()
        .list_one(partition, OffsetSpec::Newest, isolation)
        .await;
    match listed {
        Ok(found) => Ok(Committed::at(found.map_or(0, |found| found.offset))),
        Err(error) => Err(Unresolved::Client(error)),
    }
}

fn spec(policy: StartPolicy, now: SystemTime) -> OffsetSpec {
    match policy {
        StartPolicy::Oldest | StartPolicy::Fail => OffsetSpec::Oldest,
        StartPolicy::Newest => OffsetSpec::Newest,
        StartPolicy::Timestamp(ms) => OffsetSpec::Timestamp(ms.max(0)),
        StartPolicy::Before(age) => {
            let since_1970 = now.duration_since(SystemTime::UNIX_EPOCH);
            let then = since_1970
                .unwrap_or_default()
                .saturating_sub(age)
                .as_millis();
            OffsetSpec::Timestamp(i64::try_from(then).unwrap_or(i64::MAX))
        }
    }
}
