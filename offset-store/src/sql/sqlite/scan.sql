SELECT cluster_id, group_id, topic, partition, topic_id, former_topic_ids, next_offset, leader_epoch, metadata,
       fence, replaced, owner, partitions_seen, updated_at
FROM ottla_offsets
WHERE ?1 IS NULL OR group_id = ?1
