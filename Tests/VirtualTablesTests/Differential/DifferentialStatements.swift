/// A statement that is run on both.
struct DifferentialStatement: Sendable {
    /// What of the two answers must be the same.
    enum Comparison: Sendable {
        case rowsAndTypes
        /// Types or flags differ on purpose, for this reason.
        case rowsOnly(String)
        /// Both refuse it, with the same error number.
        case error
        /// The same rows or error, or error 1235: numbers may be too long.
        case rightOrRefused
    }

    let text: String
    let comparison: Comparison

    init(_ text: String, _ comparison: Comparison = .rowsAndTypes) {
        self.text = text
        self.comparison = comparison
    }
}

extension DifferentialStatement {
    static let all: [DifferentialStatement] =
        queries + operators + literals + others + times + texts + numbers + choices + aggregates + json + errors
        + decimals + plainDecimals + unsigned + sets

    private static func list(_ texts: [String]) -> [DifferentialStatement] { texts.map { DifferentialStatement($0) } }

    /// One statement for each item of a SELECT.
    static func each(_ texts: [String]) -> [DifferentialStatement] {
        texts.flatMap { text in
            var items = [""]
            var depth = 0
            for character in text.dropFirst("SELECT ".count) {
                if character == "," && depth == 0 {
                    items.append("")
                } else {
                    depth += character == "(" ? 1 : character == ")" ? -1 : 0
                    items[items.count - 1].append(character)
                }
            }
            return items.map { DifferentialStatement("SELECT \($0)", .rightOrRefused) }
        }
    }

    private static func errors(_ texts: [String]) -> [DifferentialStatement] {
        texts.map { DifferentialStatement($0, .error) }
    }

