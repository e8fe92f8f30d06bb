import ClusterModel
import Foundation
import Glibc
import Gossip
import GossipTransport
import Metrics
import MySQLClient
import Proxy
import Testing

@testable import Daemon

@Suite("The variables of STATUS in docs/tables.md")
struct StatusDocumentationTests {
    /// All that a sidecar declares.
    private static func metrics() throws -> [Metric] {
        let record = MemberRecord(name: "db1", sqlAddress: HostPort(host: "db1", port: 6306))
        let node = LocalNode(record: record, probeSignal: try ThreadSignal(), redirects: false)
        let log = try LogWriter.start(on: STDERR_FILENO) { "lost \($0)\n" }
        let sources: [any MetricSource] = [
            node, Uptime(), log, ProxyCounters(loopCount: 2), WriteGate(), ProbeCounters(),
        ]
        return try MetricRegistry(sources).current + GossipCounters().metrics
    }

    @Test func `each metric is there with what it tells, and nothing else`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/tables.md"), encoding: .utf8)
        let rows = try Self.metrics().map { "| \($0.name) | \($0.help) |" }
        #expect(text.contains("| Variable | What it tells |\n|---|---|\n" + rows.joined(separator: "\n") + "\n\n"))
        for row in rows where !text.contains(row) { Issue.record("missing: \(row)") }
    }

    @Test func `units stand in the name, too`() throws {
        for metric in try Self.metrics() {
            switch metric.unit {
            case .bytes: #expect(metric.name.contains("_BYTES_"))
            case .seconds: #expect(metric.name.hasSuffix("_SECONDS"))
            case .milliseconds: #expect(metric.name.hasSuffix("_MS"))
            case nil: #expect(!metric.name.contains(/_BYTES|_SECONDS|_MS$/), "\(metric.name)")
            }
            #expect(metric.help.hasSuffix("."), "\(metric.name)")
        }
    }
}
