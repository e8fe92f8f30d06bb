import MySQLClient
import TestServers
import Testing

/// Queries on virtual tables alone that mysqld carries out, since their own SQL does not know all that they say.
@Suite struct ServerStatementTests {
    @Test func `mysqld's own functions and syntax work on virtual tables`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            for (statement, expected) in [
                (
                    "SELECT SOUNDEX(member_name), REGEXP_REPLACE(member_name, '[0-9]', 'N') FROM members",
                    [["D100", "dbN"]]
                ),
                ("SELECT member_name SOUNDS LIKE 'db1', member_name REGEXP '(?=db)' FROM members", [["1", "1"]]),
                ("SELECT MEDIAN(sql_port) OVER () > 0 FROM members", [["1"]]),
                ("SELECT AES_DECRYPT(AES_ENCRYPT(member_name, 'k'), 'k') FROM members", [["db1"]]),
                ("SELECT x.n FROM members m, JSON_TABLE('[7]', '$[*]' COLUMNS (n INT PATH '$')) x", [["7"]]),
                ("SELECT app.twice(member_name) FROM members", [["db1db1"]]),
            ] as [(String, [[String?]])] {
                try await cluster.servers[0].execute(
                    "CREATE OR REPLACE FUNCTION app.twice(x VARCHAR(20)) RETURNS VARCHAR(40) DETERMINISTIC RETURN CONCAT(x, x)"
                )
                #expect(try await ask(port, "USE cluster_schema", statement).rows == expected, "\(statement)")
            }
        }
    }

    @Test func `each function that mysqld alone knows is carried out by it`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            for (item, expected) in [
                ("member_name REGEXP '^db[0-9]$'", "1"),
                ("member_name NOT RLIKE '(?=x)'", "1"),
                ("STR_TO_DATE('02.01.2020', '%d.%m.%Y')", "2020-01-02"),
                ("WEEK('2020-01-05')", "1"),
                ("WEEKOFYEAR('2020-01-05')", "1"),
                ("YEARWEEK('2020-01-05')", "202001"),
                ("EXTRACT(WEEK FROM '2020-01-05')", "1"),
                ("DATE_FORMAT('2020-01-05', '%v')", "01"),
                ("CONVERT_TZ('2020-01-01 12:00:00', '+00:00', '+05:30')", "2020-01-01 17:30:00"),
                ("MD5('abc')", "900150983cd24fb0d6963f7d28e17f72"),
                ("SHA('abc') = SHA1('abc')", "1"),
                ("SHA1('abc')", "a9993e364706816aba3e25717850c26c9cd0d89d"),
                ("SHA2('abc', 224)", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"),
                ("CRC32('MariaDB')", "4227209140"),
                ("CRC32C('MariaDB')", "809606978"),
                ("TO_BASE64('abc')", "YWJj"),
                ("FROM_BASE64('YWJj')", "abc"),
                ("LENGTH(UUID())", "36"),
                ("LENGTH(RANDOM_BYTES(8))", "8"),
                ("INET_ATON('10.0.0.9')", "167772169"),
                ("INET_NTOA(167772169)", "10.0.0.9"),
                ("HEX(INET6_ATON('1.2.3.4'))", "01020304"),
                ("INET6_NTOA(INET6_ATON('::1'))", "::1"),
                ("IS_IPV4('1.2.3.4')", "1"),
                ("IS_IPV6('::1')", "1"),
                ("IS_IPV4_COMPAT(INET6_ATON('::1.2.3.4'))", "1"),
                ("IS_IPV4_MAPPED(INET6_ATON('::ffff:1.2.3.4'))", "1"),
                ("STD(is_local)", "0.0000"),
                ("STDDEV(is_local)", "0.0000"),
                ("STDDEV_POP(is_local)", "0.0000"),
                ("STDDEV_SAMP(is_local)", nil),
                ("VARIANCE(is_local)", "0.0000"),
                ("VAR_POP(is_local)", "0.0000"),
                ("VAR_SAMP(is_local)", nil),
                ("BIT_AND(is_local + 4)", "5"),
                ("BIT_OR(is_local + 4)", "5"),
                ("BIT_XOR(is_local + 4)", "5"),
                ("RAND(1)", "0.40540353712197724"),
                ("SIN(0)", "0"),
                ("COS(0)", "1"),
                ("TAN(0)", "0"),
                ("ASIN(0)", "0"),
                ("ACOS(1)", "0"),
                ("ATAN(0)", "0"),
                ("ATAN2(0, 1)", "0"),
                ("ROUND(RADIANS(180), 3)", "3.142"),
                ("DEGREES(0)", "0"),
                ("PI()", "3.141593"),
                ("CONV('ff', 16, 10)", "255"),
                ("BIN(5)", "101"),
                ("OCT(8)", "10"),
                ("FORMAT(1234.5, 2)", "1,234.50"),
                ("FORMAT(1234.5, 2, 'de_DE')", "1.234,50"),
                (#"JSON_EXTRACT('{"a":1}', '$.a')"#, "1"),
                (#"JSON_UNQUOTE('"a"')"#, "a"),
                (#"JSON_VALUE('{"a":5}', '$.a')"#, "5"),
                ("JSON_LENGTH('[1,2]')", "2"),
                ("JSON_VALID('{}')", "1"),
                ("JSON_QUOTE('a')", #""a""#),
                ("is_local >= ALL (SELECT 0)", "1"),
                ("is_local = ANY (SELECT 1)", "1"),
                ("SQL_BIG_RESULT is_local", "1"),
                ("HIGH_PRIORITY is_local", "1"),
                ("SQL_SMALL_RESULT is_local", "1"),
                ("SQL_BUFFER_RESULT is_local", "1"),
                ("STRAIGHT_JOIN is_local", "1"),
                ("12345678901234567890.5 + 0.1", "12345678901234567890.6"),
                ("18446744073709551615 - 1", "18446744073709551614"),
                ("CAST(-1 AS UNSIGNED)", "18446744073709551615"),
                ("~0", "18446744073709551615"),
                ("CAST('1.5' AS DECIMAL(30, 2))", "1.50"),
                ("5.5 % 2", "1.5"),
                ("5.5 DIV 2", "2"),
                ("9999999999.99 * 9999999999.99", "99999999999800000000.0001"),
                ("QUARTER('2020-05-01')", "2"),
                ("MICROSECOND('10:11:12.5')", "500000"),
                ("DAYOFWEEK('2020-01-02')", "5"),
                ("WEEKDAY('2020-01-02')", "3"),
                ("DAYOFYEAR('2020-12-31')", "366"),
                ("DAYNAME('2020-01-02')", "Thursday"),
                ("MONTHNAME('2020-01-02')", "January"),
                ("LAST_DAY('2020-02-10')", "2020-02-29"),
                ("TO_DAYS('2020-01-01')", "737790"),
                ("TIMESTAMP('2020-01-02', '10:00:00')", "2020-01-02 10:00:00"),
                ("ADDTIME('10:00:00', '00:30:00')", "10:30:00"),
                ("SUBTIME('10:00:00', '0:0:1')", "09:59:59"),
                ("SEC_TO_TIME(3661)", "01:01:01"),
                ("TIME_FORMAT('25:01:02', '%H:%i')", "25:01"),
                ("TIMESTAMPADD(MONTH, 1, '2020-01-31')", "2020-02-29"),
                ("LPAD('a', 3, 'xy')", "xya"),
                ("RPAD('a', 4, 'xy')", "axyx"),
                ("REVERSE('abc')", "cba"),
                ("INSERT('abcdef', 2, 3, 'X')", "aXef"),
                ("LENGTH(SPACE(3))", "3"),
                ("QUOTE('a')", "'a'"),
                ("CHAR(65, 66 USING utf8mb4)", "AB"),
                ("HEX('a')", "61"),
                ("UNHEX('4142')", "AB"),
                ("ASCII('A')", "65"),
                ("ORD('A')", "65"),
                ("BIT_LENGTH('a')", "8"),
                ("STRCMP('a', 'b')", "-1"),
                ("ELT(2, 'a', 'b')", "b"),
                ("POSITION('o' IN 'foo')", "2"),
                ("CHARSET(CONVERT('a' USING latin1))", "latin1"),
                ("COLLATION(_utf8mb4'a' COLLATE utf8mb4_bin)", "utf8mb4_bin"),
                ("TRUNCATE(1.999, 1)", "1.9"),
                ("SIGN(-3)", "-1"),
                ("POW(2, 10)", "1024"),
                ("POWER(2, 3)", "8"),
                ("SQRT(16)", "4"),
                ("EXP(0)", "1"),
                ("LN(1)", "0"),
                ("LOG(2, 8)", "3"),
                ("LOG2(8)", "3"),
                ("LOG10(100)", "2"),
                ("NVL2(NULL, 1, 2)", "2"),
                ("JSON_ARRAY(1, 'a')", #"[1, "a"]"#),
                ("JSON_OBJECTAGG(member_name, is_local)", #"{"db1":1}"#),
                ("ROW_NUMBER() OVER ()", "1"),
                ("RANK() OVER (ORDER BY role)", "1"),
                ("DENSE_RANK() OVER (ORDER BY role)", "1"),
                ("PERCENT_RANK() OVER (ORDER BY role)", "0.0000000000"),
                ("CUME_DIST() OVER (ORDER BY role)", "1.0000000000"),
                ("NTILE(2) OVER (ORDER BY role)", "1"),
                ("LAG(role) OVER (ORDER BY role)", nil),
                ("LEAD(role) OVER (ORDER BY role)", nil),
                ("FIRST_VALUE(is_local) OVER (ORDER BY role)", "1"),
                ("LAST_VALUE(is_local) OVER (ORDER BY role)", "1"),
                ("NTH_VALUE(is_local, 1) OVER (ORDER BY role)", "1"),
                ("SUM(is_local) OVER (PARTITION BY role ORDER BY role ROWS 1 PRECEDING)", "1"),
                ("6 & 3", "2"),
                ("6 | 3", "7"),
                ("6 ^ 3", "5"),
                ("1 << 3", "8"),
                ("256 >> 2", "64"),
                ("~5 & 3", "2"),
                ("1 XOR 0", "1"),
                ("0x41 + 0", "65"),
                ("b'101' + 0", "5"),
                ("0b11 + 0", "3"),
                ("7.5e0 % 2", "1.5"),
                ("(1, 2) < (1, 3)", "1"),
                ("(is_local, 1) IN ((1, 1))", "1"),
                ("(is_local, 1) IN (SELECT 1, 1)", "1"),
                ("ROW(1, 2) = ROW(1, 2)", "1"),
                ("TRIM(LEADING 'x' FROM 'xxa')", "a"),
                ("TRIM('x' FROM 'xax')", "a"),
                ("SUBSTRING('abcdef' FROM 3 FOR 2)", "cd"),
                ("'2020-01-01 00:00:00' + INTERVAL '1:30' HOUR_MINUTE", "2020-01-01 01:30:00"),
                ("TIME '10:00:00' + INTERVAL 1 HOUR", "11:00:00"),
                ("CAST('1.5' AS DECIMAL(10, 2))", "1.50"),
                ("ROUND(1250, -2)", "1300"),
                ("ROUND(is_local, is_local)", "1"),
                ("COUNT(DISTINCT is_local, role)", "1"),
                ("GROUP_CONCAT(is_local LIMIT 1)", "1"),
                ("DATE('20200102')", "2020-01-02"),
                ("DATE(20200102)", "2020-01-02"),
                ("TIME_TO_SEC('101112')", "36672"),
            ] as [(String, String?)] {
                let statement = "SELECT \(item) FROM cluster_schema.members"
                let result = try await ask(port, statement)
                #expect(result.rows == [[expected]], "\(statement)")
            }
            for (statement, expected) in [
                (
                    "SELECT is_local, COUNT(*) FROM cluster_schema.members GROUP BY is_local WITH ROLLUP",
                    [["1", "1"], [nil, "1"]]
                ),
                ("SELECT is_local FROM cluster_schema.members EXCEPT ALL SELECT 2", [["1"]]),
                ("SELECT is_local FROM cluster_schema.members INTERSECT ALL SELECT 1", [["1"]]),
                ("SELECT is_local FROM cluster_schema.members EXCEPT SELECT 2", [["1"]]),
                ("SELECT is_local FROM cluster_schema.members INTERSECT SELECT 1", [["1"]]),
                ("SELECT is_local FROM cluster_schema.members UNION VALUES (1)", [["1"]]),
                ("SELECT is_local FROM cluster_schema.members UNION SELECT 2 ORDER BY -is_local", [["2"], ["1"]]),
                ("SELECT is_local FROM cluster_schema.members NATURAL JOIN (SELECT 1 is_local) n", [["1"]]),
                ("SELECT is_local FROM cluster_schema.members ORDER BY 1 OFFSET 0 ROWS FETCH FIRST ROW ONLY", [["1"]]),
                ("SELECT RANK() OVER w FROM cluster_schema.members WINDOW w AS (ORDER BY role)", [["1"]]),
                ("SELECT is_local FROM cluster_schema.members LIMIT ROWS EXAMINED 1000", [["1"]]),
            ] as [(String, [[String?]])] {
                let result = try await ask(port, statement)
                #expect(result.rows == expected, "\(statement)")
            }
        }
    }

    @Test func `variables are set by SELECT`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            let one = try await ask(
                port,
                "SELECT @name := member_name, @port := sql_port FROM cluster_schema.members",
                "SELECT @name, @port > 0"
            )
            #expect(one.rows == [["db1", "1"]])
            let counted = try await ask(
                port,
                """
                SELECT @n := @n + 1 FROM (SELECT variable_name FROM cluster_schema.settings LIMIT 3) s,
                (SELECT @n := 0) start
                """
            )
            #expect(counted.rows == [["1"], ["2"], ["3"]])
            let into = try await ask(
                port,
                "SELECT COUNT(*), MAX(role) INTO @count, @role FROM cluster_schema.members",
                "SELECT @count, @role"
            )
            #expect(into.rows.first?.first == "1")
        }
    }

    @Test func `the clock is in UTC for mysqld too, as the tables' times are`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let result = try await ask(
                cluster.sidecars[0].sqlPort,
                "SET time_zone = '-11:00', timestamp = 1700000000",
                """
                SELECT NOW(), FROM_UNIXTIME(0), SOUNDEX('a') FROM cluster_schema.events
                WHERE at > NOW() - INTERVAL 1 HOUR LIMIT 1
                """
            )
            let into = try await ask(
                cluster.sidecars[0].sqlPort,
                "SET time_zone = '-11:00'",
                "SELECT COUNT(*) INTO @n FROM cluster_schema.events WHERE at > NOW() + INTERVAL 1 HOUR",
                "SELECT @n, @@time_zone"
            )
            #expect(into.rows == [["0", "-11:00"]])
            #expect(result.rows == [["2023-11-14 22:13:20", "1970-01-01 00:00:00", "A000"]])
        }
    }

    @Test func `decimals of the session's variables are exact`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            let result = try await ask(
                port,
                "SET @a = 0.1, @b = 12345678901234567890.123456789",
                "SELECT @a + @a + @a = 0.3, @b = 12345678901234567890.123456788, @b FROM cluster_schema.members"
            )
            #expect(result.rows == [["1", "0", "12345678901234567890.123456789"]])
        }
    }

    @Test func `what mysqld would take otherwise, and sessions without it, are refused`() async throws {
        try await withCluster(nodes: 1, configure: { try $1.addTopologyAccount() }) { cluster in
            let port = cluster.sidecars[0].sqlPort
            let zone = "SELECT SOUNDEX(member_name), NOW(), @@time_zone FROM cluster_schema.members"
            let mixed = await refusal(port, zone)
            #expect(mixed?.code == 1235)
            let alone = await refusal(port, as: .topology, "SELECT SOUNDEX(member_name) FROM cluster_schema.members")
            #expect(alone?.code == 1235)
            // By its name a statement has no text that mysqld could get.
            do {
                try await ask(
                    port,
                    "PREPARE s FROM 'SELECT SOUNDEX(member_name) FROM cluster_schema.members'"
                )
                Issue.record("a prepared statement was carried out")
            } catch let error as AdminError {
                #expect(error.code == 1235)
            }
            let unknown = await refusal(port, "SELECT no_such(member_name) FROM cluster_schema.members")
            #expect(unknown?.code == 1305)
        }
    }
}