    private static let queries =
        list([
            "SELECT * FROM members ORDER BY member_name",
            "SELECT * FROM events ORDER BY event_id",
            "SELECT m.* FROM members m WHERE m.role = 'primary'",
            "SELECT member_name, sql_port p FROM members ORDER BY p DESC LIMIT 1, 2",
            "SELECT member_name FROM members ORDER BY 1 DESC LIMIT 2 OFFSET 1",
            "SELECT DISTINCT zone FROM members ORDER BY zone",
            "SELECT SQL_NO_CACHE DISTINCT role FROM members ORDER BY role",
            "SELECT member_name FROM members FOR UPDATE",
            "SELECT member_name FROM members LOCK IN SHARE MODE",
            "SELECT role, COUNT(*) FROM members GROUP BY role ORDER BY role",
            "SELECT role r, COUNT(*) c FROM members GROUP BY r HAVING c > 0 ORDER BY c, r",
            "SELECT role, SUM(sql_port) FROM members GROUP BY 1 ORDER BY 2 DESC",
            "SELECT read_only, COUNT(*) FROM members GROUP BY read_only ORDER BY read_only",
            "SELECT COUNT(*) FROM members HAVING COUNT(*) > 1",
            "SELECT member_name n FROM members HAVING n LIKE '%1'",
            "SELECT UPPER(zone) z, COUNT(*) FROM members GROUP BY UPPER(zone) ORDER BY z",
            "SELECT LEFT(member_name, 2) a, COUNT(*) FROM members GROUP BY a",
            "SELECT a.member_name, b.member_name FROM members a JOIN members b ON a.sql_port < b.sql_port ORDER BY 1, 2",
            "SELECT a.member_name, e.detail FROM members a LEFT JOIN events e ON e.member_name = a.member_name ORDER BY 1",
            "SELECT e.event_id, m.member_name FROM members m RIGHT JOIN events e USING (member_name) ORDER BY 1",
            "SELECT * FROM members JOIN primary_member USING (member_id) ORDER BY 1",
            "SELECT COUNT(*) FROM members, events",
            "SELECT a.member_name FROM (members a JOIN primary_member p ON a.member_id = p.member_id)",
            "SELECT member_name FROM members a STRAIGHT_JOIN cluster ORDER BY 1",
            "SELECT x.c FROM (SELECT COUNT(*) c FROM members) x",
            "SELECT * FROM (SELECT member_name, sql_port + 1 q FROM members) AS x WHERE q > 6307 ORDER BY q",
            "SELECT member_name FROM members WHERE sql_port = (SELECT MAX(sql_port) FROM members)",
            "SELECT member_name FROM members WHERE sql_port IN (SELECT sql_port FROM primary_member)",
            "SELECT member_name FROM members WHERE member_name NOT IN (SELECT member_name FROM primary_member) ORDER BY 1",
            "SELECT member_name FROM members m WHERE EXISTS (SELECT 1 FROM events e WHERE e.member_name = m.member_name)",
            "SELECT (SELECT COUNT(*) FROM events e WHERE e.member_name = m.member_name) n FROM members m ORDER BY sql_port",
            "WITH x AS (SELECT role FROM members) SELECT role, COUNT(*) FROM x GROUP BY role ORDER BY role",
            "WITH x (a, b) AS (SELECT member_name, sql_port FROM members), y AS (SELECT a FROM x WHERE b > 6306) SELECT * FROM y ORDER BY a",
            "SELECT member_name FROM members WHERE is_local UNION SELECT 'x' ORDER BY 1",
            "(SELECT member_name FROM members ORDER BY 1 DESC LIMIT 1) UNION ALL (SELECT member_name FROM members ORDER BY 1 LIMIT 1)",
            "SELECT role FROM members UNION ALL SELECT role FROM members ORDER BY role",
            "SELECT 1 a UNION SELECT 2.5 ORDER BY a",
            "SELECT 1 a UNION SELECT 'x' ORDER BY a",
            "SELECT NULL a UNION SELECT 'x' ORDER BY a",
            "SELECT member_name FROM members ORDER BY FIELD(role, 'PRIMARY', 'REPLICA') DESC, sql_port",
            "SELECT member_name FROM members ORDER BY sql_port = 6307 DESC, member_name DESC",
            "SELECT member_name FROM members ORDER BY replication_lag_ms, member_name",
            "SELECT 1 FROM dual",
            "SELECT 1 AS 'x y', 2 `z`, 3 AS \"w\"",
            "SELECT members.member_name FROM members WHERE members.is_local = 1",
            "SELECT cluster_schema.members.sql_port FROM cluster_schema.members ORDER BY 1",
            "SELECT /*!50000 1, */ 2",
            "SELECT /*!99999 1, */ 2",
            "SELECT /*M!100000 1, */ 2",
            "SELECT /*M!999999 1, */ /*!50701 3, */ 2",
            "SELECT 1 -- comment\n, 2 # other\n, 3",
        ]) + [
            DifferentialStatement(
                "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i, i * i FROM n ORDER BY i",
                .rowsOnly("a recursion's numbers are BIGINT here, so that later rows fit")
            )
        ]

