// EXCEPT ALL and INTERSECT ALL, RAND with a seed, more aggregates over windows, time zones.
extension DifferentialStatement {
    static let sets =
        [
            "SELECT role FROM members EXCEPT ALL SELECT 'replica'",
            "SELECT 1 a UNION ALL SELECT 1 UNION ALL SELECT 2 EXCEPT ALL SELECT 1",
            "SELECT zone FROM members EXCEPT ALL SELECT zone FROM members WHERE is_local",
            "(SELECT 1 UNION ALL SELECT 1 UNION ALL SELECT 1) EXCEPT ALL (SELECT 1 UNION ALL SELECT 1)",
            "(SELECT 1 a, 'x' b UNION ALL SELECT 1, 'X' UNION ALL SELECT NULL, NULL) INTERSECT ALL (SELECT 1, 'x' UNION ALL SELECT NULL, NULL UNION ALL SELECT NULL, NULL)",
            "SELECT state FROM members INTERSECT ALL SELECT 'online' UNION ALL SELECT 'x'",
            "SELECT role FROM members INTERSECT ALL (SELECT role FROM members UNION ALL SELECT role FROM members) ORDER BY 1",
            "SELECT sql_port FROM members EXCEPT ALL SELECT sql_port FROM members WHERE sql_port = 6307 ORDER BY sql_port DESC LIMIT 1",
            "SELECT COUNT(*) FROM (SELECT zone FROM members EXCEPT ALL SELECT 'dc1') t",
            "WITH x AS (SELECT role FROM members EXCEPT ALL SELECT 'PRIMARY') SELECT * FROM x ORDER BY role",
            "SELECT 1.5 a UNION ALL SELECT 2 EXCEPT ALL SELECT 2.0",
            "SELECT event_id FROM events ORDER BY event_id OFFSET 1 ROW FETCH NEXT 1 ROWS ONLY",
            "SELECT event_id FROM events ORDER BY event_id OFFSET 2 ROWS",
            "SELECT event_id FROM events ORDER BY event_id FETCH FIRST ROW ONLY",
            "SELECT event_id FROM events ORDER BY event_id LIMIT 1, 1 ROWS EXAMINED 1000",
            "SELECT event_id FROM events ORDER BY event_id LIMIT ROWS EXAMINED 1000",
            "SELECT 1 UNION SELECT 2 INTERSECT ALL SELECT 2 EXCEPT SELECT 1",
        ].map { DifferentialStatement($0) }
        + [
            "SELECT STD(sql_port) OVER (ORDER BY sql_port) a FROM members ORDER BY sql_port",
            "SELECT VARIANCE(sql_port) OVER (ORDER BY sql_port ROWS 1 PRECEDING) a, VAR_SAMP(sql_port) OVER (ORDER BY sql_port) FROM members ORDER BY sql_port",
            "SELECT STDDEV_SAMP(sql_port * 1.5) OVER (ORDER BY sql_port) s, STDDEV_POP(sql_port) OVER () FROM members ORDER BY sql_port",
            "SELECT BIT_OR(sql_port) OVER (ORDER BY sql_port) a, BIT_XOR(sql_port) OVER (ORDER BY sql_port) b FROM members ORDER BY sql_port",
            "SELECT VAR_POP(replication_lag_ms) OVER (ORDER BY sql_port ROWS 1 PRECEDING) v FROM members ORDER BY sql_port",
            "SELECT STD(sql_port), VARIANCE(sql_port), VAR_SAMP(sql_port), BIT_AND(sql_port), BIT_OR(sql_port) FROM members",
            "SELECT BIT_AND(sql_port) OVER (ORDER BY sql_port ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) a FROM members ORDER BY sql_port",
        ].map { DifferentialStatement($0, .rowsOnly("mysqld sorts in a temporary table, in which NOT NULL is lost")) }
        + [
            "SELECT GROUP_CONCAT(role) OVER () FROM members", "SELECT COUNT(DISTINCT role) OVER () FROM members",
            "SELECT SUM(DISTINCT sql_port) OVER () FROM members", "SELECT JSON_ARRAYAGG(role) OVER () FROM members",
            "SELECT 1 EXCEPT ALL SELECT 1, 2", "SELECT role FROM members PARTITION (p0)",
            "SELECT role FROM members FETCH FIRST 2", "SELECT role FROM members ORDER BY 1 OFFSET 2",
        ].map { DifferentialStatement($0, .error) }
        + [
            "SELECT DISTINCT COUNT(*) FROM members GROUP BY role WITH ROLLUP",
            "SELECT role, COUNT(*), SUM(COUNT(*)) OVER () FROM members GROUP BY role WITH ROLLUP",
            "SELECT role, COUNT(*) c, RANK() OVER (ORDER BY COUNT(*), role) FROM members GROUP BY role WITH ROLLUP HAVING c > 0",
            "SELECT role, zone, COUNT(*), SUM(COUNT(*)) OVER (PARTITION BY role) s FROM members GROUP BY role, zone WITH ROLLUP",
            "SELECT ROUND(100 * SUM(sql_port) / MAX(SUM(sql_port)) OVER (), 1) p, role FROM members GROUP BY 2 WITH ROLLUP",
            "SELECT role r, ROW_NUMBER() OVER w, CASE WHEN RANK() OVER w = 1 THEN 'first' ELSE COUNT(*) END FROM members GROUP BY r WITH ROLLUP WINDOW w AS (ORDER BY role)",
            "SELECT SUM(c) FROM (SELECT role, COUNT(*) c, ROW_NUMBER() OVER (ORDER BY role) n FROM members GROUP BY role WITH ROLLUP) t WHERE n = 1",
            "SELECT DISTINCT role, COUNT(*) FROM members GROUP BY role, zone WITH ROLLUP",
        ].map {
            DifferentialStatement($0, .rowsOnly("MariaDB says NOT NULL of columns in which it sends NULL"))
        }

