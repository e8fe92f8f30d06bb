import MySQLWire
import QueryRouting
import Testing
import VirtualTables

@Suite("SHOW and DESCRIBE")
struct SchemaAnswerTests {
    let fixture: EngineFixture

    init() throws {
        fixture = try EngineFixture()
    }

    private static let chosen: SessionContext = {
        var context = EngineFixture.serverContext
        context.isVirtualSchemaSelected = true
        return context
    }()

    @Test("SHOW TABLES lists the tables under the servers' header")
    func showTables() throws {
        let result = try fixture.result("SHOW TABLES FROM cluster_schema")
        #expect(result.columns.map(\.name) == ["Tables_in_cluster_schema"])
        #expect(
            result.rows.map { $0[0].shown } == [
                "CLUSTER", "CONNECTIONS", "EVENTS", "FAILOVERS", "MEMBERS", "PRIMARY_MEMBER", "REPLICATION", "SERVICES",
                "SETTINGS", "STATUS", "VOTERS",
            ]
        )
        let full = try fixture.result("SHOW FULL TABLES LIKE 'mem%'", in: Self.chosen)
        #expect(full.columns.map(\.name) == ["Tables_in_cluster_schema (mem%)", "Table_type"])
        #expect(full.rows == [[.text("MEMBERS"), .text("SYSTEM VIEW")]])
    }

    @Test("DESCRIBE shows the columns")
    func describe() throws {
        let result = try fixture.result("DESC cluster_schema.cluster")
        #expect(result.columns.map(\.name) == ["Field", "Type", "Null", "Key", "Default", "Extra"])
        #expect(
            result.rows.map { $0.map(\.shown).joined(separator: "|") }.prefix(4) == [
                "CLUSTER_NAME|varchar(255)|NO||NULL|", "TOPOLOGY_VERSION|bigint unsigned|NO||NULL|",
                "EPOCH|bigint unsigned|NO||NULL|", "LEADER|varchar(255)|YES||NULL|",
            ]
        )
        #expect(try fixture.rows("DESC cluster_schema.members sql_port") == ["SQL_PORT|int unsigned|NO||NULL|"])
        #expect(try fixture.rows("DESC cluster_schema.members 'sql%'").count == 2)
    }

    @Test("SHOW FULL COLUMNS shows what the definitions' comments say")
    func showFullColumns() throws {
        let result = try fixture.result("SHOW FULL COLUMNS FROM members FROM cluster_schema LIKE 'state_since'")
        #expect(
            result.columns.map(\.name) == [
                "Field", "Type", "Collation", "Null", "Key", "Default", "Extra", "Privileges", "Comment",
            ]
        )
        #expect(
            result.rows.map { $0.map(\.shown).joined(separator: "|") } == [
                "STATE_SINCE|datetime(6)|NULL|NO||NULL||select|"
                    + "When this node first saw the member in its present state; UTC."
            ]
        )
        let zone = try fixture.rows("SHOW FULL COLUMNS FROM cluster_schema.members LIKE 'zone'")
        #expect(zone.first?.contains("|utf8mb4_general_ci|") == true)
    }

    @Test("SHOW CREATE TABLE prints a definition with comments")
    func showCreateTable() throws {
        let result = try fixture.result("SHOW CREATE TABLE cluster_schema.status")
        #expect(result.columns.map(\.name) == ["Table", "Create Table"])
        let text = result.rows[0][1].shown
        #expect(
            text.hasPrefix(
                "CREATE TABLE `STATUS` (\n  `VARIABLE_NAME` varchar(64) NOT NULL COMMENT 'The counter''s name.'"
            )
        )
        #expect(text.hasSuffix("COMMENT='This sidecar''s counters and gauges, at the time of the query.'"))
    }

    @Test("the other listings have the servers' headers")
    func others() throws {
        #expect(
            try fixture.names("SHOW INDEX FROM cluster_schema.members").prefix(3) == [
                "Table", "Non_unique", "Key_name",
            ]
        )
        #expect(try fixture.rows("SHOW INDEX FROM cluster_schema.members") == [])
        let status = try fixture.result("SHOW TABLE STATUS FROM cluster_schema LIKE 'status'")
        #expect(status.columns.count == 18 && status.rows.count == 1)
        #expect(status.rows.allSatisfy { $0.count == 18 })
        #expect(
            try fixture.rows("SHOW CREATE DATABASE cluster_schema") == [
                "cluster_schema|CREATE DATABASE `cluster_schema` "
                    + "/*!40100 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci */"
            ]
        )
    }

    @Test("COM_FIELD_LIST gets the columns, by pattern or all, under either name")
    func fieldList() throws {
        #expect(try fixture.engine.fields(ofTable: "members", like: "").count == 22)
        #expect(try fixture.engine.fields(ofTable: "CLUSTER_EVENTS", like: "").map(\.name).first == "EVENT_ID")
        #expect(try fixture.engine.fields(ofTable: "Members", like: "sql\\_%").map(\.name) == ["SQL_HOST", "SQL_PORT"])
        let field = try #require(try fixture.engine.fields(ofTable: "members", like: "epoch").first)
        #expect(field.type == .longLong && field.flags.contains(.unsigned) && field.schema == "cluster_schema")
        #expect(throws: SQLError.unknownTable("nodes")) { try fixture.engine.fields(ofTable: "nodes", like: "") }
    }

    @Test(
        "a sidecar's account gets answers to what clients ask when they connect",
        arguments: [
            // mariadb and mysql shells
            ("select @@version_comment limit 1", "@@version_comment", ["Pilotfish virtual tables"]),
            ("select $$", "", nil),
            ("SELECT DATABASE()", "DATABASE()", ["NULL"]),
            ("select DATABASE(), USER() limit 1", "DATABASE() USER()", ["NULL|topology@10.0.0.9"]),
            ("show databases", "Database", ["cluster_schema", "information_schema"]),
            ("show session status like 'ssl_cipher'", "Variable_name Value", []),
            // PyMySQL
            ("SET AUTOCOMMIT = 0", "", []),
            ("SET NAMES utf8mb4", "", []),
            ("SHOW WARNINGS", "Level Code Message", []),
            // mysql-connector-python
            ("SET NAMES 'utf8mb4' COLLATE 'utf8mb4_general_ci'", "", []),
            ("SET @@session.autocommit = OFF", "", []),
            // mysql-connector-j
            (
                "/* mysql-connector-j-9.1.0 (Revision: x) */SELECT  @@session.auto_increment_increment AS auto_increment_increment, @@character_set_client AS character_set_client, @@character_set_connection AS character_set_connection, @@character_set_results AS character_set_results, @@character_set_server AS character_set_server, @@collation_server AS collation_server, @@collation_connection AS collation_connection, @@init_connect AS init_connect, @@interactive_timeout AS interactive_timeout, @@license AS license, @@lower_case_table_names AS lower_case_table_names, @@max_allowed_packet AS max_allowed_packet, @@net_write_timeout AS net_write_timeout, @@performance_schema AS performance_schema, @@sql_mode AS sql_mode, @@system_time_zone AS system_time_zone, @@time_zone AS time_zone, @@transaction_isolation AS transaction_isolation, @@wait_timeout AS wait_timeout",
                "auto_increment_increment character_set_client character_set_connection character_set_results character_set_server collation_server collation_connection init_connect interactive_timeout license lower_case_table_names max_allowed_packet net_write_timeout performance_schema sql_mode system_time_zone time_zone transaction_isolation wait_timeout",
                [
                    "1|utf8mb4|utf8mb4|utf8mb4|utf8mb4|utf8mb4_general_ci|utf8mb4_general_ci||28800||2|16777216|60|0|STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION|UTC|SYSTEM|REPEATABLE-READ|28800"
                ]
            ),
            ("SET character_set_results = NULL", "", []),
            // MariaDB Connector/J
            ("set autocommit=1, session_track_schema=1, sql_mode = concat(@@sql_mode,',STRICT_TRANS_TABLES')", "", []),
            (
                "SELECT @@max_allowed_packet, @@system_time_zone, @@time_zone, @@auto_increment_increment",
                "@@max_allowed_packet @@system_time_zone @@time_zone @@auto_increment_increment",
                ["16777216|UTC|SYSTEM|1"]
            ),
            (
                "SHOW VARIABLES LIKE 'sql_mode'", "Variable_name Value",
                ["sql_mode|STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION"]
            ),
            (
                "SHOW COLLATION LIKE 'utf8mb4_general_ci'", "Collation Charset Id Default Compiled Sortlen",
                ["utf8mb4_general_ci|utf8mb4|45|Yes|Yes|1"]
            ),
            ("SELECT 1", "1", ["1"]),
            ("SELECT 1 FROM DUAL", "1", ["1"]),
            ("BEGIN", "", []), ("COMMIT", "", []), ("ROLLBACK", "", []),
        ] as [(String, String, [String]?)]
    )
    func connecting(statement: String, columns: String, rows: [String]?) throws {
        guard let rows else {
            #expect(fixture.error(statement, in: EngineFixture.sidecarContext) != nil)
            return
        }
        #expect(try fixture.names(statement, in: EngineFixture.sidecarContext).joined(separator: " ") == columns)
        #expect(try fixture.rows(statement, in: EngineFixture.sidecarContext) == rows)
    }

    @Test("SHOW VARIABLES holds what @@ does, sorted by name")
    func variables() throws {
        let rows = try fixture.result("SHOW VARIABLES", in: EngineFixture.sidecarContext).rows
        let names = rows.map { $0[0].shown }
        #expect(names == names.sorted())
        for name in names {
            #expect(try fixture.rows("SELECT @@\(name)", in: EngineFixture.sidecarContext).count == 1)
        }
        #expect(names.contains("version") && names.contains("autocommit"))
        #expect(rows.contains([.text("autocommit"), .text("ON")]))
    }
}
