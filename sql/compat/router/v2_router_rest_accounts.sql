-- Accounts of routers' REST interface: always empty.
CREATE TABLE mysql_innodb_cluster_metadata.v2_router_rest_accounts (
    -- The cluster that the account belongs to.
    cluster_id VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- The account's name.
    user VARCHAR(256) NOT NULL COLLATE NOCASE,
    -- How the password is kept.
    authentication_method VARCHAR(64) NOT NULL COLLATE NOCASE,
    -- The password's hash. NULL for none.
    authentication_string TEXT COLLATE NOCASE,
    -- JSON. NULL for none.
    privileges TEXT COLLATE NOCASE
);
