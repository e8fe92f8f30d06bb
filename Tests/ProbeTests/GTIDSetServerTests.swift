import MySQLClient
import TestServers
import Testing

@testable import ClusterModel

/// What is said of sets of GTIDs is what the servers say of them.
@Suite struct GTIDSetServerTests {
    @Test func `MariaDB positions are read as MariaDB writes them, and what is missing is counted right`() async throws
    {
        try await withServers { servers in
            let server = servers[0]
            try await server.execute("CREATE DATABASE app", "CREATE TABLE app.t (id INT AUTO_INCREMENT PRIMARY KEY)")
            let insert = "INSERT INTO app.t VALUES ()"
            var position = try await Self.position(of: server)
            for round in 1...4 {
                // In two domains; in one of them another server goes on each time, as after a change of primary.
                try await server.query("SET gtid_domain_id = 7", insert, insert, insert)
                try await server.query("SET server_id = \(round + 10)", insert)
                let next = try await Self.position(of: server)
                let written = try #require(next.subtracting(position))
                #expect(written.count == 4)
                let last = try #require(next.text.split(separator: ",").first { $0.hasPrefix("7-") })
                #expect(written.text.hasSuffix(", \(last) and 2 before it"), "\(written) of \(next)")
                #expect(next.contains(position) == true)
                #expect(position.contains(next) == false)
                #expect(next.union(position) == next)

                // The binlog's own list of what came after the position.
                let file = try #require(try await server.query("SHOW MASTER STATUS").rows.first?.first ?? nil)
                let events = try await server.query("SHOW BINLOG EVENTS IN '\(file)'").records
                let begins = events.filter { $0["Event_type"] == "Gtid" }
                #expect(next.subtracting(try GTIDSet("", .mariaDB))?.count == UInt64(begins.count))
                let end = try #require(begins.last?["Pos"])
                let upToLast = try await server.value("SELECT BINLOG_GTID_POS('\(file)', \(end))")
                let beforeLast = try GTIDSet(try #require(upToLast), .mariaDB)
                #expect(next.subtracting(beforeLast)?.count == 1)
                position = next
            }
            let state = try #require(try await server.value("SELECT @@global.gtid_binlog_state"))
            #expect(throws: GTIDError.repeatedDomain(0)) { try GTIDSet(state, .mariaDB) }
        }
    }

    private static func position(of server: MariaDBServer) async throws -> GTIDSet {
        let text = try #require(try await server.value("SELECT @@global.gtid_binlog_pos"))
        let position = try GTIDSet(text, .mariaDB)
        #expect(Set(position.text.split(separator: ",")) == Set(text.split(separator: ",")))
        return position
    }

    @Test func `a MariaDB position has another where MASTER_GTID_WAIT finds that it was reached`() async throws {
        try await withServers { servers in
            for _ in 0..<40 {
                // Domains that the server has no transactions in.
                let sets = try (0..<9).map { _ in
                    let domains = (20...23).filter { _ in Int.random(in: 0...3) > 0 }
                    // One number is of one server, as it is unless the domain has split.
                    let gtids = domains.map { domain in
                        let number = Int.random(in: 1...4)
                        return "\(domain)-\(number % 2 + 1)-\(number)"
                    }
                    return try GTIDSet(gtids.joined(separator: ","), .mariaDB)
                }
                let waits = sets.dropFirst().map { "MASTER_GTID_WAIT('\($0)', 0)" }
                let result = try await servers[0].query(
                    "SET GLOBAL gtid_slave_pos = '\(sets[0])'",
                    "SELECT @@global.gtid_slave_pos, \(waits.joined(separator: ", "))"
                )
                let row = try #require(result.rows.first)
                #expect(try GTIDSet(try #require(row[0]), .mariaDB) == sets[0])
                for (set, wait) in zip(sets.dropFirst(), row.dropFirst()) {
                    #expect(
                        (sets[0].contains(set) == true) == (wait == "0"),
                        "\(sets[0]) has \(set): \(wait ?? "NULL")"
                    )
                }
            }
        }
    }

