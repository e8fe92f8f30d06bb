-- Waits for a change of the topology that is not known yet (here: of any, since 0 is never the version), at most two
-- seconds (3600 at most), then shows the primary. The result is the version to wait with the next time.
-- expect: ^[1-9][0-9]*$
SET @known = 0;
SELECT cluster_schema.wait_for_change(@known, 2) AS TOPOLOGY_VERSION;
SELECT MEMBER_NAME, SQL_HOST, SQL_PORT FROM cluster_schema.PRIMARY_MEMBER;