    static let chance =
        [
            "SELECT RAND(1), RAND(1), RAND(2) FROM members",
            "SELECT RAND(sql_port) FROM members", "SELECT RAND('5'), RAND(1.6), RAND(-1), RAND(1e3), RAND(0)",
            "SELECT RAND(NULL), RAND(4294967296), RAND(4294967297), RAND(18446744073709551615)",
            "SELECT FLOOR(RAND(7) * 100) FROM members", "SELECT RAND(1e300), RAND(-1e300), RAND(x'ff'), RAND('x')",
            "SELECT RAND(3) FROM members ORDER BY 1",
            "SELECT member_name FROM members ORDER BY RAND(42)",
        ].map { DifferentialStatement($0) }

    static let zones =
        [
            "SELECT CONVERT_TZ('2020-01-01 12:00:00', '+00:00', '+05:30'), CONVERT_TZ('2020-01-01 12:00:00.25', '+00:00', '-3:00')",
            "SELECT CONVERT_TZ('2020-01-01', '+01:00', '+00:00'), CONVERT_TZ(DATE'2020-01-01', '-01:00', '+00:00'), CONVERT_TZ(20200101120000, '+00:00', '+1:5')",
            "SELECT CONVERT_TZ('2020-01-01', '+00:00', '+13:00'), CONVERT_TZ('2020-01-01', '+00:00', '+13:01'), CONVERT_TZ('2020-01-01', '+00:00', '-12:59'), CONVERT_TZ('2020-01-01', '+00:00', '-13:00')",
            "SELECT CONVERT_TZ('2020-01-01', '+00:00', '1:00'), CONVERT_TZ('2020-01-01', '+00:00', '+0100'), CONVERT_TZ('2020-01-01', '+00:00', '+01:60'), CONVERT_TZ('2020-01-01', '', '+01:00'), CONVERT_TZ('2020-01-01', '+00:00', '+:1')",
            "SELECT CONVERT_TZ(NULL, '+00:00', '+01:00'), CONVERT_TZ('2020-01-01', NULL, '+01:00'), CONVERT_TZ('2020-00-01', '+00:00', '+01:00')",
            "SELECT CONVERT_TZ('1969-01-01', '+00:00', '+01:00'), CONVERT_TZ('2039-01-01', '+00:00', '+01:00'), CONVERT_TZ('1970-01-01 00:00:00', '+01:00', '+00:00')",
            "SELECT CONVERT_TZ('2038-01-19 03:14:07', '+00:00', '+01:00'), CONVERT_TZ('2038-01-19 03:14:08', '+00:00', '+01:00'), CONVERT_TZ('1970-01-01 00:00:00', '+00:00', '+01:00'), CONVERT_TZ('1970-01-01 00:00:01', '+00:00', '+01:00')",
            "SELECT CONVERT_TZ(state_since, '+00:00', '+02:00') FROM members ORDER BY sql_port",
            "SELECT CONVERT_TZ('9999-12-31 23:00:00', '+00:00', '+13:00'), CONVERT_TZ('0000-00-00', '+00:00', '+01:00'), CONVERT_TZ('2020-01-01', '+00:00', '+99999999999999999999:0')",
            "SELECT DATE_FORMAT(CONVERT_TZ(at, '+00:00', '-08:00'), '%H:%i') FROM events ORDER BY event_id",
        ].map { DifferentialStatement($0) }
        + [
            DifferentialStatement(
                "SELECT CONVERT_TZ('x', '+00:00', '+01:00'), CONVERT_TZ('', '+00:00', '+01:00')",
                .rowsOnly("the fraction of a text that is no time")
            )
        ]
        + ["SELECT CONVERT_TZ('2020-01-01', '+00:00')"].map { DifferentialStatement($0, .error) }
}
