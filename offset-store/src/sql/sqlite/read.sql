SELECT cluster_id, group_id, topic, partition, topic_id, former_topic_ids, next_offset, leader_epoch, metadata,
       fence, replaced, owner, partitions_seen, updated_at
FROM ottla_offsets
WHERE cluster_id = ?1 AND group_id = ?2 AND topic = ?3 AND partition = ?4
