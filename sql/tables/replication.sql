-- One row for each replication link of each member, as the member last told it.
CREATE TABLE cluster_schema.REPLICATION (
    -- The replica's name, as in MEMBERS.
    MEMBER_NAME VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- Name of the member that it replicates from. NULL if the source is no member of the cluster.
    SOURCE_NAME VARCHAR(255) COLLATE NOCASE,
    -- The receiving thread: Yes, No, Connecting or Preparing, as the server says. NULL while the server is not seen.
    IO_STATE VARCHAR(32) COLLATE NOCASE,
    -- The applying thread: Yes or No, as the server says. NULL while the server is not seen.
    SQL_STATE VARCHAR(32) COLLATE NOCASE,
    -- Milliseconds behind the source; the server counts whole seconds. NULL while the server does not know or is not seen.
    LAG_MS BIGINT UNSIGNED,
    -- GTIDs received: Gtid_IO_Pos (MariaDB) or Retrieved_Gtid_Set (MySQL). NULL if the link uses no GTIDs, received none, or they are too many to be told.
    GTID_RECEIVED TEXT COLLATE NOCASE,
    -- GTIDs applied: gtid_current_pos (MariaDB, whose SHOW ALL SLAVES STATUS has it as Gtid_Slave_Pos) or gtid_executed (MySQL). NULL if there are none, or they are too many to be told.
    GTID_APPLIED TEXT COLLATE NOCASE,
    -- How many transactions of the source are not applied yet. NULL until failover exists.
    MISSING_TRANSACTIONS BIGINT UNSIGNED,
    -- GTIDs that the source does not have. NULL until failover exists.
    ERRANT_TRANSACTIONS TEXT COLLATE NOCASE,
    -- The last errors of the two threads, with their numbers, on one line. NULL if there are none or the server is not seen.
    LAST_ERROR TEXT COLLATE NOCASE,
    -- 1 if the replica acknowledges to the source (semi-synchronous replication), else 0. NULL if the server has no such feature or is not seen.
    SEMI_SYNC INT,
    -- The link's name: connection (MariaDB) or channel (MySQL); empty for the default one.
    CHANNEL VARCHAR(64) NOT NULL COLLATE NOCASE,
    -- Host name or address of the source, as the replica was told.
    SOURCE_HOST VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- TCP port of the source, as the replica was told.
    SOURCE_PORT INT UNSIGNED NOT NULL,
    -- The source's server_id. NULL while the link has never connected.
    SOURCE_SERVER_ID INT UNSIGNED
);
