-- The cluster: one row.
CREATE TABLE mysql_innodb_cluster_metadata.v2_ar_clusters (
    -- As in v2_ar_members.
    view_id BIGINT UNSIGNED NOT NULL,
    -- Always ar: asynchronous replication.
    cluster_type VARCHAR(8) NOT NULL COLLATE NOCASE,
    -- Always pm: one primary.
    primary_mode VARCHAR(8) NOT NULL COLLATE NOCASE,
    -- Always SINGLE-PRIMARY-TREE.
    async_topology_type VARCHAR(32) NOT NULL COLLATE NOCASE,
    -- The cluster's name stands for its identity.
    cluster_id VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- The cluster's name (cluster).
    cluster_name VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- JSON without content.
    attributes TEXT NOT NULL COLLATE NOCASE,
    -- JSON without content.
    options TEXT NOT NULL COLLATE NOCASE,
    -- JSON without content.
    router_options TEXT NOT NULL COLLATE NOCASE
);

INSERT INTO mysql_innodb_cluster_metadata.v2_ar_clusters
SELECT iif(EPOCH > 0, EPOCH, TOPOLOGY_VERSION), 'ar', 'pm', 'SINGLE-PRIMARY-TREE', CLUSTER_NAME, CLUSTER_NAME, '{}', '{}', '{}'
FROM cluster_schema.CLUSTER;
