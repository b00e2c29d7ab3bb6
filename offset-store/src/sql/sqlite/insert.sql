-- The guard "absent": another writer's row makes this change nothing.
INSERT INTO ottla_offsets (cluster_id, group_id, topic, partition, topic_id, former_topic_ids, next_offset,
                           leader_epoch, metadata, fence, replaced, owner, partitions_seen, updated_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
ON CONFLICT DO NOTHING