    private static let operators = list([
        "SELECT 1 + 1, 1 - 2, 2 * 3, 7 / 2, 7 DIV 2, 7 % 3, 7 MOD 3, -7 DIV 2, -7 % 3",
        "SELECT 1.5 + 1.25, 0.1 + 0.2, 0.1 + 0.2 = 0.3, 1.5 * 1.5, 1.0 / 3, 10 / 4, 1 / 3 * 3",
        "SELECT 1e0 / 3, 1e0 + 1, 1.5e1 * 2",
        "SELECT sql_port / 2, sql_port + 1, sql_port - 1, is_local + 1, -is_local, queries_per_second * 2 FROM members ORDER BY 1",
        "SELECT replication_lag_ms + 1, replication_lag_ms / 3, sql_port DIV 7, sql_port % 7 FROM members ORDER BY 1, 2",
        "SELECT 1 / 0, 1 DIV 0, 1 % 0, 1e0 / 0",
        "SELECT '12abc' = 12, '12abc' + 1, 'abc' + 1, '1.5' + 1, '1e1' * 2, ' 7' = 7",
        "SELECT 'a' = 'A', 'a' = 'a ', 'a' < 'B', 'a' <> 'b', 'é' = 'E', 'ß' = 's', '' = ' '",
        "SELECT 'a' COLLATE utf8mb4_bin = 'A', BINARY 'a' = 'A', 'a' = BINARY 'a', 'a ' COLLATE utf8mb4_bin = 'a '",
        "SELECT NULL = NULL, NULL <=> NULL, 1 <=> NULL, 1 <=> 1, NULL <> 1, NULL AND 0, NULL OR 1, NOT NULL",
        "SELECT 1 AND 2, 0 OR 3, NOT 5, 1 && 0, 1 || 0, !1, !0",
        "SELECT 'a' AND 1, '1x' AND 1, NOT 'a', '0' OR 0",
        "SELECT 5 BETWEEN 1 AND 10, 5 NOT BETWEEN 6 AND 10, 'b' BETWEEN 'A' AND 'C', NULL BETWEEN 1 AND 2",
        "SELECT 1 IN (1, 2), 3 NOT IN (1, 2), 'A' IN ('a', 'b'), '1' IN (1, 2), 1 IN ('1x', 5), NULL IN (1), 1 IN (2, NULL)",
        "SELECT 'abc' LIKE 'A%', 'abc' LIKE '_b_', 'a%c' LIKE 'a\\%c', 'abc' NOT LIKE 'b%', 'a_c' LIKE 'a|_c' ESCAPE '|'",
        "SELECT 'abc' LIKE BINARY 'A%', 'É' LIKE 'e', 12 LIKE '1%', NULL LIKE 'a', 'a' LIKE NULL",
        "SELECT 1 IS NULL, NULL IS NULL, 1 IS NOT NULL, 1 IS TRUE, 0 IS FALSE, NULL IS UNKNOWN, 2 IS NOT TRUE",
        "SELECT 1 + 2 * 3, (1 + 2) * 3, 2 - 1 - 1, NOT 1 = 2, NOT 1 + 1, - - 5, 5 - -3",
        "SELECT sql_port = '6306', sql_port = '6306x', member_name = 0, role > 'P' FROM members ORDER BY sql_port",
        "SELECT 1 = 1.0, 1 = '1.0', 1.10 = 1.1, 1e0 = 1, '1.10' = 1.1, TRUE = 1, 'a' = 0",
        "SELECT 1 < 2 < 3, 3 > 2 > 1, 2 = 2 = 1",
        "SELECT ISNULL(NULL), ISNULL(1), COALESCE(NULL, NULL, 'x'), 1 IN (SELECT 1)",
    ])

    private static let literals = list([
        "SELECT 1, -1, 12345678901, 1.5, .5, 1e3, 'abc', NULL, TRUE, FALSE",
        "SELECT 'it''s', \"x\"\"y\", 'a\\tb', '\\%', 'a' 'b'",
        "SELECT x'41', X''",
        "SELECT x'41' = 'A'",
        "SELECT _utf8mb4'x', N'y', _utf8mb4 x'41', _latin1'z', _utf8mb4 0x4142, _utf8mb4 0x141",
        "SELECT DATE '2026-01-31', TIME '10:11:12', TIMESTAMP '2026-01-31 10:11:12', TIMESTAMP '2026-01-31 10:11:12.5'",
        "SELECT 1.50, 100.00, 0.001, -2.50, 123456789.123456789, 1.0",
        "SELECT 1e10, 1.5e-3, 1e20, 1e-20, 123456.789e0, 1e15, 1e16, 0.1e0 + 0.2e0",
    ])

    private static let others = [
        DifferentialStatement("SELECT x'10' + 0, 'abc' > NOW(), NULL + 1", .rowsOnly("doubles without fixed digits")),
        DifferentialStatement(
            "SELECT -BINARY '5', !BINARY '0', 1 - -BINARY '2', - -BINARY '7' + 1",
            .rowsOnly("doubles without fixed digits")
        ),
        DifferentialStatement("SELECT CONCAT(x'41', 'b'), COALESCE(@nosuch, 'x')", .rowsOnly("texts stay texts")),
        DifferentialStatement(
            "SELECT MAX(NULL), GREATEST(1, NULL), IF(NULL, 1, 2), 2 IN (SELECT 1 UNION SELECT 2)",
            .rowsOnly("NOT NULL by other rules")
        ),
    ]

