-- One line for a monitoring system: is there a primary, who is not online, who is behind?
-- expect: ^(OK|DEGRADED|NO PRIMARY)	[0-9]+	[0-9]+
SELECT
    CASE WHEN (SELECT COUNT(*) FROM cluster_schema.PRIMARY_MEMBER) = 0 THEN 'NO PRIMARY'
         WHEN SUM(STATE <> 'ONLINE') > 0 THEN 'DEGRADED'
         ELSE 'OK' END AS HEALTH,
    SUM(STATE = 'ONLINE') AS MEMBERS_ONLINE,
    COUNT(*) AS MEMBERS_TOTAL,
    GROUP_CONCAT(CASE WHEN STATE <> 'ONLINE' THEN CONCAT(MEMBER_NAME, ' ', STATE) END) AS NOT_ONLINE,
    MAX(REPLICATION_LAG_MS) AS GREATEST_LAG_MS
FROM cluster_schema.MEMBERS;
