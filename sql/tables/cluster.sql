-- The cluster as a whole: one row.
CREATE TABLE cluster_schema.CLUSTER (
    -- The cluster's name (cluster).
    CLUSTER_NAME VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- Rises with every change that a driver should act on: members, roles, states, epoch, primary, addresses,
    -- zones.
    TOPOLOGY_VERSION BIGINT UNSIGNED NOT NULL,
    -- The number of the present primary's reign; 0 where no quorum decides.
    EPOCH BIGINT UNSIGNED NOT NULL,
    -- Name of the member that leads the quorum. NULL while there is none, and where no quorum decides.
    LEADER VARCHAR(255) COLLATE NOCASE,
    -- 1 if this node reaches a quorum of the voters, else 0. NULL where no quorum decides.
    HAS_QUORUM INT,
    -- How many members vote; 0 where no quorum decides.
    VOTERS INT UNSIGNED NOT NULL,
    -- How many members are ONLINE, LAGGING or STANDBY.
    MEMBERS_ONLINE INT UNSIGNED NOT NULL,
    -- How many members this node knows, whatever their state.
    MEMBERS_TOTAL INT UNSIGNED NOT NULL,
    -- Why there is no primary, member by member, for people to read. NULL while there is one.
    PRIMARY_PROBLEM TEXT COLLATE NOCASE
);
