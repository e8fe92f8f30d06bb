import ClusterModel
import Foundation
import MySQLWire
import QueryRouting
import SQLDialect
import Testing

@testable import VirtualTables

@Suite("Compatibility views")
struct CompatibilityViewTests {
    private let fixture: EngineFixture

    init() throws {
        fixture = try EngineFixture(views: Set(CompatibilityView.allCases))
    }

    private static let replica = "00000000-0000-0000-0000-000000000002"

    @Test("each file in sql/compat is read, fills its table, and every column says what it means")
    func definitions() throws {
        let tables = CompatibilityTable.all(of: Set(CompatibilityView.allCases))
        #expect(tables.count == 11)
        #expect(Set(tables.map(\.view)) == Set(CompatibilityView.allCases))
        let own = TableCatalog.standard.tables.map(\.name)
        let names = tables.map { $0.definition.name.uppercased() }
        #expect(Set(names + own).count == names.count + own.count, "names are unique, whatever the schema")
        for table in tables {
            let definition = table.definition
            #expect(definition.comment.hasSuffix("."), "\(definition.name)")
            for column in definition.columns {
                #expect(column.comment.hasSuffix("."), "\(definition.name).\(column.name)")
                let tells = column.comment.contains("NULL")
                #expect(
                    column.isNullable == tells,
                    "\(definition.name).\(column.name): the comment says when it is NULL"
                )
            }
            let rows = try fixture.result("SELECT * FROM \(definition.qualifiedName)").rows
            #expect(rows.isEmpty == (table.filling == nil), "\(definition.name)")
        }
    }

    @Test("without sql.compat there is nothing of them")
    func off() throws {
        let plain = try EngineFixture()
        #expect(plain.engine.marker == StatementMarker())
        for table in CompatibilityTable.all(of: Set(CompatibilityView.allCases)) {
            let statement = "SELECT * FROM \(table.definition.qualifiedName)"
            #expect(plain.engine.route(Array(statement.utf8), in: EngineFixture.serverContext) == .server)
        }
    }

    // MARK: aurora

    @Test("replica_host_status has the members that a client can use")
    func replicaHostStatus() throws {
        let rows = try fixture.rows(
            "SELECT SERVER_ID, SESSION_ID, CPU, REPLICA_LAG_IN_MILLISECONDS, LAST_UPDATE_TIMESTAMP "
                + "FROM information_schema.replica_host_status ORDER BY SERVER_ID"
        )
        #expect(
            rows == [
                "db1.internal|MASTER_SESSION_ID|4.0|0.0|2023-11-14 22:13:20.123456",
                "db2.internal|\(Self.replica)|1.0|1500.0|2023-11-14 22:13:19.623456",
            ]
        )
    }

    @Test(
        "a member's state decides whether it is listed",
        arguments: [
            (Role.replica, MemberState.online, true), (.replica, .lagging, true), (.replica, .standby, true),
            (.replica, .suspect, true), (.replica, .recovering, false), (.replica, .maintenance, false),
            (.replica, .fenced, false), (.replica, .diverged, false), (.replica, .offline, false),
            (.replica, .stopping, false), (.replica, .dead, false), (.replica, .left, false),
            (.replica, .starting, false), (.standalone, .online, false), (.witness, .online, false),
        ]
    )
    func states(role: Role, state: MemberState, isListed: Bool) throws {
        fixture.view.change {
            $0.members[1].role = role
            $0.members[1].state = state
        }
        let hosts = try fixture.rows("SELECT server_id FROM information_schema.replica_host_status")
        #expect(hosts.contains("db2.internal") == isListed)
        #expect(hosts.contains("db1.internal"))
    }

    @Test("nobody is the writer before its own mysqld takes writes")
    func readOnlyPrimary() throws {
        #expect(try fixture.rows("SELECT @@innodb_read_only") == ["0"])
        fixture.view.change { view in
            guard case .up(var seen) = view.members[0].record.server else { return }
            seen.isReadOnly = true
            view.members[0].record.server = .up(seen)
        }
        #expect(try fixture.rows("SELECT @@global.innodb_read_only") == ["1"])
        let writers = "SELECT 1 FROM information_schema.replica_host_status WHERE SESSION_ID = 'MASTER_SESSION_ID'"
        #expect(try fixture.rows(writers).isEmpty)
    }

    @Test("a node that is not the primary is no writer, whatever its mysqld takes")
    func otherNode() throws {
        fixture.view.change { $0.localID = EngineFixture.id(2) }
        #expect(try fixture.rows("SELECT @@innodb_read_only, @@aurora_server_id") == ["1|db2.internal"])
        let amWriter =
            "SELECT SERVER_ID FROM information_schema.replica_host_status WHERE SESSION_ID = 'MASTER_SESSION_ID' "
            + "AND SERVER_ID = @@aurora_server_id"
        #expect(try fixture.rows(amWriter).isEmpty)
        fixture.view.change { $0.localID = EngineFixture.id(1) }
        #expect(try fixture.rows(amWriter) == ["db1.internal"])
    }

    @Test("what mysqld itself says of read_only outweighs the last probe")
    func askedReadOnly() throws {
        let statement = VirtualStatement.select("SELECT @@innodb_read_only, @@hostname, @@aurora_server_id")
        let asked = fixture.engine.variables(of: statement, in: EngineFixture.serverContext)
        #expect(asked == ["@@hostname", "@@global.read_only"])
        var context = EngineFixture.serverContext
        context.variables = ["@@hostname": .text("machine"), "@@global.read_only": .integer(1)]
        let answer = try fixture.engine.run(statement, parameters: [], in: context)
        guard case .resultSet(let result) = answer else { return }
        #expect(result.rows == [[.integer(1), .text("machine"), .text("db1.internal")]])
    }

    @Test("columns have the wire types that drivers read")
    func wireTypes() throws {
        let result = try fixture.result(
            "SELECT SERVER_ID, CASE WHEN SESSION_ID = 'MASTER_SESSION_ID' THEN TRUE ELSE FALSE END, CPU, "
                + "REPLICA_LAG_IN_MILLISECONDS, LAST_UPDATE_TIMESTAMP FROM information_schema.replica_host_status WHERE "
                + "time_to_sec(timediff(now(), LAST_UPDATE_TIMESTAMP)) <= 300 OR SESSION_ID = 'MASTER_SESSION_ID' "
        )
        let columns = result.columns
        #expect(
            columns.map(\.type).enumerated().allSatisfy {
                $0.offset == 1 || [.varString, .double, .dateTime].contains($0.element)
            }
        )
        #expect([.long, .longLong].contains(columns[1].type))
        #expect(columns[0].characterSet == CharacterSet.utf8mb4)
        #expect(columns[0].schema == "information_schema")
        #expect(columns[4].decimals == 6)
        #expect(result.rows.count == 2)
    }

    @Test("SHOW VARIABLES names its two columns as mysqld does")
    func showVariables() throws {
        #expect(try fixture.names("SHOW VARIABLES LIKE 'aurora_version'") == ["Variable_name", "Value"])
        #expect(try fixture.rows("SHOW GLOBAL VARIABLES LIKE 'innodb_read_only'") == ["innodb_read_only|OFF"])
        #expect(try fixture.rows("SHOW VARIABLES LIKE 'aurora\\_server\\_id'") == ["aurora_server_id|db1.internal"])
        #expect(try fixture.rows("SHOW VARIABLES LIKE 'aurora_%'").count == 2)
    }

    // MARK: router

    private static let instances =
        "select C.cluster_id, C.cluster_name, M.member_id, I.endpoint, I.xendpoint, M.member_role, I.attributes, I.label "
        + "from mysql_innodb_cluster_metadata.v2_ar_members M join mysql_innodb_cluster_metadata.v2_instances I on "
        + "I.instance_id = M.instance_id join mysql_innodb_cluster_metadata.v2_ar_clusters C on I.cluster_id = C.cluster_id"

    @Test("MySQL Router reads attributes by path")
    func attributesByPath() throws {
        let statement =
            "SELECT attributes->>'$.tags', attributes->'$.tags', attributes->>'$.none', JSON_UNQUOTE('\"a\"') "
            + "FROM mysql_innodb_cluster_metadata.v2_instances"
        #expect(try fixture.rows(statement).allSatisfy { $0 == "{}|{}|NULL|a" })
    }

    @Test("MySQL Router reads endpoints with host and port")
    func routerInstances() throws {
        #expect(
            try fixture.rows(Self.instances) == [
                "orders|orders|00000000-0000-0000-0000-000000000001|db1.internal:6306|NULL|PRIMARY|{\"tags\": {}}|db1",
                "orders|orders|\(Self.replica)|db2.internal:6307|NULL|SECONDARY|{\"tags\": {}}|db2",
            ]
        )
    }

    @Test("the view is that of the member asked, and its number the epoch, or until there is one the topology's")
    func routerView() throws {
        let statement =
            "select view_id from mysql_innodb_cluster_metadata.v2_ar_members where CAST(member_id AS char ascii) = "
            + "CAST(@@server_uuid AS char ascii)"
        #expect(try fixture.rows(statement) == ["9"])
        fixture.view.change { $0.members[0].epoch = Epoch(rawValue: 4) }
        #expect(try fixture.rows(statement) == ["4"])
    }

    @Test(
        "a member that clients are to leave alone is hidden, and keeps its sessions while it is up and not fenced",
        arguments: [
            (MemberState.recovering, "false"), (.maintenance, "false"), (.stopping, "false"), (.offline, "true"),
            (.fenced, "true"), (.diverged, "true"),
        ]
    )
    func routerHides(state: MemberState, ends: String) throws {
        fixture.view.change { $0.members[1].state = state }
        let attributes = try fixture.rows("SELECT attributes FROM mysql_innodb_cluster_metadata.v2_instances")
        #expect(
            attributes == [
                "{\"tags\": {}}",
                "{\"tags\": {\"_hidden\": true, \"_disconnect_existing_sessions_when_hidden\": \(ends)}}",
            ]
        )
    }

    // MARK: isis2

    @Test("ISIS2IS tells each member's status and role")
    func isis2() throws {
        let rows = try fixture.rows(
            "SELECT ISIS2_MEMBER, MYSQL_HOST, MYSQL_PORT_OR_SOCKET, MYSQL_STATUS, MYSQL_ROLE, ERRNO "
                + "FROM information_schema.isis2is"
        )
        #expect(
            rows == [
                "db1|db1.internal|6306|on|master|0", "db2|db2.internal|6307|on|slave|0",
                "db3|db3.internal|6308|off|standalone|2003",
            ]
        )
    }

    @Test("docs/compat.md describes every table as it is defined")
    func documentation() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/compat.md"), encoding: .utf8)
        for table in CompatibilityTable.all(of: Set(CompatibilityView.allCases)) {
            let rows = table.definition.columns.map { column in
                "| \(column.name) | \(column.type.displayed) | \(column.isNullable ? "YES" : "NO") | \(column.comment) |"
            }
            let section =
                "### \(table.definition.qualifiedName)\n\n\(table.definition.comment)\n\n| Column | Type | Null | Meaning |\n"
                + "|---|---|---|---|\n" + rows.joined(separator: "\n") + "\n"
            #expect(text.contains(section), "\(table.definition.name)")
        }
    }
}
