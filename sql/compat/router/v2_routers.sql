-- Routers that have registered: always empty, since nothing can be written here.
CREATE TABLE mysql_innodb_cluster_metadata.v2_routers (
    -- The router's number.
    router_id INT UNSIGNED NOT NULL,
    -- The cluster that it leads to. NULL for none.
    cluster_id VARCHAR(255) COLLATE NOCASE,
    -- The router's name.
    router_name VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- MySQL Router.
    product_name VARCHAR(128) NOT NULL COLLATE NOCASE,
    -- Where it runs. NULL if it did not say.
    address VARCHAR(256) COLLATE NOCASE,
    -- Its version. NULL if it did not say.
    version VARCHAR(128) COLLATE NOCASE,
    -- When it last said that it runs. NULL if it never did.
    last_check_in DATETIME,
    -- JSON. NULL for none.
    attributes TEXT COLLATE NOCASE,
    -- The cluster set that it leads to. NULL for none.
    clusterset_id VARCHAR(255) COLLATE NOCASE,
    -- JSON. NULL for none.
    options TEXT COLLATE NOCASE
);
