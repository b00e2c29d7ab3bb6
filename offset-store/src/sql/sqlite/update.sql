-- The guard "my fence": one row changes, or somebody wrote after us.
UPDATE ottla_offsets
SET topic_id = ?5, former_topic_ids = ?6, next_offset = ?7, leader_epoch = ?8, metadata = ?9, fence = ?10,
    replaced = ?11, owner = ?12, partitions_seen = ?13, updated_at = ?14
WHERE cluster_id = ?1 AND group_id = ?2 AND topic = ?3 AND partition = ?4 AND fence = ?15
