-- The cluster among clusters of every type: one row.
CREATE TABLE mysql_innodb_cluster_metadata.v2_clusters (
    -- Always ar: asynchronous replication.
    cluster_type VARCHAR(8) NOT NULL COLLATE NOCASE,
    -- Always pm: one primary.
    primary_mode VARCHAR(8) NOT NULL COLLATE NOCASE,
    -- The cluster's name stands for its identity.
    cluster_id VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- The cluster's name (cluster).
    cluster_name VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- JSON without content.
    router_options TEXT NOT NULL COLLATE NOCASE
);

INSERT INTO mysql_innodb_cluster_metadata.v2_clusters
SELECT 'ar', 'pm', CLUSTER_NAME, CLUSTER_NAME, '{}' FROM cluster_schema.CLUSTER;
