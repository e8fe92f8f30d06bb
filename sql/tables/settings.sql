-- This sidecar's effective configuration, secrets blanked; its accounts are shown to its operators alone.
CREATE TABLE cluster_schema.SETTINGS (
    -- The key with its section, as in sql.listen.
    VARIABLE_NAME VARCHAR(64) NOT NULL COLLATE NOCASE,
    -- The value as text; secrets are blanked.
    VARIABLE_VALUE VARCHAR(1024) NOT NULL COLLATE NOCASE,
    -- Where the value comes from: default, file or environment.
    SOURCE VARCHAR(64) NOT NULL COLLATE NOCASE,
    -- 1 if a reload (SIGHUP) takes over a new value, else 0.
    RELOADABLE INT NOT NULL
);
