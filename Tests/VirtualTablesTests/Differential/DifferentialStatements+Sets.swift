// Parts of queries that are written anew for SQLite.
extension DifferentialStatement {
    static let sets =
        [
            "SELECT event_id FROM events ORDER BY event_id OFFSET 1 ROW FETCH NEXT 1 ROWS ONLY",
            "SELECT event_id FROM events ORDER BY event_id OFFSET 2 ROWS",
            "SELECT event_id FROM events ORDER BY event_id FETCH FIRST ROW ONLY",
            "SELECT role a FROM members UNION ALL SELECT 'x' ORDER BY FIELD(a, 'x') DESC, a DESC",
            "SELECT is_local a FROM members UNION SELECT 7 ORDER BY -a",
        ].map { DifferentialStatement($0) }
        + [
            "SELECT GROUP_CONCAT(role) OVER () FROM members", "SELECT COUNT(DISTINCT role) OVER () FROM members",
            "SELECT SUM(DISTINCT sql_port) OVER () FROM members", "SELECT JSON_ARRAYAGG(role) OVER () FROM members",
            "SELECT role FROM members PARTITION (p0)",
            "SELECT role FROM members FETCH FIRST 2", "SELECT role FROM members ORDER BY 1 OFFSET 2",
        ].map { DifferentialStatement($0, .error) }
}
