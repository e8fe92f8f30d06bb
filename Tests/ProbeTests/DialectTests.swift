import ClusterModel
import MySQLClient
import Probe
import Testing

/// The decoders, on rows as the two servers' documentation shows them; no server needed.
@Suite struct DialectTests {
    @Test func aMariaDBReplica() throws {
        let link = try MariaDBDialect.replicationLink(Self.mariaDBRow())
        #expect(
            link
                == ReplicationLink(
                    name: "dc2",
                    source: HostPort(host: "10.0.0.1", port: 3306),
                    sourceServerID: 11,
                    ioState: "Yes",
                    sqlState: "Yes",
                    lagMilliseconds: 3_000,
                    gtidReceived: try GTIDSet("0-11-320", .mariaDB),
                    gtidApplied: try GTIDSet("0-11-320", .mariaDB)
                )
        )
        #expect(link.isRunning)
    }

    @Test func aMySQLReplica() throws {
        let link = try MySQLDialect.replicationLink(Self.mySQLRow())
        #expect(
            link
                == ReplicationLink(
                    name: "channel1",
                    source: HostPort(host: "db1.internal", port: 3306),
                    sourceServerID: 11,
                    ioState: "Connecting",
                    sqlState: "Yes",
                    lagMilliseconds: nil,
                    lastError: "error 2003: error connecting to source 'repl@db1.internal:3306'",
                    ioErrorNumber: 2003
                )
        )
        #expect(!link.isRunning)
    }

    @Test func gtidsOfALinkAreWholeAndNoneIsNil() throws {
        let set = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5,\n4e11fa47-71ca-11e1-9e33-c80aa9429562:1-3"
        let link = try MySQLDialect.replicationLink(
            Self.mySQLRow(["Retrieved_Gtid_Set": set, "Executed_Gtid_Set": set])
        )
        #expect(link.gtidReceived?.text == set.replacing("\n", with: ""))
        #expect(link.gtidApplied == nil)
        let long = (0..<500).map { "\($0)-1-1" }.joined(separator: ",")
        let row = Self.mariaDBRow(["Gtid_IO_Pos": long, "Gtid_Slave_Pos": ""])
        #expect(try MariaDBDialect.replicationLink(row).gtidReceived?.text == long)
        #expect(try MariaDBDialect.replicationLink(row).gtidApplied == nil)
    }

    @Test(arguments: [("0", 0), ("17", 17_000), (nil, nil), ("-1", 0), ("many", nil), ("9223372036854775807", Int.max)])
    func secondsBehindBecomeMilliseconds(seconds: String?, milliseconds: Int?) throws {
        #expect(
            try MariaDBDialect.replicationLink(Self.mariaDBRow(["Seconds_Behind_Master": seconds])).lagMilliseconds
                == milliseconds
        )
    }

    @Test func bothErrorsOfALinkAreKeptOnOneLine() throws {
        let row = Self.mariaDBRow(["Last_IO_Error": "cannot\nconnect", "Last_SQL_Error": "duplicate key"])
        #expect(try MariaDBDialect.replicationLink(row).lastError == "duplicate key; cannot connect")
    }

    @Test func aLongErrorIsCut() throws {
        let row = Self.mariaDBRow(["Last_SQL_Error": String(repeating: "x", count: 10_000)])
        #expect(try MariaDBDialect.replicationLink(row).lastError.count == 300)
    }

    @Test func aLinkThatNeverConnectedHasNoSourceServerID() throws {
        let row = Self.mariaDBRow([
            "Master_Server_Id": "0", "Slave_IO_Running": "Connecting", "Seconds_Behind_Master": nil,
        ])
        let link = try MariaDBDialect.replicationLink(row)
        #expect(link.sourceServerID == 0)
        #expect(!link.isRunning)
    }

    @Test func aRowWithoutItsColumnsIsAnError() {
        #expect(throws: ProbeDecodingError.missing(column: "Slave_IO_Running")) {
            try MariaDBDialect.replicationLink(Self.mariaDBRow(["Slave_IO_Running": nil]))
        }
        #expect(throws: ProbeDecodingError.missing(column: "Replica_IO_Running")) {
            try MySQLDialect.replicationLink(Self.mariaDBRow())
        }
        #expect(throws: ProbeDecodingError.notANumber(column: "Master_Port")) {
            try MariaDBDialect.replicationLink(Self.mariaDBRow(["Master_Port": "65536"]))
        }
    }

    @Test(arguments: [("0", false), ("1", true), ("OFF", false), ("ON", true), ("NO_LOCK_NO_ADMIN", true)])
    func readOnlyIsANumberOrAWord(text: String, expected: Bool) throws {
        let record = ResultRecord([("server_id", "1"), ("read_only", text), ("gtid_position", "")])
        #expect(try ServerIdentity(record, .mariaDB).isReadOnly == expected)
    }

    @Test func aMySQLGTIDSetLosesItsLineBreaks() throws {
        let set = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5,\n4e11fa47-71ca-11e1-9e33-c80aa9429562:1-3:11"
        let record = ResultRecord([("server_id", "4294967295"), ("read_only", "1"), ("gtid_position", set)])
        let identity = try ServerIdentity(record, .mySQL)
        #expect(
            identity.gtidPosition?.text
                == "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5,4e11fa47-71ca-11e1-9e33-c80aa9429562:1-3:11"
        )
        #expect(identity.serverID == 4_294_967_295)
    }

    @Test(arguments: ["-1", "4294967296", "", "x"])
    func aServerIDOutOfRangeIsAnError(text: String) {
        #expect(throws: ProbeDecodingError.notANumber(column: "server_id")) {
            try ServerIdentity(ResultRecord([("server_id", text), ("read_only", "1")]), .mySQL)
        }
    }

    // https://mariadb.com/kb/en/show-replica-status/
    private static func mariaDBRow(_ changes: [String: String?] = [:]) -> ResultRecord {
        record(
            [
                "Connection_name": "dc2", "Slave_SQL_State": "", "Slave_IO_State": "Waiting for master to send event",
                "Master_Host": "10.0.0.1", "Master_User": "repl", "Master_Port": "3306", "Connect_Retry": "60",
                "Slave_IO_Running": "Yes", "Slave_SQL_Running": "Yes", "Last_Errno": "0", "Last_Error": "",
                "Seconds_Behind_Master": "3", "Last_IO_Errno": "0", "Last_IO_Error": "", "Last_SQL_Errno": "0",
                "Last_SQL_Error": "", "Master_Server_Id": "11", "Using_Gtid": "Slave_Pos", "Gtid_IO_Pos": "0-11-320",
                "Gtid_Slave_Pos": "0-11-320",
            ],
            changes
        )
    }

    // https://dev.mysql.com/doc/refman/8.4/en/show-replica-status.html
    private static func mySQLRow(_ changes: [String: String?] = [:]) -> ResultRecord {
        record(
            [
                "Replica_IO_State": "Connecting to source", "Source_Host": "db1.internal", "Source_User": "repl",
                "Source_Port": "3306", "Connect_Retry": "60", "Replica_IO_Running": "Connecting",
                "Replica_SQL_Running": "Yes", "Last_Errno": "0", "Last_Error": "", "Seconds_Behind_Source": nil,
                "Last_IO_Errno": "2003", "Last_IO_Error": "error connecting to source 'repl@db1.internal:3306'",
                "Last_SQL_Errno": "0", "Last_SQL_Error": "", "Source_Server_Id": "11",
                "Source_UUID": "3e11fa47-71ca-11e1-9e33-c80aa9429562", "Retrieved_Gtid_Set": "",
                "Executed_Gtid_Set": "", "Auto_Position": "1", "Channel_Name": "channel1",
            ],
            changes
        )
    }

    private static func record(_ values: [String: String?], _ changes: [String: String?]) -> ResultRecord {
        ResultRecord(values.merging(changes) { $1 }.map { ($0.key, $0.value) })
    }
}