    private static let times =
        list([
            "SELECT NOW(), NOW(3), CURRENT_TIMESTAMP, CURRENT_TIMESTAMP(6), LOCALTIME, UTC_TIMESTAMP(), CURDATE(), CURRENT_DATE, CURTIME(), UTC_DATE()",
            "SELECT UNIX_TIMESTAMP(), UNIX_TIMESTAMP('2020-09-13 12:26:40'), UNIX_TIMESTAMP('2020-09-13'), UNIX_TIMESTAMP(NULL)",
            "SELECT FROM_UNIXTIME(1600000000), FROM_UNIXTIME(1600000000.5), FROM_UNIXTIME(0), FROM_UNIXTIME(1600000000, '%Y-%m-%d'), FROM_UNIXTIME(-1)",
            "SELECT state_since > '2020-01-01', state_since = '2020-09-13 12:26:40', state_since < NOW(), DATE(state_since) = '2020-09-13' FROM members ORDER BY sql_port",
            "SELECT member_name FROM members WHERE state_since BETWEEN '2020-09-13 12:26:40' AND '2020-09-13 12:26:41'",
            "SELECT member_name FROM members WHERE state_since = '2020-09-13T12:26:40.000000'",
            "SELECT member_name FROM members WHERE state_since > NOW() - INTERVAL 10 YEAR ORDER BY 1",
            "SELECT TIMEDIFF('10:00:00', '09:30:15'), TIMEDIFF('2020-01-02 00:00:00', '2020-01-01 12:00:00'), TIMEDIFF(NOW(), NOW())",
            "SELECT TIME_TO_SEC('01:00:10'), TIME_TO_SEC(TIMEDIFF('10:00:00', '11:00:00'))",
            "SELECT TIMESTAMPDIFF(SECOND, '2020-01-01', '2020-01-02'), TIMESTAMPDIFF(MONTH, '2020-01-31', '2020-02-29'), TIMESTAMPDIFF(YEAR, '2020-06-01', '2010-05-01'), TIMESTAMPDIFF(MICROSECOND, '2020-01-01', '2020-01-01 00:00:00.5')",
            "SELECT DATE_ADD('2020-01-31', INTERVAL 1 MONTH), DATE_SUB('2020-03-31', INTERVAL 1 MONTH), DATE_ADD('2020-02-29', INTERVAL 1 YEAR)",
            "SELECT DATE_ADD('2020-01-01', INTERVAL 1 HOUR), DATE_ADD('2020-01-01 10:00:00', INTERVAL 90 SECOND), DATE_ADD('2020-01-01', INTERVAL 1 WEEK), DATE_ADD('2020-01-01', INTERVAL 1 QUARTER)",
            "SELECT NOW() + INTERVAL 1 DAY, NOW() - INTERVAL 1 HOUR, INTERVAL 2 DAY + NOW(), CURDATE() + INTERVAL 1 DAY, CURDATE() + INTERVAL 1 HOUR",
            "SELECT NOW(6) + INTERVAL 5 MICROSECOND, NOW() + INTERVAL 1 MICROSECOND",
            "SELECT state_since + INTERVAL 1 SECOND, state_since - INTERVAL 1 MONTH FROM members ORDER BY sql_port",
            "SELECT ADDDATE('2020-01-01', 31), SUBDATE('2020-01-01', INTERVAL 1 DAY), DATE_ADD('x', INTERVAL 1 DAY), DATE_ADD(NULL, INTERVAL 1 DAY)",
            "SELECT DATEDIFF('2020-03-01', '2020-02-28'), DATEDIFF('2020-01-01 23:59:59', '2020-01-02'), DATEDIFF(NOW(), state_since) FROM members ORDER BY sql_port",
            "SELECT DATE('2020-01-02 03:04:05'), TIME('2020-01-02 03:04:05.5'), DATE(state_since), TIME(state_since) FROM members ORDER BY sql_port",
            "SELECT YEAR(state_since), MONTH(state_since), DAY(state_since), HOUR(state_since), MINUTE(state_since), SECOND(state_since) FROM members ORDER BY sql_port",
            "SELECT DATE_FORMAT('2020-01-02 13:04:05.678', '%Y-%m-%d %H:%i:%s.%f'), DATE_FORMAT('2020-01-02', '%W %a %b %M %D %e %c %j %y %w'), DATE_FORMAT('2020-01-02 13:04:05', '%h %I %l %k %p %r %T %%')",
            "SELECT NOW() + 0, CURDATE() + 0, DATE('2020-02-30'), DATE('0000-00-00')",
            "SELECT CAST('2020-01-02' AS DATETIME), CAST('2020-01-02 03:04:05.678' AS DATETIME(3)), CAST('2020-01-02 03:04:05' AS DATE), CAST('10:11' AS TIME)",
            "SELECT MAX(state_since), MIN(state_since), MAX(DATE(state_since)) FROM members",
            "SELECT NOW() > '2020-01-01', CURDATE() = '2023-11-14', CURTIME() > '10:00:00', TIME '10:00:00' = '10:00:00.0', DATE '2020-01-01' < NOW()",
            "SELECT DATE '2020-01-01' = '2020-01-01', DATE '2020-01-01' = '2020-1-1', TIMESTAMP '2020-01-01 00:00:00' = DATE '2020-01-01'",
            "SELECT UNIX_TIMESTAMP(state_since), UNIX_TIMESTAMP() - UNIX_TIMESTAMP(state_since) FROM members WHERE sql_port < 6308 ORDER BY 1",
            "SELECT CONCAT(state_since, ''), CONCAT(NOW(3), '!'), LEFT(state_since, 10), state_since LIKE '2020%' FROM members ORDER BY sql_port",
        ])

