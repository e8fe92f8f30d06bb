-- The members that a client can use, in the form of Amazon Aurora: one row each.
CREATE TABLE information_schema.REPLICA_HOST_STATUS (
    -- Host name or address where clients reach the member's sidecar (the host of sql.advertise).
    SERVER_ID VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- MASTER_SESSION_ID for the primary, once its server takes writes; for any other member its MEMBER_ID.
    SESSION_ID VARCHAR(64) NOT NULL COLLATE NOCASE,
    -- Threads of the server that are at work, at most 100: a measure of load in place of a processor's percent.
    CPU DOUBLE NOT NULL,
    -- Milliseconds behind the source; 0 for the primary. NULL if the server does not know.
    REPLICA_LAG_IN_MILLISECONDS DOUBLE,
    -- When this node last heard of the member, on the clock of NOW(); for the member that answers, the time of the query.
    LAST_UPDATE_TIMESTAMP DATETIME(6) NOT NULL
);

-- Members in other states (RECOVERING, MAINTENANCE, OFFLINE and so on) are left out, and so is a server that neither
-- replicates nor is the primary: what it holds may be old. A member under suspicion stays for as long as that lasts.
INSERT INTO information_schema.REPLICA_HOST_STATUS
SELECT
    SQL_HOST,
    iif(ROLE = 'PRIMARY', 'MASTER_SESSION_ID', MEMBER_ID),
    min(coalesce(THREADS_RUNNING, 0), 100) * 1.0,
    iif(ROLE = 'PRIMARY', 0.0, REPLICATION_LAG_MS * 1.0),
    coalesce(milliseconds_ago(LAST_HEARD_MS), STATE_SINCE)
FROM cluster_schema.MEMBERS
WHERE (ROLE = 'PRIMARY' AND READ_ONLY = 0)
    OR (ROLE = 'REPLICA' AND STATE IN ('ONLINE', 'LAGGING', 'STANDBY', 'SUSPECT'));
