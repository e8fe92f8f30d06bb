import Foundation
import MySQLWire
import QueryRouting
import Testing

@Suite("StatementClassifier")
struct StatementClassifierTests {
    private static let classifier = StatementClassifier(
        schema: VirtualSchema(tables: ["CLUSTER", "EVENTS", "MEMBERS", "PRIMARY_MEMBER", "SETTINGS", "STATUS"])
    )

    /// A route in a few characters: the table shows what matters, not each field.
    private func short(_ route: Route, of statement: String) -> String {
        switch route {
        case .server: "server"
        case .selectVirtualSchema: "use ours"
        case .selectServerSchema: "use theirs"
        case .refuse(let error): "\(error.errno)"
        case .refusePrepare(let names, let error):
            "\(error.errno) without " + names.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
        case .mixed(let mixed): "mixed \(mixed.tables.joined(separator: " "))"
        case .virtual(.select(let text)): text == statement ? "select" : "select of another text"
        case .virtual(.waitForChange(let wait)): "wait \(wait.columnName)"
        case .virtual(.election(let call)): "\(call.function.rawValue) \(call.arguments.count)"
        case .virtual(.showTables(let detail, let like)): "tables \(detail) \(like ?? "-")"
        case .virtual(.showTableStatus(let like)): "status \(like ?? "-")"
        case .virtual(.showColumns(let table, let detail, let like)): "columns \(table) \(detail) \(like ?? "-")"
        case .virtual(.showCreateTable(let table)): "create \(table)"
        case .virtual(.showCreateSchema): "create schema"
        case .virtual(.showIndexes(let table)): "index \(table)"
        case .virtual(.showNothing(let listing)): "nothing \(listing)"
        case .virtual(.showSchemas(let like)): "schemas \(like ?? "-")"
        case .virtual(.showStatus(let like)): "server status \(like ?? "-")"
        case .virtual(.showVariables(let like)): "variables \(like ?? "-")"
        case .virtual(.showCollations(let like)): "collations \(like ?? "-")"
        case .virtual(.showCharacterSets(let like)): "charsets \(like ?? "-")"
        case .virtual(.showEngines): "engines"
        case .virtual(.noOperation): "nothing to do"
        case .virtual(.filtered(let listing, let condition)):
            "\(short(.virtual(listing), of: statement)) where \(condition)"
        case .virtual(.showProcedures(let like)): "procedures \(like ?? "-")"
        case .virtual(.showCreateProcedure(let procedure)): "create procedure \(procedure.name)"
        case .virtual(.diagnostics(.list(let onlyErrors, let offset, let count))):
            "\(onlyErrors ? "errors" : "warnings") \(offset) \(count.map { String($0) } ?? "-")"
        case .virtual(.diagnostics(.counts(let counts))):
            "counts " + counts.map { "\($0.name):\($0.onlyErrors ? "errors" : "warnings")" }.joined(separator: " ")
        case .virtual(.call(let call)): "call \(call.procedure.name) \(call.arguments.count)"
        case .virtual(.listServerSchemas(.all)): "server's schemas"
        case .virtual(.listServerSchemas(.like(let pattern))): "server's schemas like \(pattern)"
        case .virtual(.listServerSchemas(.satisfying(let text))): "server's schemas where \(text)"
        case .virtual(.showCompatibilityVariables(let like)): "variables of other products \(like)"
        }
    }

    private func expect(_ statement: String, _ expected: String, in context: SessionContext) {
        let route = Self.classifier.route(Array(statement.utf8), in: context)
        #expect(short(route, of: statement) == expected, "\(statement)")
    }

