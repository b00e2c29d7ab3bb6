//! DescribeLogDirs: one directory a broker, with all replicas that it keeps.

use ottla_protocol::api::ReadRequest;
use ottla_protocol::messages::describe_log_dirs::{
    DescribableLogDirTopic, DescribeLogDirsPartition, DescribeLogDirsRequest,
    DescribeLogDirsResponse, DescribeLogDirsResult, DescribeLogDirsTopic,
};

use crate::state::State;
use crate::state::call::{Call, Handled};
use crate::state::topics::{Partition, Topic};

/// What stands for a directory: there is none.
const LOG_DIR: &str = "/memory";

pub(crate) fn handle(state: &mut State, call: &Call<'_>, body: &[u8]) -> Handled {
    let request = DescribeLogDirsRequest::read_body(body, call.version)?;
    let topics = state.topics.all();
    let topics = topics.map(|topic| line(topic, call.node, request.topics.as_deref()));
    call.answer(&DescribeLogDirsResponse {
        results: vec![DescribeLogDirsResult {
            log_dir: LOG_DIR,
            topics: topics
                .filter(|topic| !topic.partitions.is_empty())
                .collect(),
            ..Default::default()
        }],
        ..Default::default()
    })
}

fn line<'a>(
    topic: &'a Topic,
    node: i32,
    wanted: Option<&[DescribableLogDirTopic<'_>]>,
) -> DescribeLogDirsTopic<'a> {
    let is_wanted = |number: i32| {
        let mut named = wanted.into_iter().flatten();
        wanted.is_none()
            || named.any(|one| one.topic == &*topic.name && one.partitions.contains(&number))
    };
    let kept = (0..).zip(&topic.partitions);
    let kept = kept.filter(|(number, one)| one.replicas.contains(&node) && is_wanted(*number));
    DescribeLogDirsTopic {
        name: &topic.name,
        partitions: kept.map(|(number, one)| replica(number, one)).collect(),
        ..Default::default()
    }
}

fn replica(partition_index: i32, partition: &Partition) -> DescribeLogDirsPartition {
    DescribeLogDirsPartition {
        partition_index,
        partition_size: i64::try_from(partition.log.bytes()).unwrap_or(i64::MAX),
        ..Default::default()
    }
}