    private static let texts = list([
        "SELECT CONCAT('a', 1, 2.50, NULL), CONCAT('a', 1, 2.50), CONCAT(1e0, 7 / 2), CONCAT_WS(',', 'a', NULL, 'b'), CONCAT_WS(NULL, 'a')",
        "SELECT CONCAT(sql_host, ':', sql_port) FROM members ORDER BY 1",
        "SELECT SUBSTRING('abcdef', 2), SUBSTRING('abcdef', 2, 3), SUBSTR('abc', -2), MID('abc', 2, 1), SUBSTRING('abc', 0), SUBSTRING('abc', 1, -1), SUBSTRING('abc', 9)",
        "SELECT SUBSTRING_INDEX('a.b.c', '.', 2), SUBSTRING_INDEX('a.b.c', '.', -2), SUBSTRING_INDEX('abc', 'x', 1), SUBSTRING_INDEX('a.b', '.', 0), SUBSTRING_INDEX(sql_host, '.', 1) FROM members ORDER BY sql_port",
        "SELECT LEFT('abc', 2), RIGHT('abc', 2), LEFT('é1', 1), LEFT('abc', -1), RIGHT('abc', 0), LEFT('abc', 99)",
        "SELECT TRIM('  a '), LTRIM('  a '), RTRIM('  a ')",
        "SELECT REPLACE('abcabc', 'b', 'XX'), REPLACE('abc', 'B', 'x'), REPEAT('ab', 3), REPEAT('a', 0)",
        "SELECT INSTR('foobar', 'BAR'), LOCATE('o', 'foo', 3), LOCATE('x', 'foo'), INSTR('é1', '1'), LOCATE('', 'a')",
        "SELECT UPPER('aé'), LOWER('AÉ'), UCASE('x'), LCASE('X'), LENGTH('é'), CHAR_LENGTH('é'), OCTET_LENGTH('ab')",
        "SELECT FIELD('b', 'a', 'B'), FIELD(2, 1, 2), FIELD('x', 'a'), FIELD(NULL, 'a'), FIND_IN_SET('b', 'a,b,c'), FIND_IN_SET('x', 'a'), FIND_IN_SET('', 'a,,b')",
        "SELECT CAST(12 AS CHAR), CAST('abc' AS CHAR(2)), CONVERT('abc' USING utf8mb4), CONVERT(12, CHAR), CAST(1.50 AS CHAR), CAST('x' AS CHAR CHARACTER SET utf8mb4)",
        "SELECT 'a' 'b' 'c', CONCAT('a' 'b'), 'x' COLLATE utf8mb4_general_ci",
        "SELECT UPPER(role), LOWER(state), LENGTH(member_id) FROM members ORDER BY sql_port",
    ])