    @Test(
        "a PREPARE that is refused ends what goes by its name",
        arguments: [
            ("PREPARE w FROM 'SELECT * FROM cluster_schema.members WHERE role = ?'", "1235 without w"),
            ("prepare `V w` from \"SELECT 1 FROM information_schema.cluster_members\"", "1235 without `V w`"),
            ("PREPARE w FROM 'SELECT * FROM cluster_schema.members' ; ", "1235 without w"),
            ("/*!50000 PREPARE */ w FROM 'SELECT * FROM cluster_schema.members'", "1235 without w"),
            ("PREPARE w FROM 'DELETE FROM cluster_schema.members'", "1288 without w"),
            ("PREPARE w FROM 'SELECT * FROM cluster_schema.nodes'", "1146 without w"),
            ("PREPARE w FROM 'SELECT * FROM app.t, cluster_schema.members'", "1295 without w"),
            ("PREPARE w FROM 'USE cluster_schema'", "1235 without w"),
            ("PREPARE w FROM 'PREPARE v FROM \"SELECT 1 FROM cluster_schema.members\"'", "1235 without w"),
            ("PREPARE v FROM 'SELECT * FROM cluster_schema.members'; EXECUTE v", "1235 without v"),
            ("PREPARE v FROM 'SELECT 1'; PREPARE é FROM @a; USE cluster_schema", "1235 without v é"),
            ("PREPARE w FROM 'SELECT \"cluster_schema.members\"'", "server"),
            ("PREPARE w FROM 'SELECT 1'; EXECUTE w /* cluster_schema */", "server"),
            ("PREPARE w FROM @text /* cluster_schema */", "server"),
            ("EXECUTE w /* cluster_schema */", "server"),
            ("DROP PREPARE cluster_schema", "server"),
        ]
    )
    func refusedPrepare(_ statement: String, _ expected: String) {
        expect(statement, expected, in: SessionContext())
    }

