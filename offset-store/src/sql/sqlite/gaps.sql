SELECT cluster_id, group_id, topic, partition, "from", "to", reason, at
FROM ottla_gaps
WHERE ?1 IS NULL OR group_id = ?1
ORDER BY rowid
