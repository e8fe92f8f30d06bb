// WITH ROLLUP, and other parts of queries that are written anew for SQLite.
extension DifferentialStatement {
    static let rollups =
        [
            "SELECT role, COUNT(*) FROM members GROUP BY role WITH ROLLUP",
            "SELECT role, zone, COUNT(*), SUM(sql_port), AVG(sql_port) FROM members GROUP BY role, zone WITH ROLLUP",
            "SELECT IFNULL(role, 'ALL') r, MAX(sql_port) FROM members GROUP BY role WITH ROLLUP",
            "SELECT role, COUNT(*) c FROM members WHERE sql_port > 6306 GROUP BY role WITH ROLLUP HAVING c > 1",
            "SELECT role, COUNT(*) c FROM members GROUP BY 1 WITH ROLLUP LIMIT 2",
            "SELECT UPPER(zone) z, sql_port + 1, COUNT(*) FROM members GROUP BY z, sql_port WITH ROLLUP",
            "SELECT replication_lag_ms, replication_lag_ms IS NULL, COUNT(*) FROM members GROUP BY replication_lag_ms WITH ROLLUP",
            "SELECT role FROM members GROUP BY role DESC WITH ROLLUP",
            "SELECT role, COUNT(*) FROM members WHERE sql_port = 0 GROUP BY role WITH ROLLUP",
            "SELECT replication_lag_ms k, COUNT(*) FROM members GROUP BY k WITH ROLLUP HAVING k IS NULL",
        ].map {
            DifferentialStatement($0, .rowsOnly("MariaDB says NOT NULL of columns in which it sends NULL"))
        }
        + [
            "SELECT role, SUM(c) FROM (SELECT role, COUNT(*) c FROM members GROUP BY role WITH ROLLUP) t GROUP BY role ORDER BY role",
            "SELECT role, COUNT(*) FROM members GROUP BY role WITH ROLLUP UNION ALL SELECT 'x', 7 ORDER BY 2, 1",
            "SELECT role a FROM members UNION ALL SELECT 'x' ORDER BY FIELD(a, 'x') DESC, a DESC",
            "SELECT member_name FROM members WHERE sql_port = ANY (SELECT sql_port FROM primary_member)",
            "SELECT member_name FROM members WHERE sql_port <> ALL (SELECT sql_port FROM primary_member) ORDER BY 1",
            "SELECT member_name FROM members WHERE sql_port >= ALL (SELECT sql_port FROM members)",
            "SELECT sql_port > ANY (SELECT sql_port FROM members), sql_port < SOME (SELECT 6307) FROM members ORDER BY sql_port",
            "SELECT is_local a FROM members UNION SELECT 7 ORDER BY -a",
        ].map { DifferentialStatement($0) }
        + [
            "SELECT 1 > ALL (SELECT 1 FROM members WHERE 0 = 1), 1 > ANY (SELECT 1 FROM members WHERE 0 = 1), 1 > ALL (SELECT NULL), 1 < ANY (SELECT NULL UNION SELECT 2)"
        ].map { DifferentialStatement($0, .rowsOnly("NOT NULL by other rules")) }
}
