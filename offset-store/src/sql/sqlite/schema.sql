-- One row a partition, as a group of a cluster reads it. Only next_offset and owner may be null: an unknown cluster is
-- '', an unknown topic id 16 zero bytes, an unknown epoch -1, because null never equals null in a guard.
CREATE TABLE IF NOT EXISTS ottla_offsets (
    cluster_id       TEXT    NOT NULL,
    group_id         TEXT    NOT NULL,
    topic            TEXT    NOT NULL,
    partition        INTEGER NOT NULL,
    topic_id         BLOB    NOT NULL, -- 16 bytes
    former_topic_ids BLOB    NOT NULL, -- 16 bytes each, oldest first
    next_offset      INTEGER,          -- null once it was deleted
    leader_epoch     INTEGER NOT NULL,
    metadata         TEXT    NOT NULL,
    fence            BLOB    NOT NULL, -- 16 random bytes, new with each write
    replaced         BLOB    NOT NULL, -- the fence that the owner's claim replaced
    owner            TEXT,
    partitions_seen  INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL, -- milliseconds since 1970, for people
    PRIMARY KEY (cluster_id, group_id, topic, partition)
) WITHOUT ROWID;

-- What was skipped by policy. "from" is the first offset not processed, "to" where processing went on.
CREATE TABLE IF NOT EXISTS ottla_gaps (
    cluster_id TEXT    NOT NULL,
    group_id   TEXT    NOT NULL,
    topic      TEXT    NOT NULL,
    partition  INTEGER NOT NULL,
    "from"     INTEGER NOT NULL,
    "to"       INTEGER NOT NULL,
    reason     TEXT    NOT NULL,
    at         INTEGER NOT NULL
);
