-- The members in the form of the ISIS2IS table: one row each.
CREATE TABLE information_schema.ISIS2IS (
    -- What is wrong with the member; empty if nothing is.
    ERROR VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- 0 if nothing is wrong, 2003 if the member's server cannot be reached.
    ERRNO INT UNSIGNED NOT NULL,
    -- The member's name (node.name).
    ISIS2_MEMBER VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- Host name or address where clients reach the member's sidecar (sql.advertise).
    MYSQL_HOST VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- TCP port where clients reach the member's sidecar, as text.
    MYSQL_PORT_OR_SOCKET VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- on, off, starting, stopping or standby (up, and not meant for clients now).
    MYSQL_STATUS VARCHAR(16) NOT NULL COLLATE NOCASE,
    -- master, slave or standalone.
    MYSQL_ROLE VARCHAR(16) NOT NULL COLLATE NOCASE,
    -- Seconds for which the last sign of life is taken as good: a member silent for longer is off.
    MYSQL_HEARTBEAT_TTL INT UNSIGNED NOT NULL,
    -- When this node last heard of the member, on the clock of NOW(). NULL if it never did.
    MYSQL_HEARTBEAT_LAST DATETIME(6)
);

INSERT INTO information_schema.ISIS2IS
SELECT
    CASE STATE
        WHEN 'OFFLINE' THEN 'the server is down'
        WHEN 'DEAD' THEN 'the node is down'
        WHEN 'DIVERGED' THEN 'the server has transactions of its own'
        WHEN 'RECOVERING' THEN 'replication does not run'
        ELSE ''
    END,
    iif(STATE IN ('OFFLINE', 'DEAD'), 2003, 0),
    MEMBER_NAME,
    SQL_HOST,
    SQL_PORT,
    CASE
        WHEN STATE IN ('ONLINE', 'LAGGING', 'RECOVERING', 'SUSPECT') THEN 'on'
        WHEN STATE IN ('STANDBY', 'MAINTENANCE', 'FENCED', 'DIVERGED') THEN 'standby'
        WHEN STATE IN ('STARTING', 'STOPPING') THEN lower(STATE)
        ELSE 'off'
    END,
    CASE ROLE WHEN 'PRIMARY' THEN 'master' WHEN 'REPLICA' THEN 'slave' ELSE 'standalone' END,
    5,
    milliseconds_ago(LAST_HEARD_MS)
FROM cluster_schema.MEMBERS
WHERE ROLE <> 'WITNESS';
