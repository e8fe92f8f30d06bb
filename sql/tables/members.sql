-- One row for each member of the cluster, as this node sees it.
CREATE TABLE cluster_schema.MEMBERS (
    -- The member's identity for as long as the cluster knows its name: a UUID.
    MEMBER_ID CHAR(36) NOT NULL COLLATE NOCASE,
    -- The node's name (node.name).
    MEMBER_NAME VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- Host name or address where clients reach the member's sidecar (sql.advertise).
    SQL_HOST VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- TCP port where clients reach the member's sidecar.
    SQL_PORT INT UNSIGNED NOT NULL,
    -- PRIMARY, REPLICA, STANDALONE (neither, or it is not known) or WITNESS.
    ROLE VARCHAR(16) NOT NULL COLLATE NOCASE,
    -- STARTING, ONLINE, STANDBY, LAGGING, RECOVERING, MAINTENANCE, FENCED, DIVERGED, OFFLINE, SUSPECT, STOPPING, DEAD or LEFT.
    STATE VARCHAR(16) NOT NULL COLLATE NOCASE,
    -- 1 for the member that answers, else 0.
    IS_LOCAL INT NOT NULL,
    -- The failure domain (node.zone); empty if none is configured.
    ZONE VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- The reign that the member belongs to; 0 where no quorum decides.
    EPOCH BIGINT UNSIGNED NOT NULL,
    -- 1 if the server refuses writes, else 0. NULL while that is not known, and for a witness.
    READ_ONLY INT,
    -- Milliseconds behind the head of the chain of replication: the greatest lag over all links, its own and those of the members between. NULL if not a replica, or if one of these links does not run or its lag is not known.
    REPLICATION_LAG_MS BIGINT UNSIGNED,
    -- Threads of the server that are at work. NULL while the server is not seen.
    THREADS_RUNNING BIGINT UNSIGNED,
    -- Client connections of the server. NULL while the server is not seen.
    CONNECTIONS BIGINT UNSIGNED,
    -- Statements a second, averaged between the last two probes. NULL before the second probe and while the server is not seen.
    QUERIES_PER_SECOND DOUBLE,
    -- Version that the server greets with. NULL if no probe has ever reached it.
    SERVER_VERSION VARCHAR(64) COLLATE NOCASE,
    -- The server's server_id. NULL if no probe has ever reached it.
    SERVER_ID INT UNSIGNED,
    -- GTID position: gtid_current_pos (MariaDB) or gtid_executed (MySQL). NULL if no probe has ever reached the server, or the GTIDs are too many to be told.
    GTID_POSITION TEXT COLLATE NOCASE,
    -- How willing the member is to become primary (node.promotion): prefer, neutral, prefer_not or must_not.
    PROMOTION VARCHAR(16) NOT NULL COLLATE NOCASE,
    -- When this node first saw the member in its present state; UTC.
    STATE_SINCE DATETIME(6) NOT NULL,
    -- Milliseconds since a packet of the member last came in, at the time of the query; 0 for the local member. NULL if none ever came.
    LAST_HEARD_MS BIGINT UNSIGNED,
    -- The number with which the member refutes rumours of its death; it rises with each.
    INCARNATION BIGINT UNSIGNED NOT NULL,
    -- What is wrong with the member or its server, for people to read. NULL if nothing is known to be.
    PROBLEM TEXT COLLATE NOCASE
);
