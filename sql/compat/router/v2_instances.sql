-- The members whose sidecars can be asked: one row each.
CREATE TABLE mysql_innodb_cluster_metadata.v2_instances (
    -- A number of this node's own for the member; it joins these tables and means nothing elsewhere.
    instance_id INT UNSIGNED NOT NULL,
    -- The cluster's name stands for its identity.
    cluster_id VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- The member's name (node.name).
    label VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- The member's MEMBER_ID, in place of the server_uuid, which MariaDB has not.
    mysql_server_uuid CHAR(36) NOT NULL COLLATE NOCASE,
    -- Host and port where clients reach the member's sidecar (sql.advertise).
    address VARCHAR(265) NOT NULL COLLATE NOCASE,
    -- The same.
    endpoint VARCHAR(265) NOT NULL COLLATE NOCASE,
    -- For the X protocol, which sidecars do not speak: always NULL.
    xendpoint VARCHAR(265) COLLATE NOCASE,
    -- For Group Replication: always NULL.
    grendpoint VARCHAR(265) COLLATE NOCASE,
    -- JSON: tags, with _hidden for a member that clients are to leave alone now.
    attributes TEXT NOT NULL COLLATE NOCASE,
    -- Always empty.
    description TEXT NOT NULL COLLATE NOCASE
);

-- A hidden member still tells Router the topology, but gets no clients. Sessions that are open stay on a server which
-- is up and not fenced, so that replicas can be led to another source without a break for those who read from them.
INSERT INTO mysql_innodb_cluster_metadata.v2_instances
SELECT
    m.rowid, CLUSTER_NAME, m.MEMBER_NAME, m.MEMBER_ID, endpoint(m.SQL_HOST, m.SQL_PORT),
    endpoint(m.SQL_HOST, m.SQL_PORT), NULL, NULL,
    CASE
        WHEN (m.ROLE = 'PRIMARY' AND m.READ_ONLY = 0)
            OR (m.ROLE = 'REPLICA' AND m.STATE IN ('ONLINE', 'LAGGING', 'STANDBY', 'SUSPECT'))
            THEN '{"tags": {}}'
        WHEN m.STATE IN ('OFFLINE', 'FENCED', 'DIVERGED')
            THEN '{"tags": {"_hidden": true, "_disconnect_existing_sessions_when_hidden": true}}'
        ELSE '{"tags": {"_hidden": true, "_disconnect_existing_sessions_when_hidden": false}}'
    END,
    ''
FROM cluster_schema.CLUSTER, cluster_schema.MEMBERS m
WHERE m.ROLE <> 'WITNESS' AND m.STATE NOT IN ('DEAD', 'LEFT');
