//! OffsetDelete: forgets offsets of topics that nobody in the group consumes.

use ottla_protocol::error_code::ErrorCode;
use ottla_protocol::messages::offset_delete::{
    OffsetDeleteRequest, OffsetDeleteResponse, OffsetDeleteResponsePartition,
    OffsetDeleteResponseTopic,
};

use crate::groups::{Groups, Kind};

impl Groups {
    /// OffsetDelete.
    pub fn offset_delete<'r>(
        &mut self,
        request: &OffsetDeleteRequest<'r>,
    ) -> OffsetDeleteResponse<'r> {
        let refused = match self.groups.get(request.group_id) {
            _ if request.group_id.is_empty() => Some(ErrorCode::INVALID_GROUP_ID),
            None => Some(ErrorCode::GROUP_ID_NOT_FOUND),
            Some(Kind::Classic(group)) if !group.is_empty() && !group.is_consumer() => {
                Some(ErrorCode::NON_EMPTY_GROUP)
            }
            Some(_) => None,
        };
        if let Some(error) = refused {
            return OffsetDeleteResponse {
                error_code: error.code(),
                ..OffsetDeleteResponse::default()
            };
        }
        let topics = request.topics.iter().map(|topic| {
            let used = self
                .groups
                .get(request.group_id)
                .is_some_and(|group| group.is_subscribed_to(topic.name));
            let error = if used {
                ErrorCode::GROUP_SUBSCRIBED_TO_TOPIC
            } else {
                ErrorCode::NONE
            };
            let partitions = topic.partitions.iter().map(|of| {
                if !used {
                    self.offsets
                        .remove(request.group_id, topic.name, of.partition_index);
                }
                OffsetDeleteResponsePartition {
                    partition_index: of.partition_index,
                    error_code: error.code(),
                }
            });
            OffsetDeleteResponseTopic {
                name: topic.name,
                partitions: partitions.collect(),
            }
        });
        let topics = topics.collect();
        self.touch(request.group_id);
        OffsetDeleteResponse {
            topics,
            ..OffsetDeleteResponse::default()
        }
    }
}
