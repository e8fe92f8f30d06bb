-- One row for each voter or learner of the quorum; empty where no quorum decides.
CREATE TABLE cluster_schema.VOTERS (
    -- The member's name, as in MEMBERS.
    MEMBER_NAME VARCHAR(255) NOT NULL COLLATE NOCASE,
    -- LEADER, FOLLOWER, CANDIDATE or LEARNER.
    RAFT_ROLE VARCHAR(16) NOT NULL COLLATE NOCASE,
    -- The term, as the member last said.
    TERM BIGINT UNSIGNED NOT NULL,
    -- The last log entry that the member knows to be committed.
    COMMIT_INDEX BIGINT UNSIGNED NOT NULL,
    -- The last log entry that the member is known to hold. NULL on a node that does not lead.
    MATCH_INDEX BIGINT UNSIGNED,
    -- Milliseconds since this node last heard of the member in the quorum; 0 for the local member. NULL if it never did.
    LAST_CONTACT_MS BIGINT UNSIGNED
);
