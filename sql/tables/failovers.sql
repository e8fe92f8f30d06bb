-- One row for each failover or switchover, oldest first; empty until failover exists.
CREATE TABLE cluster_schema.FAILOVERS (
    -- Counts up from 1 over the cluster's life.
    FAILOVER_ID BIGINT UNSIGNED NOT NULL,
    -- FAILOVER or SWITCHOVER.
    KIND VARCHAR(16) NOT NULL COLLATE NOCASE,
    -- Why it was begun, for people to read.
    REASON TEXT NOT NULL COLLATE NOCASE,
    -- Name of the member that was primary. NULL if there was none.
    OLD_PRIMARY VARCHAR(255) COLLATE NOCASE,
    -- Name of the member that became primary. NULL if none did.
    NEW_PRIMARY VARCHAR(255) COLLATE NOCASE,
    -- The reign that it began.
    EPOCH BIGINT UNSIGNED NOT NULL,
    -- When it began; UTC.
    STARTED_AT DATETIME(6) NOT NULL,
    -- Milliseconds from the failure to its detection. NULL for a switchover.
    DETECTED_MS BIGINT UNSIGNED,
    -- Milliseconds from its begin until the new primary could be written. NULL while it is under way or if it failed.
    TOTAL_MS BIGINT UNSIGNED,
    -- How it ended. NULL while it is under way.
    RESULT VARCHAR(32) COLLATE NOCASE,
    -- How many acknowledged transactions may be lost. NULL if that is not known.
    LOST_TRANSACTIONS BIGINT UNSIGNED,
    -- What was done, step by step, for people to read.
    STEPS TEXT NOT NULL COLLATE NOCASE
);
