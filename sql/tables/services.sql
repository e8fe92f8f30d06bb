-- One row for each service that applications elect a leader for; empty where no quorum decides.
CREATE TABLE cluster_schema.SERVICES (
    -- The service's name, as applications chose it.
    SERVICE VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- The leader's id, as the application gave it. NULL while there is no leader.
    LEADER_ID VARCHAR(255) COLLATE NOCASE,
    -- Rises with each leader: a fencing token.
    TERM BIGINT UNSIGNED NOT NULL,
    -- How long the lease lasts without renewal, in milliseconds; the longest that the leader has asked for. 0 while there is no leader.
    LEASE_MS BIGINT UNSIGNED NOT NULL,
    -- Milliseconds until the lease ends. NULL while there is no leader, and on a node that does not lead the quorum.
    LEASE_REMAINING_MS BIGINT UNSIGNED,
    -- When the leader was elected; UTC. NULL while there is no leader.
    ACQUIRED_AT DATETIME(6),
    -- How many others want to lead; 0 on a node that does not lead the quorum.
    OBSERVERS INT UNSIGNED NOT NULL
);
