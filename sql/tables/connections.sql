-- One row for each client session of this sidecar, at the time of the query; without PROCESS, those of your own user.
CREATE TABLE cluster_schema.CONNECTIONS (
    -- The id that CONNECTION_ID() and KILL use: mysqld's; for the sidecar's accounts that of the greeting (from 1073741824). NULL before the login.
    CONNECTION_ID BIGINT UNSIGNED,
    -- The name that the client logged in with. NULL before the login.
    USER VARCHAR(128) COLLATE NOCASE,
    -- The client's address without its port.
    HOST VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- cluster_schema if it is the chosen schema. NULL otherwise: mysqld alone knows which one is (SHOW PROCESSLIST).
    DB VARCHAR(64) COLLATE NOCASE,
    -- 1 if the client's connection is encrypted by TLS, else 0.
    TLS INT NOT NULL,
    -- CONNECTING, AUTHENTICATING, IDLE, IN_TRANSACTION (idle in one), EXECUTING or CLOSING.
    STATE VARCHAR(16) NOT NULL COLLATE NOCASE,
    -- Commands that the client has sent since it connected.
    COMMANDS BIGINT UNSIGNED NOT NULL,
    -- Bytes that came from the client since it connected, after decryption and decompression.
    BYTES_IN BIGINT UNSIGNED NOT NULL,
    -- Bytes that went to the client since it connected, before compression and encryption.
    BYTES_OUT BIGINT UNSIGNED NOT NULL,
    -- Milliseconds since the client connected.
    AGE_MS BIGINT UNSIGNED NOT NULL
);
