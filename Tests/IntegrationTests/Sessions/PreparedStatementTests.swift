import TestServers
import Testing

/// COM_STMT_* on virtual tables, beside statements of mysqld's.
@Suite struct PreparedStatementTests {
    /// COM_STMT_PREPARE.
    static func prepare(_ statement: String) -> [UInt8] { RawSession.packet([0x16] + Array(statement.utf8)) }

    /// COM_STMT_EXECUTE with text parameters.
    static func execute(_ id: [UInt8], _ parameters: String...) -> [UInt8] {
        var payload: [UInt8] = [0x17] + id + [0, 1, 0, 0, 0]
        if !parameters.isEmpty {
            payload += [0, 1] + parameters.flatMap { _ in [0xfd, 0] as [UInt8] }
            payload += parameters.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        }
        return RawSession.packet(payload)
    }

    /// Reads the answer to COM_STMT_PREPARE.
    static func prepared(_ session: RawSession) throws -> (id: [UInt8], columns: Int, parameters: Int) {
        let head = try session.packet().payload
        guard head.first == 0, head.count >= 12 else { throw TestServerError("not prepared: \(head)") }
        let (columns, parameters) = (Int(head[5]), Int(head[7]))
        for count in [parameters, columns] where count > 0 { for _ in 0...count { _ = try session.packet() } }
        return (Array(head[1...4]), columns, parameters)
    }

    /// The binary rows of an answer to COM_STMT_EXECUTE.
    static func rows(_ session: RawSession) throws -> [[UInt8]] {
        let head = try session.packet().payload
        guard let count = head.first, count > 0, count < 0xfb else { throw TestServerError("no result: \(head)") }
        for _ in 0...Int(count) { _ = try session.packet() }
        var rows: [[UInt8]] = []
        while true {
            let payload = try session.packet().payload
            if payload.first == 0xfe, payload.count < 9 { return rows }
            rows.append(payload)
        }
    }

    static func error(_ session: RawSession) throws -> Int {
        let payload = try session.packet().payload
        return payload.first == 0xff ? Int(payload[1]) | Int(payload[2]) << 8 : 0
    }

    @Test func `statements on virtual tables and on real ones are prepared side by side`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            try await onThread {
                let session = try RawSession(port: port)
                try session.logIn()
                try session.send(Self.prepare("SELECT member_name FROM cluster_schema.members WHERE member_name = ?"))
                let virtual = try Self.prepared(session)
                #expect(virtual.columns == 1 && virtual.parameters == 1)
                try session.send(Self.prepare("SELECT CONCAT('<', ?, '>')"))
                let real = try Self.prepared(session)
                #expect(real.id != virtual.id)

                // Pipelined, in both orders.
                try session.send(
                    Self.execute(virtual.id, "db1") + Self.execute(real.id, "x") + Self.execute(virtual.id, "DB1")
                        + Self.execute(virtual.id, "nobody")
                )
                #expect(try Self.rows(session) == [[0, 0, 3] + Array("db1".utf8)])
                #expect(try Self.rows(session) == [[0, 0, 3] + Array("<x>".utf8)])
                #expect(try Self.rows(session) == [[0, 0, 3] + Array("db1".utf8)])
                #expect(try Self.rows(session) == [])

                // COM_STMT_SEND_LONG_DATA, COM_STMT_RESET, COM_STMT_CLOSE.
                let longData = RawSession.packet([0x18] + virtual.id + [0, 0] + Array("db1".utf8))
                let withoutValue = RawSession.packet([0x17] + virtual.id + [0, 1, 0, 0, 0, 0, 1, 0xfd, 0])
                try session.send(longData + withoutValue)
                #expect(try Self.rows(session) == [[0, 0, 3] + Array("db1".utf8)])
                try session.send(RawSession.packet([0x1a] + virtual.id))
                #expect(try session.packet().payload.first == 0)
                try session.send(RawSession.packet([0x19] + virtual.id) + Self.execute(virtual.id, "db1"))
                #expect(try Self.error(session) == 1243)
                try session.send(Self.execute(real.id, "y"))
                #expect(try Self.rows(session) == [[0, 0, 3] + Array("<y>".utf8)])
            }
        }
    }

    @Test func `the statement prepared last is known by -1, as MariaDB's clients pipeline it`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            try await onThread {
                let session = try RawSession(port: port)
                try session.logIn()
                let last: [UInt8] = [0xff, 0xff, 0xff, 0xff]
                try session.send(
                    Self.prepare("SELECT 1 FROM cluster_schema.cluster") + Self.execute(last)
                        + Self.prepare("SELECT 'real'") + Self.execute(last)
                )
                _ = try Self.prepared(session)
                #expect(try Self.rows(session) == [[0, 0, 1, 0, 0, 0]])
                _ = try Self.prepared(session)
                #expect(try Self.rows(session) == [[0, 0, 4] + Array("real".utf8)])
            }
        }
    }

    @Test func `resetting the connection ends them, and parameters belong to prepared statements`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            try await onThread {
                let session = try RawSession(port: port)
                try session.logIn()
                try session.send(Self.prepare("SELECT * FROM cluster_schema.status"))
                let statement = try Self.prepared(session)
                try session.send(RawSession.packet([0x1f]))
                #expect(try session.reply() == .ok)
                try session.send(Self.execute(statement.id))
                #expect(try Self.error(session) == 1243)
                guard case .error(let code, _) = try session.query("SELECT ? FROM cluster_schema.cluster") else {
                    Issue.record("a parameter in a plain statement was accepted")
                    return
                }
                #expect(code == 1064)
                #expect(try session.query("SELECT 1") == .rows([["1"]]))
            }
        }
    }
}
