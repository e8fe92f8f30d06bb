-- The same members with their part in replication: one row each.
CREATE TABLE mysql_innodb_cluster_metadata.v2_ar_members (
    -- The number of the primary's reign (EPOCH); where no quorum decides TOPOLOGY_VERSION of cluster_schema.CLUSTER.
    view_id BIGINT UNSIGNED NOT NULL,
    -- The cluster's name stands for its identity.
    cluster_id VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- As in v2_instances.
    instance_id INT UNSIGNED NOT NULL,
    -- The member's name (node.name).
    label VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- The member's MEMBER_ID; @@server_uuid in a query on these tables is that of the member that answers.
    member_id CHAR(36) NOT NULL COLLATE NOCASE,
    -- PRIMARY once the primary's server takes writes, else SECONDARY.
    member_role VARCHAR(16) NOT NULL COLLATE NOCASE,
    -- The primary's MEMBER_ID. NULL for the primary, and while there is none.
    master_member_id CHAR(36) COLLATE NOCASE,
    -- The primary's instance_id. NULL for the primary, and while there is none.
    master_instance_id INT UNSIGNED
);

INSERT INTO mysql_innodb_cluster_metadata.v2_ar_members
SELECT
    iif(c.EPOCH > 0, c.EPOCH, c.TOPOLOGY_VERSION), c.CLUSTER_NAME, m.rowid, m.MEMBER_NAME, m.MEMBER_ID,
    iif(m.ROLE = 'PRIMARY' AND m.READ_ONLY = 0, 'PRIMARY', 'SECONDARY'),
    nullif(p.MEMBER_ID, m.MEMBER_ID), nullif(p.rowid, m.rowid)
FROM cluster_schema.CLUSTER c
    JOIN cluster_schema.MEMBERS m
    LEFT JOIN cluster_schema.MEMBERS p ON p.ROLE = 'PRIMARY'
WHERE m.ROLE <> 'WITNESS' AND m.STATE NOT IN ('DEAD', 'LEFT');
