INSERT INTO ottla_gaps (cluster_id, group_id, topic, partition, "from", "to", reason, at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