    @Test(
        "a session of the server",
        arguments: [
            // Words alone are nothing.
            ("SELECT 1", "server"),
            ("SELECT 'cluster_schema.members'", "server"),
            ("SELECT \"cluster_schema.members\" FROM app.t", "server"),
            ("SELECT 1 -- FROM cluster_schema.members", "server"),
            ("SELECT 1 # FROM cluster_schema.members", "server"),
            ("SELECT /* FROM cluster_schema.members */ 1", "server"),
            ("INSERT INTO app.log VALUES ('SELECT * FROM cluster_schema.members')", "server"),
            ("INSERT INTO app.log (cluster_schema) VALUES (1)", "server"),
            ("UPDATE app.t SET note = 'DROP TABLE cluster_schema.members'", "server"),
            ("SELECT cluster_schema FROM app.t", "server"),
            ("SELECT cluster_id FROM app.cluster_members", "server"),
            ("SELECT * FROM cluster_members", "server"),
            ("SELECT t.cluster_schema FROM app.t", "server"),
            ("SELECT * FROM app.cluster_schema", "server"),
            ("SELECT * FROM app.t WHERE cluster_schema.members = 1", "server"),
            ("SELECT * FROM app.t cluster_schema WHERE cluster_schema.x = 1", "server"),
            ("SET @x = 'cluster_schema.members'", "server"),
            ("SELECT 'unterminated cluster_schema", "server"),
            ("", "server"), (";", "server"),

            // Queries.
            ("SELECT * FROM cluster_schema.members", "select"),
            ("select * from CLUSTER_SCHEMA.Members", "select"),
            ("SELECT * FROM `cluster_schema`.`members`", "select"),
            ("SELECT * FROM cluster_schema . members", "select"),
            ("SELECT * FROM cluster_schema.members;", "select"),
            ("SELECT * FROM cluster_schema.members ; -- done", "select"),
            ("/* tag */ SELECT * FROM cluster_schema.members", "select"),
            ("SELECT * FROM /*!50000 cluster_schema.members */", "select"),
            ("/*! SELECT * FROM cluster_schema.members */", "select"),
            ("SELECT * FROM /*M!100100 cluster_schema.members */", "select"),
            ("(SELECT * FROM cluster_schema.members)", "select"),
            ("((SELECT 1 FROM cluster_schema.members))", "select"),
            ("SELECT 1 FROM cluster_schema.members UNION SELECT 2 FROM cluster_schema.events", "select"),
            ("(SELECT 1 FROM cluster_schema.members) UNION ALL (SELECT 2)", "select"),
            ("SELECT * FROM cluster_schema.members m JOIN cluster_schema.primary_member USING (MEMBER_ID)", "select"),
            ("SELECT * FROM cluster_schema.members m, cluster_schema.cluster AS c", "select"),
            ("SELECT * FROM (SELECT * FROM cluster_schema.members) x", "select"),
            ("SELECT * FROM (cluster_schema.members m JOIN cluster_schema.cluster c)", "select"),
            ("SELECT (SELECT COUNT(*) FROM cluster_schema.members)", "select"),
            ("SELECT 1 WHERE EXISTS (SELECT 1 FROM cluster_schema.members)", "select"),
            ("WITH m AS (SELECT * FROM cluster_schema.members) SELECT * FROM m", "select"),
            ("WITH m (a) AS (SELECT 1), n AS (SELECT * FROM cluster_schema.events) SELECT * FROM m, n", "select"),
            (
                "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT * FROM n, cluster_schema.cluster",
                "select"
            ),
            ("SELECT * FROM cluster_schema.members FOR UPDATE", "select"),
            ("SELECT * FROM cluster_schema.members LOCK IN SHARE MODE", "select"),
            ("SELECT EXTRACT(YEAR FROM AT) FROM cluster_schema.events", "select"),
            ("SELECT TRIM(LEADING 'x' FROM TYPE) FROM cluster_schema.events", "select"),
            ("SELECT * FROM cluster_schema.members USE INDEX (a), cluster_schema.cluster", "select"),
            ("SELECT * FROM cluster_schema.members, dual", "select"),
            ("SELECT * FROM information_schema.cluster_members", "select"),
            ("SELECT * FROM INFORMATION_SCHEMA.CLUSTER_MEMBERS", "select"),
            ("SELECT * FROM information_schema.CLUSTER_CLUSTER", "select"),
            ("SELECT * FROM information_schema.cluster_nodes", "server"),
            ("SELECT * FROM information_schema.tables WHERE table_schema = 'cluster_schema'", "select"),

            // Mixed, missing, impossible.
            ("SELECT * FROM cluster_schema.members JOIN app.t", "mixed MEMBERS"),
            ("SELECT * FROM app.t, cluster_schema.members", "mixed MEMBERS"),
            ("SELECT * FROM t JOIN cluster_schema.members", "mixed MEMBERS"),
            ("SELECT * FROM app.t WHERE id IN (SELECT server_id FROM cluster_schema.members)", "mixed MEMBERS"),
            ("SELECT (SELECT 1 FROM app.t) FROM cluster_schema.members", "mixed MEMBERS"),
            ("SELECT * FROM (app.t x JOIN cluster_schema.members y ON x.a = y.b)", "mixed MEMBERS"),
            ("SELECT * FROM app.a x JOIN app.b y ON (x.i = y.i), cluster_schema.members", "mixed MEMBERS"),
            ("SELECT * FROM ((SELECT 1 FROM app.t) UNION SELECT 2 FROM cluster_schema.members) x", "mixed MEMBERS"),
            ("((SELECT 1 FROM cluster_schema.members) UNION SELECT 2 FROM app.t)", "mixed MEMBERS"),
            ("SELECT * FROM app.t USE INDEX FOR JOIN (a) JOIN cluster_schema.members", "mixed MEMBERS"),
            ("WITH m AS (SELECT * FROM app.t) SELECT * FROM m, cluster_schema.members", "mixed MEMBERS"),
            ("SELECT * FROM information_schema.tables, cluster_schema.members", "mixed MEMBERS"),
            ("SELECT * FROM information_schema.tables, information_schema.cluster_members", "mixed MEMBERS"),
            ("SELECT * FROM cluster_schema.nodes", "1146"),
            ("SELECT * FROM cluster_schema.cluster_members", "1146"),
            ("SELECT * FROM cluster_schema.nodes JOIN app.t", "1146"),
            ("SELECT * INTO OUTFILE '/tmp/x' FROM cluster_schema.members", "mixed MEMBERS"),
            ("SELECT * FROM cluster_schema.members INTO OUTFILE '/tmp/x'", "mixed MEMBERS"),
            ("SELECT * FROM app.t INTO OUTFILE '/tmp/x'", "server"),
            ("SELECT COUNT(*) FROM cluster_schema.members INTO @n", "mixed MEMBERS"),
            ("SELECT COUNT(*) INTO @n FROM cluster_schema.members", "mixed MEMBERS"),
            ("SELECT * FROM cluster_schema.members WHERE ROLE = ?", "1064"),
            ("SELECT cluster_schema.wait_for_change(1, 2)", "wait cluster_schema.wait_for_change(1, 2)"),
            ("SELECT `cluster_schema`.`elect`('a', 'b', 3)", "elect 3"),
            ("SELECT `cluster_schema`.`elected`('a')", "1305"),
            ("SELECT * FROM app.t WHERE cluster_schema.f(x)", "1305"),
            ("TABLE cluster_schema.members", "1235"),
            ("TABLE cluster_schema.nodes", "1146"),
            ("EXPLAIN SELECT * FROM cluster_schema.members", "1235"),
            ("EXPLAIN FORMAT=JSON SELECT * FROM cluster_schema.members", "1235"),
            ("EXPLAIN EXTENDED SELECT * FROM cluster_schema.nodes", "1146"),
            ("ANALYZE SELECT * FROM cluster_schema.members", "1235"),
            ("EXPLAIN SELECT 'cluster_schema.members'", "server"),

            // Several at once.
            ("SELECT 1; SELECT * FROM cluster_schema.members", "1235"),
            ("SELECT * FROM cluster_schema.members; SELECT 1", "1235"),
            ("SELECT * FROM cluster_schema.members; SELECT * FROM cluster_schema.events", "1235"),
            ("USE cluster_schema; SELECT 1", "1235"),
            ("SELECT 1; SELECT 'cluster_schema'; SELECT cluster_x FROM t", "server"),
            ("SELECT * FROM cluster_schema.members;;", "select"),

            // The schema.
            ("USE cluster_schema", "use ours"),
            ("use `Cluster_Schema` ;", "use ours"),
            ("USE cluster_other", "server"),
            ("SHOW TABLES FROM cluster_schema", "tables brief -"),
            ("show tables in CLUSTER_SCHEMA like 'm%'", "tables brief m%"),
            ("SHOW FULL TABLES FROM `cluster_schema`", "tables full -"),
            ("SHOW TABLES FROM cluster_schema WHERE 1", "tables brief - where 1"),
            ("SHOW TABLES FROM cluster_other", "server"),
            ("SHOW TABLES LIKE 'cluster_%'", "server"),
            ("SHOW TABLES FROM information_schema LIKE 'cluster_%'", "server"),
            ("SHOW TABLE STATUS FROM cluster_schema LIKE 'mem%'", "status mem%"),
            ("SHOW COLUMNS FROM cluster_schema.members", "columns MEMBERS brief -"),
            ("SHOW FULL COLUMNS FROM members FROM cluster_schema", "columns MEMBERS full -"),
            ("SHOW FULL FIELDS IN `members` IN `cluster_schema` LIKE '%'", "columns MEMBERS full %"),
            ("SHOW COLUMNS FROM information_schema.cluster_events", "columns EVENTS brief -"),
            ("SHOW COLUMNS FROM cluster_schema.nodes", "1146"),
            ("SHOW COLUMNS FROM cluster_members", "server"),
            ("DESCRIBE cluster_schema.members", "columns MEMBERS brief -"),
            ("DESC cluster_schema.members sql_port", "columns MEMBERS brief sql\\_port"),
            ("EXPLAIN cluster_schema.members 'sql%'", "columns MEMBERS brief sql%"),
            ("SHOW CREATE TABLE cluster_schema.members", "create MEMBERS"),
            ("SHOW CREATE VIEW information_schema.cluster_members", "create MEMBERS"),
            ("SHOW CREATE TABLE app.cluster_x", "server"),
            ("SHOW CREATE DATABASE cluster_schema", "create schema"),
            ("SHOW CREATE SCHEMA IF NOT EXISTS cluster_schema", "create schema"),
            ("SHOW INDEX FROM cluster_schema.members", "index MEMBERS"),
            ("SHOW KEYS FROM members FROM cluster_schema", "index MEMBERS"),
            ("SHOW TRIGGERS FROM cluster_schema", "nothing triggers"),
            ("SHOW DATABASES LIKE 'cluster_schema'", "server's schemas like cluster_schema"),

            // Changes.
            ("UPDATE cluster_schema.members SET ROLE = 'PRIMARY'", "1288"),
            ("INSERT INTO cluster_schema.members VALUES (1)", "1288"),
            ("INSERT IGNORE cluster_schema.members (a) VALUES (1)", "1288"),
            ("REPLACE INTO cluster_schema.members VALUES (1)", "1288"),
            ("DELETE FROM cluster_schema.members", "1288"),
            ("DELETE LOW_PRIORITY FROM information_schema.cluster_members WHERE 1", "1288"),
            ("UPDATE cluster_schema.nodes SET a = 1", "1146"),
            ("INSERT INTO app.t SELECT * FROM cluster_schema.members", "mixed MEMBERS"),
            ("UPDATE app.t, cluster_schema.members SET a = 1", "mixed MEMBERS"),
            ("UPDATE app.t SET a = (SELECT 1 FROM cluster_schema.members)", "mixed MEMBERS"),
            ("DELETE a FROM app.t a JOIN cluster_schema.members b", "mixed MEMBERS"),
            ("DELETE FROM app.t USING app.t JOIN cluster_schema.members", "mixed MEMBERS"),
            ("DROP TABLE cluster_schema.members", "1044"),
            ("DROP TABLE IF EXISTS cluster_schema.anything", "1044"),
            ("TRUNCATE TABLE cluster_schema.members", "1044"),
            ("TRUNCATE cluster_schema.members", "1044"),
            ("ALTER TABLE cluster_schema.members ADD x INT", "1044"),
            ("CREATE TABLE cluster_schema.x (a INT)", "1044"),
            ("CREATE OR REPLACE VIEW cluster_schema.x AS SELECT 1", "1044"),
            ("CREATE INDEX i ON cluster_schema.members (ROLE)", "1044"),
            ("CREATE DATABASE cluster_schema", "1044"),
            ("CREATE DATABASE IF NOT EXISTS cluster_schema", "1044"),
            ("DROP SCHEMA cluster_schema", "server"),
            ("RENAME TABLE cluster_schema.members TO app.m", "1044"),
            ("GRANT SELECT ON cluster_schema.* TO x", "1044"),
            ("LOCK TABLES cluster_schema.members READ", "1044"),
            ("CREATE TABLE app.t AS SELECT * FROM cluster_schema.members", "mixed MEMBERS"),
            ("CREATE VIEW app.v AS SELECT * FROM cluster_schema.members", "1235"),
            ("CREATE PROCEDURE app.p() SELECT * FROM app.t, cluster_schema.members", "1235"),
            ("CREATE TABLE app.t LIKE cluster_schema.members", "1235"),
            ("CREATE OR REPLACE TEMPORARY TABLE t SELECT 1 FROM cluster_schema.members", "mixed MEMBERS"),
            (
                "REPLACE app.t (a) SELECT role FROM cluster_schema.members, cluster_schema.cluster",
                "mixed MEMBERS CLUSTER"
            ),
            ("INSERT INTO app.t SELECT * FROM cluster_schema.nodes", "1146"),
            ("EXPLAIN SELECT * FROM app.t, cluster_schema.members", "mixed MEMBERS"),
            ("SELECT 1; SELECT * FROM app.t, cluster_schema.members", "1235"),
            ("SELECT cluster_schema.f(1) FROM app.t, cluster_schema.members", "1305"),
            ("PREPARE s FROM 'SELECT * FROM app.t, cluster_schema.members'", "1295 without s"),
            ("CREATE TABLE app.cluster_x (a INT)", "server"),
            ("DROP TABLE cluster_x", "server"),
            ("SET @n = (SELECT COUNT(*) FROM cluster_schema.members)", "mixed MEMBERS"),
            ("DO (SELECT 1 FROM cluster_schema.members)", "mixed MEMBERS"),
            ("CALL cluster_schema.switchover('db2')", "call switchover 1"),
            ("CALL app.cluster_x()", "server"),
            ("PREPARE s FROM 'SELECT * FROM cluster_schema.members'", "1235 without s"),
            ("EXECUTE IMMEDIATE 'SELECT * FROM cluster_schema.members'", "select of another text"),
            ("EXECUTE IMMEDIATE 'SELECT * FROM cluster_schema.members WHERE role = ?' USING 'x'", "1235"),
            ("EXECUTE IMMEDIATE 'SELECT * FROM cluster_schema.nodes'", "1146"),
            ("EXECUTE IMMEDIATE 'SELECT * FROM app.t, cluster_schema.members'", "1235"),
            ("EXECUTE IMMEDIATE 'DELETE FROM cluster_schema.members'", "1288"),
            ("EXECUTE IMMEDIATE 'SELECT * FROM app.cluster_x' USING @a", "server"),
            ("EXECUTE IMMEDIATE @text /* cluster_schema */", "server"),
        ]
    )
    func serverSession(statement: String, expected: String) {
        expect(statement, expected, in: SessionContext(user: "app", host: "10.0.0.9"))
    }

