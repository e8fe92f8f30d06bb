-- The topology's history as this node saw it, oldest first; the newest 1000 lines are kept.
CREATE TABLE cluster_schema.EVENTS (
    -- Counts up from 1 since this sidecar started.
    EVENT_ID BIGINT UNSIGNED NOT NULL,
    -- When this node saw it; UTC.
    AT DATETIME(6) NOT NULL,
    -- MEMBER_JOINED, MEMBER_FORGOTTEN, STATE_CHANGED, ROLE_CHANGED, PRIMARY_CHANGED, PRIMARY_CONFLICT, NO_PRIMARY,
    -- MEMBER_PROBLEM, PROBLEM_SOLVED, ADDRESS_CHANGED, ZONE_CHANGED, MEMBER_REFUSED, NAME_CONFLICT or
    -- CLIENT_PATH_CHANGED; where a quorum decides also LEADER_CHANGED, QUORUM_LOST, QUORUM_BACK, VOTER_ADDED,
    -- VOTER_REMOVED, FENCED and UNFENCED.
    TYPE VARCHAR(32) NOT NULL COLLATE NOCASE,
    -- The member that it happened to. NULL for an event of the whole cluster.
    MEMBER_NAME VARCHAR(255) COLLATE NOCASE,
    -- The reign in which it happened; 0 where no quorum decides.
    EPOCH BIGINT UNSIGNED NOT NULL,
    -- What changed, for people to read.
    DETAIL TEXT NOT NULL COLLATE NOCASE
);
