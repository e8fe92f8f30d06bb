-- This sidecar's counters and gauges, at the time of the query.
CREATE TABLE cluster_schema.STATUS (
    -- The counter's name.
    VARIABLE_NAME VARCHAR(64) NOT NULL COLLATE NOCASE,
    -- Its value as text; units stand in the name.
    VARIABLE_VALUE VARCHAR(1024) NOT NULL COLLATE NOCASE
);