@Suite struct LoadSampleTests {
    @Test(arguments: [
        // queries, own statements, milliseconds later: expected a second
        (1_100, 0, 1_000, 100.0), (1_100, 40, 500, 120.0), (1_000, 0, 1_000, 0.0), (1_002, 3, 1_000, 0.0),
    ])
    func theRateLeavesTheProbesOwnStatementsOut(queries: Int, own: UInt64, later: Int, expected: Double) throws {
        let before = try Self.sample(queries: 1_000, own: 0, atMilliseconds: 0)
        let after = try Self.sample(queries: queries, own: own, atMilliseconds: later)
        #expect(after.queriesPerSecond(since: before) == expected)
    }

    @Test(arguments: [(999, 1_000), (2_000, 0)])
    func thereIsNoRateAfterARestartOrWithoutTime(queries: Int, later: Int) throws {
        let before = try Self.sample(queries: 1_000, own: 0, atMilliseconds: 0)
        #expect(try Self.sample(queries: queries, own: 0, atMilliseconds: later).queriesPerSecond(since: before) == nil)
    }

    @Test(arguments: [("Rpl_semi_sync_slave_status", "ON", true), ("Rpl_semi_sync_replica_status", "OFF", false)])
    func semiSyncIsSeenUnderEitherName(name: String, value: String, expected: Bool) throws {
        let rows = [
            Self.row("Queries", "1"), Self.row("Threads_connected", "7"), Self.row("Threads_running", "2"),
        ]
        let now = MonotonicTime(nanoseconds: 5)
        #expect(
            try LoadSample(rows + [Self.row(name, value)], takenAt: now, ownStatements: 0).isSemiSyncReplica == expected
        )
        #expect(try LoadSample(rows, takenAt: now, ownStatements: 0).isSemiSyncReplica == nil)
    }

    @Test func aMissingCounterIsAnError() {
        #expect(throws: ProbeDecodingError.missing(column: "Threads_running")) {
            try LoadSample(
                [Self.row("Queries", "1"), Self.row("Threads_connected", "1")],
                takenAt: MonotonicTime(nanoseconds: 0),
                ownStatements: 0
            )
        }
    }

    private static func sample(queries: Int, own: UInt64, atMilliseconds: Int) throws -> LoadSample {
        try LoadSample(
            [row("Queries", "\(queries)"), row("Threads_connected", "7"), row("Threads_running", "2")],
            takenAt: MonotonicTime(nanoseconds: 5).adding(milliseconds: atMilliseconds),
            ownStatements: own
        )
    }

    private static func row(_ name: String, _ value: String) -> ResultRecord {
        ResultRecord([("Variable_name", name), ("Value", value)])
    }
}
