import TestServers
import Testing

/// A PREPARE that fails leaves nothing under "the statement prepared last" and under its name, whoever refuses it.
@Suite struct RefusedPrepareTests {
    static let last: [UInt8] = [0xff, 0xff, 0xff, 0xff]

    /// Statements that the sidecar refuses to prepare, with its errors.
    static let refused: [(statement: String, error: Int)] = [
        ("SELECT nosuch FROM cluster_schema.members", 1054),
        ("SELECT * FROM cluster_schema.nosuch", 1146),
        ("INSERT INTO cluster_schema.members VALUES (1)", 1288),
        ("SELECT * FROM cluster_schema.members; SELECT 1", 1235),
        ("SELECT * FROM app.writes, cluster_schema.members", 1295),
        ("SELECT FROM cluster_schema.members", 1064),
        ("USE cluster_schema", 1295),
    ]

    private func withTable(_ body: @escaping @Sendable (RawSession, UInt16) throws -> Void) async throws -> Int {
        var count: Int?
        try await withCluster(nodes: 1) { cluster in
            try await cluster.servers[0].execute("CREATE TABLE app.writes (i INT)")
            let port = cluster.sidecars[0].sqlPort
            try await onThread {
                let session = try RawSession(port: port)
                try session.logIn()
                try body(session, port)
            }
            count = try await cluster.servers[0].value("SELECT COUNT(*) FROM app.writes").flatMap { Int($0) }
        }
        return count ?? -1
    }

    @Test func `the id -1 means nothing after a refusal, for every command that takes an id`() async throws {
        let written = try await withTable { session, _ in
            for (number, (statement, error)) in Self.refused.enumerated() {
                // The older statement is mysqld's or the sidecar's.
                let isVirtual = number % 2 == 1
                try session.send(
                    PreparedStatementTests.prepare(
                        isVirtual ? "SELECT 1 FROM cluster_schema.cluster" : "INSERT INTO app.writes VALUES (1)"
                    )
                )
                let older = try session.reply(.prepared)
                #expect(older.reply == .prepared)
                // Pipelined, as libmariadb's execute_direct does.
                var bytes = PreparedStatementTests.prepare(statement) + PreparedStatementTests.execute(Self.last)
                // COM_STMT_SEND_LONG_DATA and COM_STMT_CLOSE have no answer, and no effect.
                for command: UInt8 in [0x18, 0x19, 0xfa, 0x1a, 0x1c, 0x17] {
                    bytes += RawSession.packet([command] + Self.last + [0, 1, 0, 0, 0])
                }
                try session.send(bytes)
                #expect(try session.reply(.prepared).reply == .error(error), "\(statement)")
                for _ in 0..<5 {
                    #expect(try session.reply(.execution(asksForCursor: false)).reply == .error(1243), "\(statement)")
                }
                // The older statement is still there by its own id.
                try session.send(PreparedStatementTests.execute(older.id))
                let reply = try session.reply(.execution(asksForCursor: false)).reply
                #expect(reply == (isVirtual ? .rows([[0, 0, 1, 0, 0, 0]]) : .ok))
            }
            // Nor after COM_RESET_CONNECTION and COM_CHANGE_USER.
            for isChange in [false, true] {
                try session.send(
                    PreparedStatementTests.prepare("INSERT INTO app.writes VALUES (2)")
                        + PreparedStatementTests.prepare(Self.refused[0].statement)
                )
                #expect(try session.reply(.prepared).reply == .prepared)
                #expect(try session.reply(.prepared).reply == .error(1054))
                if isChange {
                    #expect(try session.changeUser(to: .application) == .ok)
                } else {
                    try session.send(RawSession.packet([0x1f]))
                    #expect(try session.reply(.onePacket).reply == .ok)
                }
                try session.send(PreparedStatementTests.execute(Self.last))
                #expect(try session.reply(.execution(asksForCursor: false)).reply == .error(1243))
            }
        }
        #expect(written == Self.refused.indices.count { $0 % 2 == 0 })
    }

    @Test func `a name means nothing after a refusal, and nothing of the sidecar's ever`() async throws {
        let refused = [
            ("SELECT * FROM cluster_schema.members", 1235), ("SELECT nosuch FROM cluster_schema.members", 1235),
            ("SELECT * FROM cluster_schema.nosuch", 1146), ("DELETE FROM cluster_schema.members", 1288),
            ("SELECT * FROM app.writes, cluster_schema.members", 1295), ("USE cluster_schema", 1235),
            ("INSERT INTO app.nosuch VALUES (1)", 1146),
        ]
        let written = try await withTable { session, _ in
            for (statement, error) in refused {
                // A name by its spellings, as mysqld compares them.
                for (first, second) in [("s", "`S`"), ("É", "`é`"), ("`a\"b`", "`A\"B`")] {
                    #expect(try session.query("PREPARE \(first) FROM 'INSERT INTO app.writes VALUES (1)'") == .ok)
                    #expect(try session.query("EXECUTE \(first)") == .ok)
                    guard case .error(error, _) = try session.query("PREPARE \(second) FROM '\(statement)'") else {
                        Issue.record("\(statement) is not refused")
                        continue
                    }
                    for statement in ["EXECUTE \(first)", "EXECUTE \(second)", "DEALLOCATE PREPARE \(first)"] {
                        guard case .error(1243, _) = try session.query(statement) else {
                            Issue.record("\(statement): it is still there")
                            continue
                        }
                    }
                }
            }
            // What a procedure or a statement that is too long to look at has prepared is mysqld's too.
            let padding = String(repeating: " ", count: 70_000)
            #expect(try session.query("PREPARE s FROM 'SELECT * \(padding)FROM app.writes WHERE i > 1'") == .ok)
            #expect(try session.query("EXECUTE s") == .rows([]))
            // EXECUTE IMMEDIATE needs no name.
            let immediate = "EXECUTE IMMEDIATE 'SELECT member_name FROM cluster_schema.members'"
            #expect(try session.query(immediate) == .rows([["db1"]]))
        }
        #expect(written == 3 * refused.count)
    }
}
