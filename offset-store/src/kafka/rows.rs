//! What a group has committed in Kafka, as rows, and back.

use std::hash::{DefaultHasher, Hash, Hasher};

use ottla_client::CommittedOffset;
use ottla_protocol::types::TopicId;

use crate::model::{Committed, Fence, Key, Row};

/// All that Kafka tells of an offset. The rest of the row is what a row says that does not know.
pub(super) fn row(key: Key, stored: CommittedOffset) -> Row {
    let committed = Committed {
        next: stored.next,
        leader_epoch: stored.leader_epoch,
        metadata: stored.metadata,
    };
    Row {
        key,
        topic_id: TopicId::UNKNOWN,
        former_topic_ids: Vec::new(),
        next_offset: Some(committed.next),
        leader_epoch: epoch(&committed),
        fence: mark(&committed),
        metadata: committed.metadata,
        replaced: Fence::NONE,
        owner: None,
        partitions_seen: 0,
        updated_at: 0,
    }
}

/// Stands where other stores keep a random fence: it tells one value from another, so that an owner sees a change, and
/// nobody has to hold it.
pub(super) fn mark(at: &Committed) -> Fence {
    let mut hasher = DefaultHasher::new();
    (epoch(at), &at.metadata).hash(&mut hasher);
    let mut mark = [0; 16];
    mark[..8].copy_from_slice(&at.next.to_be_bytes());
    mark[8..].copy_from_slice(&hasher.finish().to_be_bytes());
    Fence(mark)
}

pub(super) fn to_kafka(row: &Row) -> CommittedOffset {
    CommittedOffset {
        next: row.next_offset.unwrap_or(-1),
        leader_epoch: (row.leader_epoch >= 0).then_some(row.leader_epoch),
        metadata: row.metadata.clone(),
    }
}

fn epoch(at: &Committed) -> i32 {
    at.leader_epoch.filter(|epoch| *epoch >= 0).unwrap_or(-1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_reads_back_under_the_mark_that_it_was_written_with() {
        let key = Key::new("", "billing", "orders", 0);
        for at in [
            Committed::at(7),
            Committed::at(7).with_leader_epoch(0),
            Committed::at(7).with_metadata("half way"),
            Committed::at(8),
        ] {
            let stored = CommittedOffset {
                next: at.next,
                leader_epoch: at.leader_epoch,
                metadata: at.metadata.clone(),
            };
            let row = row(key.clone(), stored.clone());
            assert_eq!(row.committed(), Some(at.clone()));
            assert_eq!(row.fence, mark(&at));
            assert_eq!(to_kafka(&row), stored);
        }
    }

    #[test]
    fn each_part_of_a_value_shows_in_its_mark() {
        let at = Committed::at(7);
        let others = [
            Committed::at(8),
            at.clone().with_leader_epoch(0),
            at.clone().with_metadata("x"),
        ];
        assert!(others.iter().all(|other| mark(other) != mark(&at)));
        let no_epoch = at.clone().with_leader_epoch(-1);
        assert_eq!(mark(&no_epoch), mark(&at), "Kafka has one way to say none");
    }
}
