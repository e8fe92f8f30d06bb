import MySQLWire
import QueryRouting
import Testing
import VirtualTables

@Suite("Queries that mysqld carries out instead")
struct ServerStatementTests {
    private let fixture: EngineFixture

    init() throws {
        fixture = try EngineFixture()
    }

    /// What mysqld gets instead of a query that the engine refuses; nil if the refusal stands.
    private func rewritten(
        _ text: String,
        in context: SessionContext = EngineFixture.serverContext
    ) throws -> String? {
        let error = try #require(fixture.error(text, in: context), "\(text) is answered")
        let statement = fixture.engine.serverStatement(insteadOf: Array(text.utf8), refusedWith: error, in: context)
        return try statement.map {
            String(decoding: try fixture.engine.rewrite($0, in: context), as: UTF8.self)
        }
    }

    @Test(
        "what is unknown here goes to mysqld with the rows in it",
        arguments: [
            "SELECT SOUNDEX(member_name) FROM cluster_schema.members",
            "SELECT @a := member_name FROM cluster_schema.members",
            "SELECT REGEXP_REPLACE(member_name, '[0-9]', '') FROM cluster_schema.members",
            "SELECT AES_ENCRYPT(member_name, 'k') FROM cluster_schema.members",
            "SELECT ops.name_of(member_name) FROM cluster_schema.members",
            "SELECT j.* FROM cluster_schema.members m, JSON_TABLE(m.role, '$' COLUMNS (a INT PATH '$')) j",
            "SELECT * FROM cluster_schema.members m, LATERAL (SELECT m.role) x",
            "SELECT CONVERT_TZ(at, '+00:00', 'Europe/Berlin') FROM cluster_schema.events",
            "SELECT MEDIAN(sql_port) OVER () FROM cluster_schema.members",
            "SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY sql_port) OVER () FROM cluster_schema.members",
            "SELECT role FROM cluster_schema.members ORDER BY 1 FETCH FIRST 1 ROW WITH TIES",
            "SELECT no_such(member_name) FROM cluster_schema.members",
        ]
    )
    func carriedOut(text: String) throws {
        let rewritten = try #require(try rewritten(text), "\(text)")
        #expect(!rewritten.contains("cluster_schema"))
        #expect(rewritten.contains("(SELECT") || rewritten.contains("( SELECT") || rewritten.contains("UNION ALL"))
    }