    private static let numbers = list([
        "SELECT ROUND(1.25, 1), ROUND(1.5), ROUND(-1.5), ROUND(2.5e0), ROUND(1.255, 2), ROUND(7, 2), ROUND(NULL)",
        "SELECT FLOOR(1.5), FLOOR(-1.5), CEIL(1.2), CEILING(-1.2), FLOOR(5), FLOOR(1.5e0)",
        "SELECT ABS(-5), ABS(-1.5), ABS('-2'), MOD(7, 3), MOD(-7, 3)",
        "SELECT GREATEST(1, 3, 2), LEAST(1, 3, 2), GREATEST('a', 'B'), LEAST(1.5, 2), GREATEST(1, 2.5), LEAST('b', 'A')",
        "SELECT CAST('12' AS SIGNED), CAST('12abc' AS SIGNED), CAST(1.5 AS SIGNED), CAST(-1.5 AS SIGNED), CAST('7' AS UNSIGNED), CAST('2.5' AS DOUBLE)",
        "SELECT CONVERT('12', SIGNED), CONVERT(5.5, UNSIGNED), CAST(TRUE AS SIGNED), CAST(NULL AS SIGNED), CAST('x' AS SIGNED)",
        "SELECT RAND() < 1, RAND() BETWEEN 0 AND 1, ROUND(RAND() * 0)",
        "SELECT queries_per_second, ROUND(queries_per_second, 1), FLOOR(queries_per_second), queries_per_second / 3 FROM members ORDER BY sql_port",
    ])

    private static let choices = list([
        "SELECT IF(1 > 0, 'yes', 'no'), IF('0', 1, 2), IF(1, 1.5, 2), IF(0, 'a', 1), IF(1, NULL, 'x')",
        "SELECT IFNULL(NULL, 'x'), IFNULL(1, 2), IFNULL(NULL, 1.5), NULLIF(1, 1), NULLIF('a', 'A'), NULLIF(1, 2), COALESCE(NULL, 1, 'x')",
        "SELECT CASE 1 WHEN 1 THEN 'a' WHEN 2 THEN 'b' ELSE 'c' END, CASE WHEN 1 > 2 THEN 1 ELSE 2.5 END, CASE WHEN NULL THEN 1 END",
        "SELECT CASE role WHEN 'primary' THEN 1 ELSE 0 END FROM members ORDER BY sql_port",
        "SELECT member_name, CASE WHEN is_local THEN 'here' WHEN role = 'REPLICA' THEN 'there' END w FROM members ORDER BY 1",
        "SELECT IFNULL(replication_lag_ms, 0), COALESCE(replication_lag_ms, -1), IFNULL(queries_per_second, 0), IFNULL(read_only, 9) FROM members ORDER BY sql_port",
        "SELECT COALESCE(read_only, 'none'), NULLIF(role, 'PRIMARY'), IFNULL(server_version, '?') FROM members ORDER BY sql_port",
        "SELECT IF(is_local, sql_port, NULL), IF(is_local, state_since, NULL), IF(role = 'PRIMARY', 1, 0) FROM members ORDER BY sql_port",
        "SELECT VERSION() = @@version, DATABASE(), SCHEMA(), CONNECTION_ID() > 0, LAST_INSERT_ID(), FOUND_ROWS() >= 0",
        "SELECT @nosuch IS NULL, 1",
    ])

