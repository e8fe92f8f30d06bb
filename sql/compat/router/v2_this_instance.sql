-- The member that answers: one row.
CREATE TABLE mysql_innodb_cluster_metadata.v2_this_instance (
    -- The cluster's name stands for its identity.
    cluster_id VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- As in v2_instances.
    instance_id INT UNSIGNED NOT NULL,
    -- The cluster's name (cluster).
    cluster_name VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- Always ar: asynchronous replication.
    cluster_type VARCHAR(8) NOT NULL COLLATE NOCASE
);

INSERT INTO mysql_innodb_cluster_metadata.v2_this_instance
SELECT CLUSTER_NAME, m.rowid, CLUSTER_NAME, 'ar'
FROM cluster_schema.CLUSTER, cluster_schema.MEMBERS m
WHERE m.IS_LOCAL = 1;
