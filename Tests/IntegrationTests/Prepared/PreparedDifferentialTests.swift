import Foundation
import MySQLClient
import TestServers
import Testing

/// Random sequences of commands about prepared statements, against a model of what is right.
///
/// PILOTFISH_SEQUENCES sets how many; PILOTFISH_SEED runs that one alone.
@Suite struct PreparedDifferentialTests {
    private static func number(_ variable: String) -> UInt64? {
        ProcessInfo.processInfo.environment[variable].flatMap { UInt64($0) }
    }

    private static var seeds: [UInt64] {
        if let seed = number("PILOTFISH_SEED") { return [seed] }
        return Array(1...max(1, number("PILOTFISH_SEQUENCES") ?? 300))
    }

    @Test func `no statement of mysqld is executed that the client has not named`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let server = cluster.servers[0]
            try await server.execute(
                "CREATE TABLE app.marks (id INT AUTO_INCREMENT PRIMARY KEY, mark VARCHAR(64) NOT NULL) ENGINE = InnoDB",
                "SET GLOBAL innodb_flush_log_at_trx_commit = 0"
            )
            let port = cluster.sidecars[0].sqlPort
            var expected: [String: Int] = [:]
            for seed in Self.seeds {
                let (marks, difference) = try await onThread {
                    let session = try RawSession(port: port)
                    try session.logIn()
                    var conversation = PreparedConversation(session, seed: seed)
                    let difference: String?
                    do {
                        difference = try conversation.run(batches: 25)
                    } catch {
                        difference = "\(error)"
                    }
                    return (
                        conversation.marks,
                        difference.map { "\($0)\n" + conversation.log.joined(separator: "\n") }
                    )
                }
                expected.merge(marks, uniquingKeysWith: +)
                #expect(difference == nil, "PILOTFISH_SEED=\(seed)")
            }
            let written = try await server.query("SELECT mark, COUNT(*) FROM app.marks GROUP BY mark").rows
            let found = written.reduce(into: [:]) { $0[($1[0] ?? "")] = Int($1[1] ?? "") }
            #expect(found == expected)
        }
    }
}
