DELETE FROM ottla_offsets
WHERE cluster_id = ?1 AND group_id = ?2 AND topic = ?3 AND partition = ?4 AND fence = ?5