    @Test(
        "while cluster_schema is the chosen schema",
        arguments: [
            ("SELECT * FROM members", "select"),
            ("SELECT * FROM Members m JOIN `primary_member` p USING (member_id)", "select"),
            ("SELECT * FROM nodes", "1146"),
            ("SELECT * FROM app.t", "server"),
            ("SELECT * FROM members, app.t", "mixed MEMBERS"),
            ("SELECT * FROM members, nodes", "1146"),
            ("SELECT 1", "server"),
            ("SELECT @@version", "server"),
            ("SELECT 'DATABASE()'", "server"),
            ("SELECT DATABASE()", "select"),
            ("select schema ( ) , USER() limit 1", "select"),
            ("SELECT DATABASE() FROM dual", "select"),
            ("WITH m AS (SELECT 1) SELECT * FROM m", "server"),
            ("SET NAMES utf8mb4", "server"),
            ("BEGIN", "server"),
            ("START TRANSACTION", "server"),
            ("COMMIT", "server"),
            ("SHOW VARIABLES LIKE 'x'", "server"),
            ("SHOW WARNINGS", "server"),
            ("SHOW DATABASES", "server's schemas"),
            ("KILL 7", "server"),
            ("USE app", "use theirs"),
            ("USE `app`;", "use theirs"),
            ("USE cluster_schema", "use ours"),
            ("SHOW TABLES", "tables brief -"),
            ("SHOW FULL TABLES LIKE '%'", "tables full %"),
            ("SHOW TABLES FROM app", "server"),
            ("SHOW TABLE STATUS", "status -"),
            ("DESC members", "columns MEMBERS brief -"),
            ("DESC nodes", "1146"),
            ("DESC app.t", "server"),
            ("SHOW COLUMNS FROM t FROM app", "server"),
            ("SHOW CREATE TABLE events", "create EVENTS"),
            ("SHOW INDEX FROM events", "index EVENTS"),
            ("SHOW TRIGGERS", "nothing triggers"),
            ("EXPLAIN SELECT * FROM members", "1235"),
            ("EXPLAIN SELECT * FROM app.t", "server"),
            // A name without schema must not lead mysqld to a table of another one.
            ("UPDATE members SET role = 'PRIMARY'", "1288"),
            ("DELETE FROM members", "1288"),
            ("DELETE FROM orders", "1146"),
            ("INSERT INTO orders VALUES (1)", "1146"),
            ("INSERT INTO app.orders VALUES (1)", "server"),
            ("INSERT INTO app.orders SELECT * FROM members", "mixed MEMBERS"),
            ("INSERT INTO app.orders SELECT * FROM nodes", "1146"),
            ("CREATE TABLE app.orders SELECT * FROM members", "mixed MEMBERS"),
            ("CREATE TABLE orders SELECT * FROM members", "1044"),
            ("SET @n = (SELECT COUNT(*) FROM members)", "mixed MEMBERS"),
            ("SELECT * FROM members, app.t, dual", "mixed MEMBERS"),
            ("DROP TABLE orders", "1044"),
            ("TRUNCATE orders", "1044"),
            ("CREATE TABLE orders (a INT)", "1044"),
            ("CREATE TABLE app.orders (a INT)", "server"),
            ("CREATE INDEX i ON orders (a)", "1044"),
            ("CREATE INDEX i ON app.orders (a)", "server"),
            ("ALTER TABLE orders ADD b INT", "1044"),
            ("LOCK TABLES orders WRITE", "1044"),
            ("GRANT SELECT ON orders TO x", "1044"),
            ("GRANT SELECT ON * TO x", "1044"),
            ("GRANT SELECT ON *.* TO x", "server"),
            ("GRANT SELECT ON app.* TO x", "server"),
            ("CREATE USER x", "server"),
            ("DROP DATABASE app", "server"),
            ("LOAD DATA INFILE 'x' INTO TABLE orders", "1044"),
            ("CALL p()", "1305"),
            ("CALL app.p()", "server"),
            ("PREPARE s FROM 'DELETE FROM orders'", "1146 without s"),
            ("PREPARE s FROM 'DELETE FROM app.orders'", "server"),
            // Of texts that only mysqld knows.
            ("PREPARE s FROM @text", "1235 without s"),
            ("EXECUTE IMMEDIATE CONCAT('DELETE ', 'FROM orders')", "1235"),
            ("SELECT 1; PREPARE s FROM @text", "1235 without s"),
            ("EXECUTE s", "server"),
            ("EXECUTE IMMEDIATE 'SELECT * FROM members'", "select of another text"),
            ("EXECUTE IMMEDIATE 'SELECT 1'", "server"),
            ("EXECUTE IMMEDIATE 'DROP TABLE orders'", "1044"),
            ("SELECT 'open", "1064"),
            ("SET NAMES utf8; SELECT 1", "server"),
            ("SET NAMES utf8; SELECT * FROM members", "1235"),
            ("USE app; SELECT 1", "1235"),
        ]
    )
    func chosenSchema(statement: String, expected: String) {
        expect(statement, expected, in: SessionContext(isVirtualSchemaSelected: true))
    }

