import TestServers
import Testing

extension RawSession {
    /// All packets that answer one command.
    func packets(answering command: [UInt8]) throws -> [[UInt8]] {
        // The answer to the command behind it begins with the number 1 again.
        try send(command + RawSession.packet([0x0e]))
        var packets = [try packet().payload]
        while true {
            let (sequence, payload) = try packet()
            if sequence == 1 { return packets }
            packets.append(payload)
        }
    }
}

/// Cursors on statements that the sidecar answers, packet by packet as those of mysqld.
@Suite struct CursorTests {
    private static func execute(_ id: [UInt8], flags: UInt8 = 1) -> [UInt8] {
        RawSession.packet([0x17] + id + [flags, 1, 0, 0, 0])
    }

    private static func fetch(_ id: [UInt8], _ count: UInt8) -> [UInt8] {
        RawSession.packet([0x1c] + id + [count, 0, 0, 0])
    }

    /// The answers' packets, without definitions of columns and without the texts of errors.
    private static func answers(_ session: RawSession, to statement: String) throws -> [[[UInt8]]] {
        let prepared = try session.packets(answering: PreparedStatementTests.prepare(statement))
        guard let head = prepared.first, head.first == 0 else { throw TestServerError("not prepared: \(prepared)") }
        let id = Array(head[1...4])
        let last: [UInt8] = [0xff, 0xff, 0xff, 0xff]
        let commands = [
            // Rows that remain, the end of them, and no cursor any more.
            execute(id), fetch(id, 1), fetch(id, 2), fetch(id, 0), fetch(id, 1), fetch(id, 1),
            // More than there are.
            execute(id), fetch(id, 9), fetch(id, 9),
            // COM_STMT_RESET closes it, and so does another execution.
            execute(id), RawSession.packet([0x1a] + id), fetch(id, 1),
            execute(id), execute(id, flags: 0), fetch(id, 1),
            // By the id of the statement prepared last.
            execute(last), fetch(last, 1),
        ]
        return try commands.map { command in
            try session.packets(answering: command).filter { !$0.starts(with: [3, 0x64, 0x65, 0x66]) }
                .map { packet in
                    if packet.first == 0xff { return Array(packet.prefix(9)) }
                    var packet = packet
                    // Whether an index was used is of no interest.
                    if packet.first == 0xfe { packet[3] &= ~0x30 }
                    return packet
                }
        }
    }

    @Test(arguments: [0, 1 << 24] as [UInt32])
    func `a cursor is opened, fetched from and closed as mysqld does it`(deprecateEOF: UInt32) async throws {
        try await withCluster(nodes: 1) { cluster in
            try await cluster.servers[0].execute("CREATE TABLE app.one (i INT)", "INSERT INTO app.one VALUES (1)")
            let port = cluster.sidecars[0].sqlPort
            try await onThread {
                let session = try RawSession(port: port)
                try session.logIn(alsoWanting: deprecateEOF)
                for rows in ["1 = 1 UNION ALL SELECT 'b' UNION ALL SELECT 'c'", "1 = 0"] {
                    let (own, ofServer) = (
                        try Self.answers(session, to: "SELECT 'a' FROM cluster_schema.cluster WHERE \(rows)"),
                        try Self.answers(session, to: "SELECT 'a' FROM app.one WHERE \(rows)")
                    )
                    #expect(own == ofServer, "\(rows)")
                }
            }
        }
    }

    @Test func `everything that the sidecar answers in the binary protocol opens one`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            try await onThread {
                let session = try RawSession(port: port)
                try session.logIn()
                for statement in [
                    "SELECT cluster_schema.wait_for_change(0, 0)", "SELECT cluster_schema.wait_for_change(0, 1)",
                    "SHOW TABLES FROM cluster_schema", "DESCRIBE cluster_schema.members", "SHOW DATABASES",
                    "SHOW CREATE TABLE cluster_schema.members", "SELECT COUNT(*) FROM cluster_schema.connections",
                    "SELECT schema_name FROM information_schema.schemata WHERE schema_name = 'cluster_schema'",
                ] {
                    try session.send(PreparedStatementTests.prepare(statement))
                    let (reply, id) = try session.reply(.prepared)
                    #expect(reply == .prepared, "\(statement)")
                    try session.send(Self.execute(id) + Self.fetch(id, 200) + Self.execute(id, flags: 0))
                    #expect(try session.reply(.execution(asksForCursor: true)).reply == .cursorOpened, "\(statement)")
                    guard case .fetched(let rows, isAtEnd: true) = try session.reply(.fetched).reply else {
                        Issue.record("\(statement): not all rows come")
                        continue
                    }
                    #expect(!rows.isEmpty, "\(statement)")
                    #expect(try session.reply(.execution(asksForCursor: false)).reply == .rows(rows), "\(statement)")
                }
                // What has no rows has no cursor.
                try session.send(PreparedStatementTests.prepare("CALL cluster_schema.maintenance('nobody', 1, 'x')"))
                let (_, id) = try session.reply(.prepared)
                try session.send(Self.execute(id) + Self.fetch(id, 1))
                guard case .error = try session.reply(.execution(asksForCursor: true)).reply else {
                    Issue.record("a procedure was called without the privilege")
                    return
                }
                #expect(try session.reply(.fetched).reply == .error(1421))
            }
        }
    }

    @Test func `what open cursors of a session keep is bounded`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            try await onThread {
                let session = try RawSession(port: port)
                try session.logIn()
                // Each keeps 2 MiB.
                let text = "SELECT REPEAT('x', 1000000), REPEAT('y', 1000000) FROM cluster_schema.cluster"
                var ids: [[UInt8]] = []
                for _ in 0..<12 {
                    try session.send(PreparedStatementTests.prepare(text))
                    ids.append(try session.reply(.prepared).id)
                }
                let replies = try ids.map { id in
                    try session.send(Self.execute(id))
                    return try session.reply(.execution(asksForCursor: true)).reply
                }
                let opened = replies.count { $0 == .cursorOpened }
                #expect((1..<12).contains(opened))
                #expect(replies.dropFirst(opened) == Array(repeating: .error(1041), count: 12 - opened)[...])
                // What is closed is given back.
                try session.send(RawSession.packet([0x19] + ids[0]) + Self.execute(ids[11]))
                #expect(try session.reply(.execution(asksForCursor: true)).reply == .cursorOpened)
                try session.send(RawSession.packet([0x1f]) + PreparedStatementTests.prepare(text))
                #expect(try session.reply(.onePacket).reply == .ok)
                let id = try session.reply(.prepared).id
                try session.send(Self.execute(id))
                #expect(try session.reply(.execution(asksForCursor: true)).reply == .cursorOpened)
            }
        }
    }
}
