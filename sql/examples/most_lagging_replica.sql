-- The replica that is furthest behind, and how far, in milliseconds.
-- expect: ^db[0-9]	127\.0\.0\.1	[0-9]+
SELECT MEMBER_NAME, SQL_HOST, SQL_PORT, REPLICATION_LAG_MS
FROM cluster_schema.MEMBERS
WHERE ROLE = 'REPLICA'
ORDER BY REPLICATION_LAG_MS IS NULL DESC, REPLICATION_LAG_MS DESC
LIMIT 1;
