import Foundation
import MySQLClient
import TestServers
import Testing

@Suite struct StatusTableTests {
    @Test func `STATUS has a row for each metric of the documentation, in its order`() async throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/tables.md"), encoding: .utf8)
        let table = try #require(text.components(separatedBy: "| Variable | What it tells |\n|---|---|\n").last)
        let names = table.components(separatedBy: "\n\n")[0].split(separator: "\n").map {
            $0.dropFirst(2).prefix { $0 != " " }
        }
        #expect(names.count >= 50)
        try await withCluster(nodes: 1) { cluster in
            let rows = try await cluster.sidecars[0].ask("SELECT * FROM cluster_schema.status").rows
            #expect(rows.map { $0[0] ?? "" } == names.map(String.init))
            // All but the path and the gate are numbers, and what has to have happened is counted.
            var numbers: [String: Int] = [:]
            for row in rows { numbers[row[0] ?? ""] = row[1].flatMap { Int($0) } }
            #expect(numbers.count == rows.count - 2)
            for name in ["PROXY_CONNECTIONS_ACCEPTED", "PROXY_BYTES_FROM_SERVER", "PROBE_RUNS", "GOSSIP_MEMBERS"] {
                #expect(numbers[name] ?? 0 > 0, "\(name)")
            }
        }
    }
}
