import Foundation
import MySQLClient
import TestServers
import Testing

/// A sidecar that has no descriptor left.
@Suite struct DescriptorShortageTests {
    /// The process may have so many descriptors more than it has now.
    private func limit(_ sidecar: PilotfishProcess, toFurther count: Int) async throws {
        let pid = try #require(await sidecar.pid)
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").compactMap { Int($0) }
        let limit = (open.max() ?? 0) + 1 + count
        let command = try await ChildProcess.start(
            "prlimit",
            ["--pid", "\(pid)", "--nofile=\(limit):\(limit)"],
            outputFile: "/dev/null"
        )
        #expect(await command.waitForExit() == .code(0))
    }

    @Test func `it goes on, says what it lacks, and takes clients again when there is room`() async throws {
        try await withCluster(nodes: 1) { _, configuration in
            try configuration.addTopologyAccount()
        } _: { cluster in
            let sidecar = cluster.sidecars[0]
            let port = sidecar.sqlPort
            let early = try await onThread { () throws in
                let (tables, data) = (try RawSession(port: port), try RawSession(port: port))
                try tables.logIn(.topology)
                try data.logIn(.application)
                return SendableBox((tables: tables, data: data))
            }
            try await limit(sidecar, toFurther: 6)

            // A client costs one, and a session of mysqld's another one.
            var silent: [SendableBox<RawSession>] = []
            var refused = await refusal(port)
            while refused == nil, silent.count < 100 {
                silent.append(
                    try await onThread { () throws in
                        let session = try RawSession(port: port)
                        try session.beGreeted()
                        return SendableBox(session)
                    }
                )
                refused = await refusal(port)
            }
            #expect(refused?.code == 1040, "\(refused.map { "\($0)" } ?? "")")
            #expect(refused?.text.contains("the sidecar cannot open another one to mysqld") == true)

            // Now none is left even for a client.
            silent += try await onThread { () throws in
                try (0..<8).map { _ in SendableBox(try RawSession(port: port)) }
            }
            try await waitUntil("the log says so") {
                try contents(of: sidecar.log).contains("the sidecar has run out of a resource")
            }
            try await onThread {
                #expect(try early.value.data.query("SELECT 1") == .rows([["1"]]))
                let states = try early.value.tables.query("SELECT state FROM cluster_schema.members")
                #expect(states == .rows([["ONLINE"]]))
            }

            silent = []
            try await waitUntil("others are let in again") { await refusal(port) == nil }
        }
    }
}