    private static let aggregates = list([
        "SELECT COUNT(*), COUNT(read_only), COUNT(DISTINCT role) FROM members",
        "SELECT SUM(sql_port), SUM(read_only), SUM(queries_per_second), SUM(1.5), SUM('2') FROM members",
        "SELECT AVG(sql_port), AVG(read_only), AVG(queries_per_second), AVG(1.5) FROM members",
        "SELECT MIN(sql_port), MAX(sql_port), MIN(member_name), MAX(role) FROM members",
        "SELECT SUM(DISTINCT is_local), AVG(DISTINCT sql_port), MAX(DISTINCT zone) FROM members",
        "SELECT COUNT(*), SUM(sql_port), MIN(sql_port), AVG(sql_port), GROUP_CONCAT(member_name) FROM members WHERE 1 = 0",
        "SELECT GROUP_CONCAT(member_name ORDER BY member_name), GROUP_CONCAT(member_name ORDER BY sql_port DESC SEPARATOR '; ') FROM members",
        "SELECT GROUP_CONCAT(DISTINCT is_local ORDER BY is_local), GROUP_CONCAT(role, ':', sql_port ORDER BY 1 SEPARATOR ' ') FROM members",
        "SELECT GROUP_CONCAT(read_only ORDER BY 1) FROM members",
        "SELECT role, GROUP_CONCAT(member_name) FROM members GROUP BY role ORDER BY role",
        "SELECT SUM(is_local) / COUNT(*), COUNT(*) * 2, SUM(sql_port) + 1, MAX(sql_port) - MIN(sql_port) FROM members",
        "SELECT SUM(role = 'PRIMARY'), SUM(IF(is_local, 1, 0)), COUNT(IF(is_local, 1, NULL)) FROM members",
        "SELECT zone, MAX(sql_port) m FROM members GROUP BY zone HAVING m > 6306 AND COUNT(*) = 1 ORDER BY m",
        "SELECT ROUND(AVG(sql_port), 1), ROUND(SUM(sql_port) / 3, 2), CAST(AVG(sql_port) AS SIGNED) FROM members",
    ])

    private static let json = list([
        "SELECT JSON_OBJECT('n', member_name, 'p', sql_port, 'x', NULL) FROM members ORDER BY sql_port",
        "SELECT JSON_OBJECT(), JSON_OBJECT('a', JSON_OBJECT('k', 'v\"w'))",
        "SELECT JSON_ARRAYAGG(member_name), JSON_ARRAYAGG(sql_port) FROM members",
    ])

    private static let errors = errors([
        "SELECT nosuch FROM members",
        "SELECT 1 FROM members WHERE nosuch = 1",
        "SELECT 1 FROM members ORDER BY nosuch",
        "SELECT 1 FROM members GROUP BY nosuch",
        "SELECT 1 FROM members HAVING nosuch",
        "SELECT x.role FROM members m",
        "SELECT member_name n FROM members WHERE n = 'x'",
        "SELECT role FROM members a, members b",
        "SELECT 1 FROM members, members",
        "SELECT (SELECT 1, 2)",
        "SELECT 1 FROM members WHERE member_name = (SELECT member_name FROM members)",
        "SELECT 1 UNION SELECT 1, 2",
        "SELECT 1 FROM members WHERE COUNT(*) > 1",
        "SELECT SUM(COUNT(*)) FROM members",
        "SELECT CONCAT()",
        "SELECT LEFT('a')",
        "SELECT IFNULL(1)",
        "SELECT FROM members",
        "SELECT * FROM members WHERE",
        "SELECT 1 1",
        "SELECT (1",
        "SELECT * FROM (SELECT 1)",
        "SELECT * FROM (SELECT 1 a, 2 a) x",
        "SELECT *",
        "SELECT nosuch.* FROM members",
        "SELECT 1 FROM members ORDER BY 7",
        "SELECT 1 FROM members GROUP BY 7",
        "SELECT 1 FROM members USING (a)",
        "SELECT NOW(7)",
        "SELECT @@nosuch_variable",
        "SELECT 1 FROM members JOIN events USING (nosuch)",
        "SELECT 1 FROM members LIMIT -1",
        "SELECT 'a' COLLATE nosuch",
        "WITH x (a, b) AS (SELECT 1) SELECT * FROM x",
        "SELECT DATE 'x'",
    ])
}
