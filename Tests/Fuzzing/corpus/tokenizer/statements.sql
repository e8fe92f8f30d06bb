SELECT * FROM cluster_schema.members
SELECT MEMBER_NAME, ROLE FROM cluster_schema.MEMBERS WHERE STATE = 'ONLINE' ORDER BY 1 LIMIT 5
select m.member_name from `cluster_schema`.`members` as m join cluster_schema.cluster c on 1 = 1
SELECT * FROM information_schema.CLUSTER_MEMBERS WHERE SQL_PORT = ?
SELECT * FROM cluster_schema.members, test.items
WITH x AS (SELECT 1 UNION ALL SELECT 2) SELECT * FROM x, cluster_schema.cluster
WITH a AS (WITH b AS (SELECT 1) SELECT * FROM b), c (d) AS (SELECT 2) SELECT * FROM a, c, cluster_schema.cluster
SELECT (SELECT COUNT(*) FROM cluster_schema.events) AS n, "text", 'it''s', 'a\'b', x'1F', 0x1f, b'101', 0b11, 1.5e-3, .5
USE cluster_schema
USE `test`
SHOW TABLES FROM cluster_schema LIKE 'MEM%'
SHOW FULL COLUMNS FROM MEMBERS FROM cluster_schema WHERE Field = 'ROLE'
SHOW CREATE TABLE cluster_schema.members
DESCRIBE cluster_schema.members
EXPLAIN FORMAT=JSON SELECT * FROM cluster_schema.members
INSERT INTO cluster_schema.members VALUES (1); SELECT 2
UPDATE cluster_schema.members SET ROLE = 'PRIMARY'
CREATE TABLE t AS SELECT * FROM cluster_schema.members
SELECT 1 /* cluster_schema.members */ -- cluster_schema
SELECT /*! 1 + */ /*!50000 cluster_schema.members */ /*M!100100 x */ # cluster_schema
SELECT @@version, @a := cluster_schema.members.role, @'quoted', @@global.`x` FROM cluster_schema.members
CALL cluster_schema.switchover('db2')
SELECT cluster_schema.wait_for_change(5, 10)
((((SELECT * FROM cluster_schema.members))))
SET NAMES utf8mb4; SET cluster_schema = 1
SELECT * FROM cluster_schema.members INTO OUTFILE '/tmp/x'
PREPARE s FROM 'SELECT * FROM cluster_schema.members'
LOAD DATA LOCAL INFILE 'x' INTO TABLE cluster_schema.members
SELECT N'text', _utf8mb4'é', DATE '2024-02-29', INTERVAL 1 DAY, a->>'$.b', a<=>b, a||b, !a, ~b FROM cluster_schema.members