    @Test(
        "a session of a sidecar's account",
        arguments: [
            ("SELECT 1", "select"),
            ("SELECT @@version_comment LIMIT 1", "select"),
            ("select @@max_allowed_packet", "select"),
            ("SELECT DATABASE()", "select"),
            ("SELECT * FROM cluster_schema.members", "select"),
            ("SELECT * FROM members", "1046"),
            ("SELECT * FROM app.orders", "1142"),
            ("SELECT * FROM information_schema.tables", "select"),
            ("SELECT * FROM information_schema.innodb_metrics", "1142"),
            ("SELECT * FROM cluster_schema.members, app.orders", "1235"),
            ("SELECT 1 INTO @x", "1235"),
            ("SET NAMES utf8mb4", "nothing to do"),
            ("SET NAMES 'utf8mb4' COLLATE 'utf8mb4_general_ci'", "nothing to do"),
            ("SET autocommit=0", "nothing to do"),
            ("SET @@session.autocommit = OFF", "nothing to do"),
            ("set session transaction read only", "nothing to do"),
            ("SET sql_mode = concat(@@sql_mode,',STRICT_TRANS_TABLES')", "nothing to do"),
            ("SET x = @@global.x", "nothing to do"),
            ("SET GLOBAL read_only = 0", "1235"),
            ("SET @@global.read_only = 0", "1235"),
            ("SET PASSWORD = 'x'", "1235"),
            ("SET a = 1; SET b = 2", "nothing to do"),
            ("BEGIN", "nothing to do"),
            ("START TRANSACTION WITH CONSISTENT SNAPSHOT", "nothing to do"),
            ("COMMIT", "nothing to do"),
            ("ROLLBACK", "nothing to do"),
            ("START SLAVE", "1235"),
            ("SHOW DATABASES", "schemas -"),
            ("SHOW SCHEMAS LIKE 'c%'", "schemas c%"),
            ("SHOW VARIABLES", "variables -"),
            ("SHOW SESSION VARIABLES LIKE 'sql_mode'", "variables sql_mode"),
            ("SHOW GLOBAL VARIABLES WHERE Variable_name = 'x'", "variables - where Variable_name = 'x'"),
            ("SHOW COLLATION", "collations -"),
            ("SHOW CHARACTER SET", "charsets -"),
            ("SHOW CHARSET LIKE 'utf8%'", "charsets utf8%"),
            ("SHOW WARNINGS", "warnings 0 -"),
            ("SHOW ERRORS LIMIT 1", "errors 0 1"),
            ("show session status like 'ssl_cipher'", "server status ssl_cipher"),
            ("SHOW ENGINES", "engines"),
            ("SHOW STORAGE ENGINES", "engines"),
            ("SHOW PLUGINS", "nothing plugins"),
            ("SHOW MASTER STATUS", "1235"),
            ("SHOW TABLES", "1046"),
            ("SHOW TABLES FROM app", "1044"),
            ("SHOW TABLES FROM cluster_schema", "tables brief -"),
            ("DESC app.t", "1142"),
            ("USE cluster_schema", "use ours"),
            ("USE app", "1044"),
            ("INSERT INTO app.t VALUES (1)", "1142"),
            ("INSERT INTO t VALUES (1)", "1046"),
            ("DROP TABLE app.t", "1235"),
            ("KILL 7", "1235"),
            ("nonsense", "1235"),
            ("", "1065"),
            (" ; ", "1065"),
        ]
    )
    func sidecarSession(statement: String, expected: String) {
        expect(statement, expected, in: SessionContext(authority: .sidecar, user: "topology", host: "10.0.0.9"))
    }

