import TestServers
import Testing

/// `pilotfish fence`, for when no sidecar runs.
@Suite struct FenceCommandTests {
    @Test func `a server is made read-only, and opened by the sidecar that is primary by right`() async throws {
        try await withQuorum(nodes: 1, voters: 1) { cluster in
            let (server, sidecar) = (cluster.servers[0], cluster.sidecars[0])
            try await cluster.waitForReign(of: "db1", epoch: 1)
            await sidecar.kill9()
            for _ in 1...2 {
                let (output, exit) = try await PilotfishProcess.run(["fence", "--config", sidecar.configurationFile])
                #expect(exit == .code(0), "\(output)")
                #expect(output.contains("read-only"), "\(output)")
            }
            #expect(try await server.value("SELECT @@global.read_only") == "1")
            try await sidecar.start()
            try await waitUntil("it is open again") { try await server.value("SELECT @@global.read_only") == "0" }
            await sidecar.kill9()
            try await server.kill9()
            let (output, exit) = try await PilotfishProcess.run(["fence", "--config", sidecar.configurationFile])
            #expect(exit == .code(0))
            #expect(output.contains("nothing to fence: mysqld is down"), "\(output)")
        }
    }

    @Test func `without a quorum there is nothing to fence, and without the privilege it is told`() async throws {
        try await withServers { servers in
            let server = servers[0]
            try await server.createAccounts()
            var configuration = try SidecarConfiguration.alone(beside: server)
            let sidecar = try PilotfishProcess(configuration)
            let (output, exit) = try await PilotfishProcess.run(["fence", "--config", sidecar.configurationFile])
            #expect(exit == .code(0))
            #expect(output.contains("nothing to fence: the configuration has no section election"), "\(output)")
            configuration.electionLines = ["voters: 1"]
            configuration.dataDirectory = server.directory
            try await sidecar.replaceFile(configuration)
            let (refused, status) = try await PilotfishProcess.run(["fence", "--config", sidecar.configurationFile])
            #expect(status == .code(1))
            #expect(refused.contains("READ_ONLY ADMIN"), "\(refused)")
            #expect(try await server.value("SELECT @@global.read_only") == "0")
        }
    }
}
