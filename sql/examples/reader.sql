-- Where to read now: online, less than a second behind, the least busy; the primary only if nobody else is left.
-- expect: ^127\.0\.0\.1	[0-9]+$
SELECT SQL_HOST, SQL_PORT
FROM cluster_schema.MEMBERS
WHERE STATE = 'ONLINE' AND (ROLE = 'PRIMARY' OR ROLE = 'REPLICA' AND REPLICATION_LAG_MS < 1000)
ORDER BY ROLE = 'PRIMARY', THREADS_RUNNING, QUERIES_PER_SECOND
LIMIT 1;