    @Test(
        "what is mysqld's alone has error 1235 with its name where there is no mysqld",
        arguments: [
            ("member_name REGEXP '^db'", "REGEXP"), ("member_name NOT RLIKE 'x'", "REGEXP"),
            ("STR_TO_DATE('02.01.2020', '%d.%m.%Y')", "STR_TO_DATE"), ("WEEK('2020-01-05')", "WEEK"),
            ("WEEKOFYEAR('2020-01-05')", "WEEKOFYEAR"), ("YEARWEEK('2020-01-05')", "YEARWEEK"),
            ("EXTRACT(WEEK FROM '2020-01-05')", "EXTRACT"), ("DATE_FORMAT('2020-01-05', '%v')", "DATE_FORMAT"),
            ("CONVERT_TZ('2020-01-01', '+00:00', '+05:30')", "CONVERT_TZ"), ("MD5('abc')", "MD5"),
            ("SHA('abc')", "SHA"),
            ("SHA1('abc')", "SHA1"), ("SHA2('abc', 256)", "SHA2"), ("CRC32('a')", "CRC32"), ("CRC32C('a')", "CRC32C"),
            ("TO_BASE64('abc')", "TO_BASE64"), ("FROM_BASE64('YWJj')", "FROM_BASE64"), ("UUID()", "UUID"),
            ("RANDOM_BYTES(8)", "RANDOM_BYTES"), ("INET_ATON('10.0.0.9')", "INET_ATON"), ("INET_NTOA(1)", "INET_NTOA"),
            ("INET6_ATON('::1')", "INET6_ATON"), ("INET6_NTOA(x'7f000001')", "INET6_NTOA"),
            ("IS_IPV4('1.2.3.4')", "IS_IPV4"), ("IS_IPV6('::1')", "IS_IPV6"),
            ("IS_IPV4_COMPAT(x'00')", "IS_IPV4_COMPAT"), ("IS_IPV4_MAPPED(x'00')", "IS_IPV4_MAPPED"),
            ("STD(sql_port)", "STD"), ("STDDEV(sql_port)", "STDDEV"), ("STDDEV_POP(sql_port)", "STDDEV_POP"),
            ("STDDEV_SAMP(sql_port) OVER ()", "STDDEV_SAMP"), ("VARIANCE(sql_port)", "VARIANCE"),
            ("VAR_POP(sql_port) OVER ()", "VAR_POP"), ("VAR_SAMP(sql_port)", "VAR_SAMP"),
            ("BIT_AND(sql_port)", "BIT_AND"), ("BIT_OR(sql_port) OVER ()", "BIT_OR"), ("BIT_XOR(sql_port)", "BIT_XOR"),
            ("RAND(1)", "RAND"), ("SIN(0)", "SIN"), ("COS(0)", "COS"), ("TAN(0)", "TAN"), ("ASIN(0)", "ASIN"),
            ("ACOS(1)", "ACOS"), ("ATAN(0)", "ATAN"), ("ATAN2(0, 1)", "ATAN2"), ("RADIANS(0)", "RADIANS"),
            ("DEGREES(0)", "DEGREES"), ("PI()", "PI"), ("CONV('ff', 16, 10)", "CONV"), ("BIN(5)", "BIN"),
            ("OCT(8)", "OCT"), ("FORMAT(1234.5, 2, 'de_DE')", "FORMAT"), ("FORMAT(1234.5, 2)", "FORMAT"),
            ("JSON_VALUE('{}', '$.a')", "JSON_VALUE"), ("JSON_LENGTH('[]')", "JSON_LENGTH"),
            ("JSON_VALID('{}')", "JSON_VALID"), ("JSON_QUOTE('a')", "JSON_QUOTE"),
            ("sql_port >= ALL (SELECT 0)", "ANY and ALL"), ("sql_port = ANY (SELECT 0)", "ANY and ALL"),
            ("SQL_BIG_RESULT role", "SQL_BIG_RESULT"), ("HIGH_PRIORITY role", "HIGH_PRIORITY"),
            ("STRAIGHT_JOIN role", "STRAIGHT_JOIN"), ("12345678901234567890.5 + 0.1", "18 digits"),
            ("18446744073709551615 - 1", "18 digits"), ("CAST(-1 AS UNSIGNED)", "18 digits"), ("~0", "the operator ~"),
            ("5.5 % 2", "%"), ("5.5 DIV 2", "DIV"),
            ("NOW(6) + 0", "fractions of a second"), ("9999999999.99 * 9999999999.99", "18 digits"),
            ("QUARTER('2020-05-01')", "QUARTER"),
            ("MICROSECOND('10:11:12.5')", "MICROSECOND"),
            ("DAYOFWEEK('2020-01-02')", "DAYOFWEEK"),
            ("WEEKDAY('2020-01-02')", "WEEKDAY"),
            ("DAYOFYEAR('2020-12-31')", "DAYOFYEAR"),
            ("DAYNAME('2020-01-02')", "DAYNAME"),
            ("MONTHNAME('2020-01-02')", "MONTHNAME"),
            ("LAST_DAY('2020-02-10')", "LAST_DAY"),
            ("TO_DAYS('2020-01-01')", "TO_DAYS"),
            ("TIMESTAMP('2020-01-02', '10:00:00')", "TIMESTAMP"),
            ("ADDTIME('10:00:00', '00:30:00')", "ADDTIME"),
            ("SUBTIME('10:00:00', '0:0:1')", "SUBTIME"),
            ("SEC_TO_TIME(3661)", "SEC_TO_TIME"),
            ("TIME_FORMAT('25:01:02', '%H:%i')", "TIME_FORMAT"),
            ("TIMESTAMPADD(MONTH, 1, '2020-01-31')", "TIMESTAMPADD"),
            ("LPAD('a', 3, 'xy')", "LPAD"),
            ("RPAD('a', 4, 'xy')", "RPAD"),
            ("REVERSE('abc')", "REVERSE"),
            ("INSERT('abcdef', 2, 3, 'X')", "INSERT"),
            ("LENGTH(SPACE(3))", "SPACE"),
            ("QUOTE('a')", "QUOTE"),
            ("CHAR(65, 66 USING utf8mb4)", "CHAR"),
            ("HEX('a')", "HEX"),
            ("UNHEX('4142')", "UNHEX"),
            ("ASCII('A')", "ASCII"),
            ("ORD('A')", "ORD"),
            ("BIT_LENGTH('a')", "BIT_LENGTH"),
            ("STRCMP('a', 'b')", "STRCMP"),
            ("ELT(2, 'a', 'b')", "ELT"),
            ("POSITION('o' IN 'foo')", "POSITION"),
            ("CHARSET(CONVERT('a' USING latin1))", "CHARSET"),
            ("COLLATION(_utf8mb4'a' COLLATE utf8mb4_bin)", "COLLATION"),
            ("TRUNCATE(1.999, 1)", "TRUNCATE"),
            ("SIGN(-3)", "SIGN"),
            ("POW(2, 10)", "POW"),
            ("POWER(2, 3)", "POWER"),
            ("SQRT(16)", "SQRT"),
            ("EXP(0)", "EXP"),
            ("LN(1)", "LN"),
            ("LOG(2, 8)", "LOG"),
            ("LOG2(8)", "LOG2"),
            ("LOG10(100)", "LOG10"),
            ("NVL2(NULL, 1, 2)", "NVL2"),
            ("JSON_ARRAY(1, 'a')", "JSON_ARRAY"),
            ("JSON_OBJECTAGG(member_name, is_local)", "JSON_OBJECTAGG"),
            ("ROW_NUMBER() OVER ()", "ROW_NUMBER"),
            ("RANK() OVER (ORDER BY role)", "RANK"),
            ("DENSE_RANK() OVER (ORDER BY role)", "DENSE_RANK"),
            ("PERCENT_RANK() OVER (ORDER BY role)", "PERCENT_RANK"),
            ("CUME_DIST() OVER (ORDER BY role)", "CUME_DIST"),
            ("NTILE(2) OVER (ORDER BY role)", "NTILE"),
            ("LAG(role) OVER (ORDER BY role)", "LAG"),
            ("LEAD(role) OVER (ORDER BY role)", "LEAD"),
            ("FIRST_VALUE(is_local) OVER (ORDER BY role)", "FIRST_VALUE"),
            ("LAST_VALUE(is_local) OVER (ORDER BY role)", "LAST_VALUE"),
            ("NTH_VALUE(is_local, 1) OVER (ORDER BY role)", "NTH_VALUE"),
            ("SUM(is_local) OVER (PARTITION BY role ORDER BY role ROWS 1 PRECEDING)", "window functions"),
            ("6 & 3", "the operator &"),
            ("6 | 3", "the operator |"),
            ("6 ^ 3", "the operator ^"),
            ("1 << 3", "the operator <<"),
            ("256 >> 2", "the operator >>"),
            ("~5 & 3", "the operator ~"),
            ("1 XOR 0", "XOR"),
            ("0x41 + 0", "hexadecimal"),
            ("b'101' + 0", "binary numbers"),
            ("0b11 + 0", "binary numbers"),
            ("7.5e0 % 2", "DIV and %"),
            ("(1, 2) < (1, 3)", "rows"), ("(role, 1) IN (('x', 1))", "rows"), ("ROW(1, 2) = ROW(1, 2)", "rows"),
            ("TRIM(LEADING 'x' FROM 'xxa')", "TRIM"),
            ("TRIM('x' FROM 'xax')", "TRIM"),
            ("SUBSTRING('abcdef' FROM 3 FOR 2)", "SUBSTRING"),
            ("'2020-01-01 00:00:00' + INTERVAL '1:30' HOUR_MINUTE", "HOUR_MINUTE"),
            ("TIME '10:00:00' + INTERVAL 1 HOUR", "INTERVAL"),
            ("CAST('1.5' AS DECIMAL(10, 2))", "CAST AS DECIMAL"),
            ("ROUND(1250, -2)", "ROUND"),
            ("ROUND(is_local, is_local)", "ROUND"),
            ("COUNT(DISTINCT is_local, role)", "COUNT(DISTINCT)"),
            ("GROUP_CONCAT(is_local LIMIT 1)", "GROUP_CONCAT"),
            ("DATE('20200102')", "another form"),
            ("DATE(20200102)", "another form"),
            ("TIME_TO_SEC('101112')", "another form"),
            ("ANY_VALUE(role)", "ANY_VALUE"),
            ("CAST(role AS JSON)", "CAST AS JSON"),
        ]
    )
    func named(item: String, name: String) throws {
        let text = "SELECT \(item) FROM cluster_schema.members"
        let error = try #require(fixture.error(text, in: EngineFixture.sidecarContext), "\(text) is answered")
        #expect(error.errno == 1235 && error.message.contains(name), "\(text): \(error)")
        #expect(try rewritten(text) != nil)
    }

