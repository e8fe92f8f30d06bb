import ClusterModel
import MySQLWire
import QueryRouting
import Synchronization
import Testing
import VirtualTables

@Suite("Rows of the tables")
struct TableRowsTests {
    let fixture: EngineFixture

    init() throws {
        fixture = try EngineFixture()
    }

    @Test("MEMBERS shows every column of every member")
    func members() throws {
        let rows = try fixture.rows("SELECT * FROM cluster_schema.members")
        #expect(
            rows == [
                "00000000-0000-0000-0000-000000000001|db1|db1.internal|6306|PRIMARY|ONLINE|1|dc1|0|0|NULL|4|20|12.5|"
                    + "10.11.19-MariaDB-log|101|0-101-5|prefer|2020-09-13 12:26:40.000000|0|2|NULL",
                "00000000-0000-0000-0000-000000000002|db2|db2.internal|6307|REPLICA|LAGGING|0|dc2|0|1|1500|1|3|NULL|"
                    + "10.11.19-MariaDB-log|102|0-101-4|neutral|2020-09-13 12:26:42.000001|500|0|one link does not run",
                "00000000-0000-0000-0000-000000000003|db3|db3.internal|6308|STANDALONE|DEAD|0||0|NULL|NULL|NULL|NULL|"
                    + "NULL|NULL|NULL|NULL|neutral|1969-12-31 23:59:59.999999|NULL|0|NULL",
            ]
        )
    }

    @Test("after each kind of change MEMBERS shows what a new engine shows")
    func membersAfterChanges() throws {
        let statement = "SELECT * FROM cluster_schema.members"
        let changes: [@Sendable (inout ClusterView) -> Void] = [
            { $0.members[1].state = .online },
            { $0.members[1].lagMilliseconds = 7 },
            { $0.members[1].problems = [] },
            { $0.members[2].incarnation = Incarnation(rawValue: 7) },
            { $0.members[0].record.name = "renamed" },
            { $0.members[1].lastHeard = MonotonicTime(nanoseconds: 1) },
            { $0.members.removeFirst() },
            { $0.members.swapAt(0, 1) },
            { $0.members[0].epoch = Epoch(rawValue: 3) },
            { $0.members.removeAll() },
        ]
        _ = try fixture.rows(statement)
        let fresh = try EngineFixture()
        for (index, change) in changes.enumerated() {
            fixture.view.change(change)
            let fresh = try EngineFixture()
            for earlier in changes[...index] { fresh.view.change(earlier) }
            #expect(try fixture.rows(statement) == fresh.rows(statement), "change \(index)")
        }
        #expect(try fixture.rows(statement) != fresh.rows(statement))
    }

    @Test("PRIMARY_MEMBER shows the primary, or nothing while there is none")
    func primaryMember() throws {
        let expected = [
            "00000000-0000-0000-0000-000000000001|db1|db1.internal|6306|0|2020-09-13 12:26:41.500000|NULL"
        ]
        #expect(try fixture.rows("SELECT * FROM cluster_schema.primary_member") == expected)
        fixture.view.change { $0.members[0].role = .standalone }
        #expect(try fixture.rows("SELECT * FROM cluster_schema.primary_member") == [])
    }

    @Test("CLUSTER is one row")
    func cluster() throws {
        #expect(try fixture.rows("SELECT * FROM cluster_schema.cluster") == ["orders|9|0|NULL|NULL|0|2|3|NULL"])
        fixture.view.change { $0.primaryProblem = "db1 is OFFLINE" }
        #expect(
            try fixture.rows("SELECT PRIMARY_PROBLEM FROM cluster_schema.cluster") == ["db1 is OFFLINE"]
        )
    }

    @Test("REPLICATION shows every link of every member, with its source's name where that is a member")
    func replication() throws {
        fixture.view.change { view in
            var record = view.members[1].record
            guard case .up(var seen) = record.server else { return }
            seen.replication = [
                ReplicationLink(
                    source: HostPort(host: "10.0.0.1", port: 3306),
                    sourceServerID: 101,
                    ioState: "Yes",
                    sqlState: "Yes",
                    lagMilliseconds: 1500,
                    gtidReceived: try? GTIDSet("0-101-5", .mariaDB),
                    gtidApplied: try? GTIDSet("0-101-4", .mariaDB),
                    isSemiSync: true
                ),
                ReplicationLink(
                    name: "dc2",
                    source: HostPort(host: "elsewhere", port: 3307),
                    sourceServerID: 0,
                    ioState: "Connecting",
                    sqlState: "No",
                    lagMilliseconds: nil,
                    lastError: "no route",
                    gtidApplied: try? GTIDSet("1-1-1", .mariaDB)
                ),
            ]
            record.server = .up(seen)
            view.members[1].record = record
        }
        #expect(
            try fixture.rows("SELECT * FROM cluster_schema.replication") == [
                "db2|db1|Yes|Yes|1500|0-101-5|0-101-4|NULL|NULL|NULL|1||10.0.0.1|3306|101",
                "db2|NULL|Connecting|No|NULL|NULL|1-1-1|NULL|NULL|no route|NULL|dc2|elsewhere|3307|NULL",
            ]
        )
    }

    @Test("GTIDs are shown whole, however long they are, and are NULL where they are not known")
    func gtids() throws {
        let numbers = (1...30_000).map { ":\($0 * 10)" }.joined()
        let long = try GTIDSet("3e11fa47-71ca-11e1-9e33-c80aa9429562\(numbers)", .mySQL)
        func show(_ set: GTIDSet?) throws -> [String] {
            fixture.view.change { view in
                guard case .up(var seen) = view.members[1].record.server else { return }
                seen.gtidPosition = set
                for index in seen.replication.indices {
                    seen.replication[index].gtidReceived = set
                    seen.replication[index].gtidApplied = set
                }
                view.members[1].record.server = .up(seen)
            }
            return try fixture.rows("SELECT gtid_position FROM cluster_schema.members WHERE member_name = 'db2'")
                + fixture.rows("SELECT gtid_received, gtid_applied FROM cluster_schema.replication LIMIT 1")
        }
        #expect(long.text.utf8.count > 180_000)
        #expect(try show(long) == [long.text, "\(long)|\(long)"])
        #expect(try show(nil) == ["NULL", "NULL|NULL"])
        // No transactions are none, which is known; a link that has none shows none.
        #expect(try show(GTIDSet("", .mySQL)) == ["", "NULL|NULL"])
    }

    @Test(
        "a server that nobody sees now has no figures: they would look healthy",
        arguments: [MemberState.offline, .dead, .left, .suspect, .recovering]
    )
    func notSeen(state: MemberState) throws {
        fixture.view.change { view in
            let seen = view.members[1].record.server.observation
            view.members[1].state = state
            switch state {
            case .offline: view.members[1].record.server = .down(reason: "refused", last: seen)
            case .suspect: view.members[1].record.server = .unseen(reason: "1045", last: seen, holds: true)
            default: break
            }
        }
        let isSeen = state == .recovering
        let load = try fixture.rows(
            "SELECT REPLICATION_LAG_MS, THREADS_RUNNING, CONNECTIONS, QUERIES_PER_SECOND FROM cluster_schema.members "
                + "WHERE MEMBER_NAME = 'db2'"
        )
        #expect(load == [isSeen ? "1500|1|3|NULL" : "NULL|NULL|NULL|NULL"])
        let readOnly = try fixture.rows("SELECT READ_ONLY FROM cluster_schema.members WHERE MEMBER_NAME = 'db2'")
        // What holds for a while is shown for as long.
        #expect(readOnly == [isSeen || state == .suspect ? "1" : "NULL"])
        let links = try fixture.rows(
            "SELECT DISTINCT IO_STATE, SQL_STATE FROM cluster_schema.replication WHERE MEMBER_NAME = 'db2'"
        )
        #expect(links == [isSeen ? "Yes|Yes" : "NULL|NULL"])
    }

    @Test("CONNECTIONS shows the sessions that come with the statement's context")
    func connections() throws {
        let statement = "SELECT * FROM cluster_schema.connections"
        #expect(try fixture.rows(statement) == [])
        var context = EngineFixture.serverContext
        context.clientSessions = [
            ClientSessionRow(
                connectionID: 7,
                user: "app",
                host: "10.0.0.9",
                isVirtualSchemaSelected: true,
                isTLS: true,
                state: .inTransaction,
                commands: 3,
                bytesIn: 100,
                bytesOut: 200,
                ageMilliseconds: 5000
            ),
            ClientSessionRow(
                connectionID: nil,
                user: nil,
                host: "10.0.0.8",
                isVirtualSchemaSelected: false,
                isTLS: false,
                state: .connecting,
                commands: 0,
                bytesIn: 0,
                bytesOut: 0,
                ageMilliseconds: 1
            ),
        ]
        #expect(
            try fixture.rows(statement, in: context) == [
                "7|app|10.0.0.9|cluster_schema|1|IN_TRANSACTION|3|100|200|5000",
                "NULL|NULL|10.0.0.8|NULL|0|CONNECTING|0|0|0|1",
            ]
        )
        #expect(try fixture.rows(statement) == [])
    }

    @Test(
        "only a statement that reads CONNECTIONS asks for the sessions",
        arguments: [
            ("SELECT 1 FROM cluster_schema.connections", true),
            ("SELECT COUNT(*) FROM information_schema.CLUSTER_CONNECTIONS", true),
            ("SELECT (SELECT COUNT(*) FROM cluster_schema.`Connections`)", true),
            ("SELECT connections FROM cluster_schema.members", false),
            ("SELECT 'connections' FROM cluster_schema.cluster", false),
            ("SELECT nothing FROM cluster_schema.connections", false),
        ]
    )
    func readsSessions(statement: String, expected: Bool) {
        #expect(
            fixture.engine.readsClientSessions(.select(statement), in: EngineFixture.serverContext) == expected
        )
    }

    @Test("SERVICES shows who leads, and what is not known as NULL")
    func services() throws {
        let row = ServiceRow(
            name: "invoices",
            leader: "worker-1",
            term: ServiceTerm(rawValue: 7),
            leaseMilliseconds: 10_000,
            remainingMilliseconds: 9_500,
            acquiredAt: WallTime(microsecondsSince1970: 1_600_000_000_000_001),
            observers: 2
        )
        var vacant = row
        (vacant.name, vacant.leader, vacant.leaseMilliseconds) = ("mail", nil, 0)
        (vacant.remainingMilliseconds, vacant.acquiredAt, vacant.observers) = (nil, nil, 0)
        let fixture = try EngineFixture(services: [row, vacant])
        #expect(
            try fixture.rows("SELECT * FROM cluster_schema.services") == [
                "invoices|worker-1|7|10000|9500|2020-09-13 12:26:40.000001|2", "mail|NULL|7|0|NULL|NULL|0",
            ]
        )
    }

    @Test("what has no data yet is there and empty", arguments: ["failovers", "voters", "services"])
    func empty(table: String) throws {
        #expect(try fixture.rows("SELECT * FROM cluster_schema.\(table)") == [])
    }

    @Test("EVENTS shows the history")
    func events() throws {
        let rows = try fixture.rows("SELECT * FROM cluster_schema.events")
        #expect(
            rows == [
                "1|2020-09-13 12:26:40.000001|MEMBER_JOINED|db1|0|detail 1",
                "2|2020-09-13 12:26:40.000002|MEMBER_JOINED|db2|0|detail 2",
                "3|2020-09-13 12:26:40.000003|PRIMARY_CONFLICT|NULL|0|detail 3",
            ]
        )
    }

    @Test("STATUS and SETTINGS show what the sources give at the time")
    func statusAndSettings() throws {
        #expect(try fixture.rows("SELECT * FROM cluster_schema.status") == ["SESSIONS|3", "QUERIES_VIRTUAL|41"])
        fixture.sources.status.withLock { $0 = [("SESSIONS", "4")] }
        #expect(try fixture.rows("SELECT * FROM cluster_schema.status") == ["SESSIONS|4"])
        #expect(
            try fixture.rows("SELECT * FROM cluster_schema.settings")
                == ["cluster|orders|file|0", "mysqld.password_file|***|environment|1"]
        )
    }

    @Test("columns stand in the documented order")
    func columnOrder() throws {
        let expected = [
            "members":
                "MEMBER_ID MEMBER_NAME SQL_HOST SQL_PORT ROLE STATE IS_LOCAL ZONE EPOCH READ_ONLY REPLICATION_LAG_MS "
                + "THREADS_RUNNING CONNECTIONS QUERIES_PER_SECOND SERVER_VERSION SERVER_ID GTID_POSITION PROMOTION "
                + "STATE_SINCE LAST_HEARD_MS INCARNATION PROBLEM",
            "primary_member": "MEMBER_ID MEMBER_NAME SQL_HOST SQL_PORT EPOCH SINCE LEASE_REMAINING_MS",
            "cluster": "CLUSTER_NAME TOPOLOGY_VERSION EPOCH LEADER HAS_QUORUM VOTERS MEMBERS_ONLINE MEMBERS_TOTAL "
                + "PRIMARY_PROBLEM",
            "events": "EVENT_ID AT TYPE MEMBER_NAME EPOCH DETAIL",
            "status": "VARIABLE_NAME VARIABLE_VALUE",
            "settings": "VARIABLE_NAME VARIABLE_VALUE SOURCE RELOADABLE",
            "replication":
                "MEMBER_NAME SOURCE_NAME IO_STATE SQL_STATE LAG_MS GTID_RECEIVED GTID_APPLIED MISSING_TRANSACTIONS "
                + "ERRANT_TRANSACTIONS LAST_ERROR SEMI_SYNC CHANNEL SOURCE_HOST SOURCE_PORT SOURCE_SERVER_ID",
            "connections": "CONNECTION_ID USER HOST DB TLS STATE COMMANDS BYTES_IN BYTES_OUT AGE_MS",
            "failovers":
                "FAILOVER_ID KIND REASON OLD_PRIMARY NEW_PRIMARY EPOCH STARTED_AT DETECTED_MS TOTAL_MS RESULT "
                + "LOST_TRANSACTIONS STEPS",
            "voters": "MEMBER_NAME RAFT_ROLE TERM COMMIT_INDEX MATCH_INDEX LAST_CONTACT_MS",
            "services": "SERVICE LEADER_ID TERM LEASE_MS LEASE_REMAINING_MS ACQUIRED_AT OBSERVERS",
        ]
        for (table, columns) in expected {
            #expect(try fixture.names("SELECT * FROM cluster_schema.\(table)").joined(separator: " ") == columns)
            #expect(
                try fixture.names("SELECT * FROM information_schema.cluster_\(table)").joined(separator: " ") == columns
            )
        }
    }

    // MARK: Change

    @Test("a new generation is seen by the next statement")
    func refresh() throws {
        let statement = "SELECT MEMBER_NAME, STATE FROM cluster_schema.members WHERE IS_LOCAL = 0"
        #expect(try fixture.rows(statement) == ["db2|LAGGING", "db3|DEAD"])
        fixture.view.change {
            $0.members[1].state = .online
            $0.members.removeLast()
        }
        #expect(try fixture.rows(statement) == ["db2|ONLINE"])
        #expect(try fixture.rows("SELECT MEMBERS_TOTAL FROM cluster_schema.cluster") == ["2"])
    }

    @Test("events are appended, and forgotten with the source")
    func eventsChange() throws {
        let statement = "SELECT EVENT_ID FROM cluster_schema.events ORDER BY EVENT_ID"
        #expect(try fixture.rows(statement) == ["1", "2", "3"])
        fixture.view.change {
            $0.events.append(EngineFixture.event(4, .stateChanged, "db2"))
            $0.events.removeFirst(2)
        }
        #expect(try fixture.rows(statement) == ["3", "4"])
        fixture.view.change { $0.events = [EngineFixture.event(1, .memberJoined, "db9")] }
        #expect(try fixture.rows(statement) == ["1"])
        fixture.view.change { $0.events = [] }
        #expect(try fixture.rows(statement) == [])
    }

    @Test("LAST_HEARD_MS grows while nothing else changes")
    func ages() throws {
        let statement = "SELECT LAST_HEARD_MS FROM cluster_schema.members"
        #expect(try fixture.rows(statement) == ["0", "500", "NULL"])
        fixture.sources.monotonic.withLock { $0 = MonotonicTime(nanoseconds: 61_000_000_000) }
        #expect(try fixture.rows(statement) == ["0", "1500", "NULL"])
        #expect(
            try fixture.rows("SELECT m.* FROM information_schema.cluster_members m WHERE LAST_HEARD_MS > 1000").count
                == 1
        )
    }

    @Test("a member never heard of numbers beyond Int64 is shown with the greatest that fits")
    func greatNumbers() throws {
        fixture.view.change {
            $0.members[0].incarnation = Incarnation(rawValue: .max)
            $0.topologyVersion = TopologyVersion(rawValue: .max)
        }
        #expect(
            try fixture.rows("SELECT INCARNATION FROM cluster_schema.members WHERE IS_LOCAL") == ["9223372036854775807"]
        )
        #expect(try fixture.rows("SELECT TOPOLOGY_VERSION FROM cluster_schema.cluster") == ["9223372036854775807"])
    }
}