    @Test(.enabled(if: MySQL9Server.isInstalled))
    func `MySQL 9 writes, compares, subtracts and unites sets as we do`() async throws {
        try await MySQL9Server.with { server in
            for _ in 0..<10 {
                let pairs = (0..<30).map { _ in (Self.randomText(), Self.randomText()) }
                let statements = try pairs.map { one, other in
                    let union = try #require(try GTIDSet(one, .mySQL).union(GTIDSet(other, .mySQL)))
                    let (a, b, u) = ("'\(one)'", "'\(other)'", "'\(union)'")
                    return """
                        SELECT GTID_SUBTRACT(\(a), ''), GTID_SUBTRACT(\(a), \(b)), GTID_SUBSET(\(a), \(b)),
                            GTID_SUBSET(\(a), \(u)) AND GTID_SUBSET(\(b), \(u)),
                            GTID_SUBTRACT(GTID_SUBTRACT(\(u), \(a)), \(b)),
                            (SELECT SUM(GTID_SUBSET(CONCAT(o, n), \(a))) FROM numbers, origins)
                        """
                }
                let result = try await server.query(
                    """
                    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 24),
                        origins (o) AS (\(Self.origins.map { "SELECT '\($0):'" }.joined(separator: " UNION ALL ")))
                        \(statements.joined(separator: " UNION ALL "))
                    """
                )
                #expect(result.rows.count == pairs.count)
                for ((one, other), row) in zip(pairs, result.rows) {
                    let (one, other) = (try GTIDSet(one, .mySQL), try GTIDSet(other, .mySQL))
                    let said = row.map { ($0 ?? "NULL").replacing("\n", with: "") }
                    #expect(one.text == said[0])
                    #expect(one.subtracting(other)?.text == said[1], "\(one) without \(other)")
                    #expect(other.contains(one) == (said[2] == "1"), "\(other) has \(one)")
                    #expect(said[3] == "1" && said[4].isEmpty, "\(one) and \(other)")
                    let all = try #require(one.subtracting(try GTIDSet("", .mySQL)))
                    #expect(all.count == UInt64(said[5]), "\(one)")
                }
            }
        }
    }

    private static let origins = [
        "3e11fa47-71ca-11e1-9e33-c80aa9429562", "3e11fa47-71ca-11e1-9e33-c80aa9429562:blue",
        "3e11fa47-71ca-11e1-9e33-c80aa9429562:_9", "00000000-71ca-11e1-9e33-c80aa9429562",
    ]

    /// Of few origins and numbers, so that two of them have much to do with each other; in any order and case.
    private static func randomText() -> String {
        let parts = (0..<Int.random(in: 0...5)).map { _ in
            let origin = origins.randomElement() ?? ""
            let intervals = (1...Int.random(in: 1...4)).map { _ in
                let first = Int.random(in: 1...24)
                return Bool.random() ? "\(first)" : "\(first)-\(min(24, first + Int.random(in: 0...6)))"
            }
            return (Bool.random() ? origin : origin.uppercased()) + ":" + intervals.joined(separator: ":")
        }
        return parts.joined(separator: Bool.random() ? "," : ",\n ")
    }

    @Test(.enabled(if: MySQL9Server.isInstalled))
    func `a long set of MySQL 9 is seen whole, and arrives whole at the others`() async throws {
        let options = ["--gtid-mode=ON", "--enforce-gtid-consistency=ON", "--log-bin=bin"]
        try await MySQL9Server.with(options: options) { server in
            let numbers = (1...20_000).map { ":\($0 * 3)-\($0 * 3 + 1)" }.joined()
            let long = "3e11fa47-71ca-11e1-9e33-c80aa9429562\(numbers),\n3e11fa47-71ca-11e1-9e33-c80aa9429562:tag:1-7"
            try await server.query(
                "RESET BINARY LOGS AND GTIDS",
                "SET GLOBAL gtid_purged = '\(long)'",
                "CREATE DATABASE app"
            )
            let result = try await server.query("SELECT @@global.gtid_executed")
            let text = try #require(result.rows.first?.first ?? nil)
            #expect(text.utf8.count > 2 * MemberRecord.maximumEncodedBytes)
            let probe = try ProbeHarness(.unixSocket(path: server.socketPath))
            let seen = try await probe.observation("up")
            #expect(seen.gtidPosition?.text == text.replacing("\n", with: ""))
            let record = MemberRecord(
                name: "db1",
                sqlAddress: HostPort(host: "db1", port: 6306),
                server: .up(seen)
            )
            let encoded = record.encoded()
            #expect(encoded.count <= MemberRecord.maximumEncodedBytes)
            #expect(try MemberRecord(decoding: encoded[...]).server.observation?.gtidPosition == seen.gtidPosition)
        }
    }
}
