-- The version of the metadata schema whose form these tables have: one row.
CREATE TABLE mysql_innodb_cluster_metadata.schema_version (
    -- The first part of the version.
    major INT NOT NULL,
    -- The second part of the version.
    minor INT NOT NULL,
    -- The third part of the version.
    patch INT NOT NULL
);

INSERT INTO mysql_innodb_cluster_metadata.schema_version VALUES (2, 1, 0);
