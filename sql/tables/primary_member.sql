-- The primary: one row, or none while there is no primary.
CREATE TABLE cluster_schema.PRIMARY_MEMBER (
    -- The primary's identity, as in MEMBERS.
    MEMBER_ID CHAR(36) NOT NULL COLLATE NOCASE,
    -- The primary's name, as in MEMBERS.
    MEMBER_NAME VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- Host name or address where clients reach the primary's sidecar.
    SQL_HOST VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- TCP port where clients reach the primary's sidecar.
    SQL_PORT INT UNSIGNED NOT NULL,
    -- The number of its reign; 0 where no quorum decides.
    EPOCH BIGINT UNSIGNED NOT NULL,
    -- When this node first saw it as primary; UTC.
    SINCE DATETIME(6) NOT NULL,
    -- Milliseconds until its lease ends. NULL on other nodes than its own, and where no quorum decides.
    LEASE_REMAINING_MS BIGINT UNSIGNED
);
