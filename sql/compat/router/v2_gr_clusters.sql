-- Clusters with Group Replication: always empty.
CREATE TABLE mysql_innodb_cluster_metadata.v2_gr_clusters (
    -- The cluster's identity.
    cluster_id VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- The cluster's name.
    cluster_name VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- The group's name.
    group_name VARCHAR(64) NOT NULL COLLATE NOCASE
);