    @Test(
        "so have other forms of a query",
        arguments: [
            ("SELECT role, COUNT(*) FROM cluster_schema.members GROUP BY role WITH ROLLUP", "WITH ROLLUP"),
            ("SELECT GROUPING(role) FROM cluster_schema.members GROUP BY role", "GROUPING"),
            ("SELECT role FROM cluster_schema.members EXCEPT ALL SELECT 'x'", "EXCEPT"),
            ("SELECT role FROM cluster_schema.members INTERSECT ALL SELECT 'x'", "INTERSECT"),
            ("SELECT role FROM cluster_schema.members EXCEPT SELECT 'x'", "EXCEPT"),
            ("SELECT role FROM cluster_schema.members UNION VALUES ('x')", "VALUES"),
            ("SELECT role FROM cluster_schema.members UNION SELECT 'x' ORDER BY CONCAT(role)", "ORDER BY"),
            ("SELECT role FROM cluster_schema.members NATURAL JOIN cluster_schema.primary_member", "NATURAL JOIN"),
            ("SELECT role FROM cluster_schema.members ORDER BY 1 FETCH FIRST ROW ONLY", "FETCH"),
            ("SELECT role FROM cluster_schema.members ORDER BY 1 OFFSET 1 ROWS", "OFFSET"),
            ("SELECT RANK() OVER w FROM cluster_schema.members WINDOW w AS (ORDER BY role)", "RANK"),
            ("SELECT role FROM cluster_schema.members LIMIT 1 ROWS EXAMINED 100", "ROWS EXAMINED"),
            ("SELECT role FROM cluster_schema.members LIMIT ROWS EXAMINED 100", "ROWS EXAMINED"),
        ]
    )
    func namedForms(text: String, name: String) throws {
        let error = try #require(fixture.error(text, in: EngineFixture.sidecarContext), "\(text) is answered")
        #expect(error.errno == 1235 && error.message.contains(name), "\(text): \(error)")
        #expect(try rewritten(text) != nil)
    }

