//! Offsets on their way to their groups' coordinators, and what those say of each.

use std::collections::BTreeMap;
use std::sync::Arc;

use ottla_client::protocol::error_code::ErrorCode;
use ottla_client::protocol::types::TopicPartition;
use ottla_client::{Client, CommittedOffset, GroupMember};

use super::fault;
use super::rows::to_kafka;
use crate::error::StoreError;
use crate::model::{MemberIdentity, Row};

/// One offset to be stored, and as whom; without a member, from outside the group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    pub(super) row: &'a Row,
    pub(super) member: Option<&'a MemberIdentity>,
}

/// What became of an offset.
#[derive(Clone, Debug)]
pub(super) enum Said {
    Stored,
    /// The member is none, or of another generation; from outside: the group has members.
    NotYours,
    Rejected(String),
}

/// Stores offsets, and says of each, in their order, what became of it.
///
/// # Errors
/// Nothing was stored, unless the outcome is unknown.
pub(super) async fn store(
    client: &Client,
    doing: &'static str,
    entries: &[Entry<'_>],
) -> Result<Vec<Said>, StoreError> {
    let mut said: Vec<Said> = entries.iter().map(unsayable).collect();
    let mut answered = false;
    for (group, batch) in requests(entries, &said) {
        let member = batch.first().and_then(|at| entries[*at].member).map(member);
        let offsets: Vec<_> = batch.iter().map(|at| offset(entries[*at].row)).collect();
        let group = client.offsets().group(group);
        let results = group.commit(member.as_ref(), &offsets).await;
        let results = results.map_err(|error| match fault::writing(doing, error) {
            // What an earlier request stored can't be taken back.
            source if answered => fault::unknown(doing, source.into()),
            source => source,
        })?;
        answered = true;
        for (at, (_, result)) in batch.into_iter().zip(results) {
            said[at] = read(client, result);
        }
    }
    Ok(said)
}

/// A string's length has 16 bits in the protocol: what is longer can't even be sent.
fn unsayable(entry: &Entry<'_>) -> Said {
    match i16::try_from(entry.row.metadata.len()) {
        Ok(_) => Said::Stored,
        Err(_) => Said::Rejected(ErrorCode::OFFSET_METADATA_TOO_LARGE.to_string()),
    }
}

/// Which entries go into which request: a request speaks for one member of one group.
fn requests(entries: &[Entry<'_>], said: &[Said]) -> Vec<(Arc<str>, Vec<usize>)> {
    let mut requests = BTreeMap::<_, Vec<usize>>::new();
    for (at, entry) in entries.iter().enumerate() {
        if matches!(said[at], Said::Rejected(_)) {
            continue;
        }
        let member = entry
            .member
            .map(|member| (&member.member_id, member.generation, &member.instance_id));
        let request = requests.entry((&entry.row.key.group_id, member));
        request.or_default().push(at);
    }
    let requests = requests.into_iter();
    requests
        .map(|((group, _), batch)| (Arc::clone(group), batch))
        .collect()
}

fn member(member: &MemberIdentity) -> GroupMember {
    GroupMember {
        member_id: member.member_id.clone(),
        generation: member.generation,
        instance_id: member.instance_id.clone(),
    }
}

fn offset(row: &Row) -> (TopicPartition, CommittedOffset) {
    (row.key.topic_partition(), to_kafka(row))
}

fn read(client: &Client, result: Result<(), ErrorCode>) -> Said {
    match result {
        Ok(()) => Said::Stored,
        Err(code) if fault::speaks_of_membership(code) => Said::NotYours,
        Err(code) => {
            if code == ErrorCode::UNKNOWN_TOPIC_ID {
                client.stale_metadata();
            }
            Said::Rejected(code.to_string())
        }
    }
}