    @Test("a refused table names the account and the remedy")
    func hint() {
        let context = SessionContext(authority: .sidecar, user: "topology", host: "10.0.0.9")
        let route = Self.classifier.route(Array("SELECT * FROM app.orders".utf8), in: context)
        guard case .refuse(let error) = route else {
            Issue.record("\(route)")
            return
        }
        #expect(error.sqlState == "42000")
        #expect(error.message.contains("the account 'topology' is answered by this sidecar alone"))
        #expect(error.message.contains("app.orders"))
    }

    @Test("under ANSI_QUOTES a name may stand in double quotes")
    func ansiQuotes() {
        let statement = "SELECT * FROM \"cluster_schema\".\"members\""
        expect(statement, "select", in: SessionContext(hasANSIQuotes: true))
        expect(statement, "server", in: SessionContext())
    }

    @Test("what escapes depends on NO_BACKSLASH_ESCAPES")
    func backslashes() {
        let statement = #"SELECT '\' FROM cluster_schema.members WHERE ZONE = ''"#
        expect(statement, "server", in: SessionContext())
        expect(statement, "select", in: SessionContext(hasNoBackslashEscapes: true))
    }

    @Test("a statement that is not UTF-8 is refused, not guessed")
    func notUTF8() {
        let bytes = Array("SELECT * FROM cluster_schema.members WHERE ZONE = '".utf8) + [0xe9, 0x27]
        guard case .refuse(let error) = Self.classifier.route(bytes, in: SessionContext()) else {
            Issue.record("not refused")
            return
        }
        #expect(error.errno == 1300)
    }