    @Test(
        "not what would mean something else there, nor what is wrong anywhere",
        arguments: [
            "SELECT SOUNDEX(member_name), NOW(), @@time_zone FROM cluster_schema.members",
            "SELECT role FROM cluster_schema.members PROCEDURE ANALYSE()",
            "SELECT no_such_column FROM cluster_schema.members",
            "SELECT * FROM cluster_schema.members WHERE",
        ]
    )
    func refused(text: String) throws {
        #expect(try rewritten(text) == nil, "\(text)")
    }

    @Test("the clock stays that of the tables: MariaDB is told so, other servers do not get the statement")
    func clock() throws {
        let text = "SELECT SOUNDEX(detail) FROM cluster_schema.events WHERE at > CURRENT_TIMESTAMP - INTERVAL 1 HOUR"
        let rewritten = try #require(try rewritten(text))
        #expect(rewritten.hasPrefix("SET STATEMENT time_zone = '+00:00' FOR SELECT SOUNDEX(detail) FROM"))
        var context = EngineFixture.serverContext
        context.serverVersion = "8.4.3"
        #expect(try self.rewritten(text, in: context) == nil)
    }

    @Test("nor in a session without mysqld, nor with parameters, nor DATABASE() while cluster_schema is chosen")
    func sessions() throws {
        #expect(try rewritten("SELECT SOUNDEX(role) FROM members", in: EngineFixture.sidecarContext) == nil)
        var context = EngineFixture.serverContext
        context.allowsParameters = true
        #expect(try rewritten("SELECT SOUNDEX(?) FROM cluster_schema.members", in: context) == nil)
        context.allowsParameters = false
        context.isVirtualSchemaSelected = true
        #expect(try rewritten("SELECT SOUNDEX(DATABASE()) FROM members", in: context) == nil)
        #expect(try rewritten("SELECT SOUNDEX(role) FROM members", in: context) != nil)
    }
}
