// Parts of queries that are written anew for SQLite.
extension DifferentialStatement {
    static let sets =
        [
            "SELECT role a FROM members UNION ALL SELECT 'x' ORDER BY a DESC",
            "SELECT is_local a FROM members UNION SELECT 7 ORDER BY 1 DESC",
            "SELECT 7 DIV 2, -7 DIV 2, 7 MOD -3, MOD(-7, 3), 5 DIV 0, 5 % 0, 7 DIV NULL",
            "SELECT TRIM('  a '), TRIM('\\ta '), LTRIM('  a '), RTRIM('  a '), TRIM(12), TRIM('é ')",
            "SELECT LENGTH('é'), LENGTH(12), LENGTH(NULL), LENGTH(x'0041'), LENGTH(1.50), LENGTH(state_since) FROM members",
            "SELECT FLOOR(1.5e0), CEIL(-1.5e0), FLOOR('1.9x'), CEIL(queries_per_second), FLOOR(7), ROUND(1.25e0, 1) FROM members",
        ].map { DifferentialStatement($0) }
        + ["SELECT role FROM members PARTITION (p0)"].map { DifferentialStatement($0, .error) }
}
