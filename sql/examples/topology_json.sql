-- The whole topology as one JSON document, for scripts.
-- expect: ^\{"cluster": "demo", "version": [0-9]+, "members": \[\{.*"PRIMARY".*\]\}$
SELECT CONCAT(
    '{"cluster": "', CLUSTER_NAME, '", "version": ', TOPOLOGY_VERSION, ', "members": [',
    (SELECT GROUP_CONCAT(JSON_OBJECT('name', MEMBER_NAME, 'host', SQL_HOST, 'port', SQL_PORT,
        'role', ROLE, 'state', STATE, 'lag_ms', REPLICATION_LAG_MS)) FROM cluster_schema.MEMBERS),
    ']}'
) AS TOPOLOGY
FROM cluster_schema.CLUSTER;