    @Test("a statement of very many words goes to the server")
    func manyWords() {
        let values = String(repeating: "(1),", count: 60_000)
        expect("INSERT INTO app.cluster_log VALUES \(values)(1)", "server", in: SessionContext())
    }

    @Test("deep nesting is no danger")
    func nesting() {
        let depth = 20_000
        let text = "SELECT " + String(repeating: "(", count: depth) + "1" + String(repeating: ")", count: depth)
        expect(text + " FROM cluster_schema.members", "select", in: SessionContext())
        expect(String(repeating: "(", count: depth) + "cluster_schema", "server", in: SessionContext())
        expect(
            String(repeating: "EXPLAIN ", count: depth) + "SELECT * FROM cluster_schema.members",
            "server",
            in: SessionContext()
        )
    }

    @Test(
        "names of WITH are no tables, however deep they are",
        arguments: [
            "WITH a AS (WITH b AS (SELECT 1) SELECT * FROM b), c (d) AS (SELECT 2) SELECT * FROM a, c, members",
            "SELECT * FROM (WITH a (x, y) AS (SELECT (1), (2)), b AS (SELECT 3) SELECT * FROM a, b) AS t, members",
            "((WITH RECURSIVE a AS (SELECT 1 UNION SELECT n FROM a) SELECT * FROM a, members))",
        ]
    )
    func nestedWith(statement: String) {
        var context = SessionContext(authority: .sidecar)
        context.isVirtualSchemaSelected = true
        expect(statement, "select", in: context)
    }

    @Test("the cost of a statement grows with its length, not with its square", arguments: ["WITH;", "(WITH a AS "])
    func cost(unit: String) {
        let context = SessionContext(authority: .sidecar)
        func cost(_ count: Int) -> UInt64 {
            let statement = Array(String(repeating: unit, count: count).utf8)
            return (0..<3).map { _ in
                let start = processorNanoseconds()
                _ = Self.classifier.route(statement, in: context)
                return processorNanoseconds() - start
            }.min() ?? 0
        }
        let (short, long) = (cost(500), cost(8000))
        #expect(long < short * 16 * 6, "\(long / max(short, 1)) times the cost for 16 times the length")
    }

    @Test("many statements at once do not each keep a copy of all of them")
    func memory() {
        let statement = Array(String(repeating: "WITH;", count: 12_000).utf8)
        let before = peakKiB()
        let route = Self.classifier.route(statement, in: SessionContext(authority: .sidecar))
        #expect(short(route, of: "") == "1235")
        // Copies would take 700 MiB.
        #expect(peakKiB() - before < 256 * 1024)
    }

    private func peakKiB() -> Int {
        var usage = rusage()
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss
    }

    private func processorNanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
