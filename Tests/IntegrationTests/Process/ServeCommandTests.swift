import Glibc
import MySQLClient
import TestServers
import Testing

@Suite struct ServeCommandTests {
    @Test func `a port in use ends it with one line and status 1`() async throws {
        try await withCluster(nodes: 1) { cluster in
            var configuration = cluster.sidecars[0].configuration
            configuration.gossipPort = try PortAllocator.allocate()
            let second = try PilotfishProcess(configuration)
            let (output, exit) = try await PilotfishProcess.run(["serve", "--config", second.configurationFile])
            #expect(exit == .code(1))
            let line = output.split(separator: "\n").last ?? ""
            #expect(line.contains("127.0.0.1:\(configuration.sqlPort)"), "\(output)")
            #expect(line.contains("in use"), "\(output)")
            await second.remove()

            configuration = cluster.sidecars[0].configuration
            configuration.sqlPort = try PortAllocator.allocate()
            configuration.extra = "log: { format: json }"
            let third = try PilotfishProcess(configuration)
            let (gossipOutput, gossipExit) = try await PilotfishProcess.run(
                ["serve", "--config", third.configurationFile]
            )
            #expect(gossipExit == .code(1))
            #expect(gossipOutput.contains("127.0.0.1:\(configuration.gossipPort)"), "\(gossipOutput)")
            #expect(gossipOutput.split(separator: "\n").allSatisfy { $0.hasPrefix("{") }, "\(gossipOutput)")
            await third.remove()
        }
    }

    @Test func `a wrong configuration ends it with the line and status 78`() async throws {
        var configuration = SidecarConfiguration(
            nodeName: "db1",
            sqlPort: try PortAllocator.allocate(),
            gossipPort: try PortAllocator.allocate(),
            serverAddress: "unix:/nonexistent",
            passwordFile: "/nonexistent/password"
        )
        configuration.extra = "gosip:\n  seeds: []"
        let process = try PilotfishProcess(configuration)
        let (output, exit) = try await PilotfishProcess.run(["serve", "--config", process.configurationFile])
        #expect(exit == .code(78))
        #expect(output.contains("pilotfish.yaml:"), "\(output)")
        #expect(output.contains("gossip"), "\(output)")
        await process.remove()
    }

    /// The bound is that of a release build; the code of a debug build is larger by what is mapped of its file.
    @Test func `an idle sidecar holds little memory of its own`() async throws {
        try await withCluster(nodes: 3) { cluster in
            try await TopologyTests.waitUntilWhole(cluster)
            for sidecar in cluster.sidecars {
                let resident = try #require(await sidecar.residentKilobytes)
                #expect(resident < 64 * 1024, "\(resident) kB")
            }
        }
    }

    @Test func `it has as many event loops as cores that it may use`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let sidecar = cluster.sidecars[0]
            await sidecar.terminate()
            // The first that the tests themselves may use.
            let status = try contents(of: "/proc/self/status")
            let allowed = try #require(status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") })
            let core = try #require(allowed.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) })
            try await sidecar.start(core: core)
            #expect(try await sidecar.threadNames.count { $0.hasPrefix("clients") } == 1)
        }
    }

    @Test func `open sessions end with their statement when it is stopped`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            let asked = Gate()
            async let answers = onThread {
                let idle = try RawSession(port: port)
                try idle.logIn()
                let busy = try RawSession(port: port)
                try busy.logIn()
                try busy.send(RawSession.query("SELECT SLEEP(3), 'done'"))
                asked.open()
                return (try busy.reply(), try idle.drain())
            }
            try await onThread { try asked.wait() }
            try await waitUntil("mysqld runs the statement") {
                try await cluster.servers[0].value(
                    "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'"
                ) == "1"
            }
            #expect(await cluster.sidecars[0].terminate() == .code(0))
            let (answer, rest) = try await answers
            #expect(answer == .rows([["0", "done"]]))
            #expect(rest == 0)
        }
    }

    @Test func `who is let in finds the node's own row, and SIGTERM lets clients finish from the first on`()
        async throws
    {
        try await withCluster(nodes: 1) { cluster in
            let sidecar = cluster.sidecars[0]
            await sidecar.terminate()
            for _ in 0..<5 {
                let child = try await ChildProcess.start(
                    PilotfishProcess.binary,
                    ["serve", "--config", sidecar.configurationFile],
                    outputFile: sidecar.log
                )
                try await waitUntil("it lets clients in", every: .milliseconds(1)) {
                    PortAllocator.accepts(sidecar.sqlPort)
                }
                let rows = try await onThread {
                    let session = try RawSession(port: sidecar.sqlPort)
                    try session.logIn()
                    child.kill(SIGTERM)
                    return try session.query("SELECT member_name FROM cluster_schema.members WHERE is_local = 1")
                }
                #expect(rows == .rows([["db1"]]))
                #expect(await child.waitForExit() == .code(0))
            }
        }
    }

    @Test func `a log that nobody reads holds nobody up, and SIGTERM is heard`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let sidecar = cluster.sidecars[0]
            await sidecar.terminate()
            let path = sidecar.directory + "/log.pipe"
            try #require(mkfifo(path, 0o600) == 0)
            // Full, and open for reading so that it can be opened for writing.
            let pipe = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
            defer { close(pipe) }
            let bytes = [UInt8](repeating: UInt8(ascii: "."), count: 4096)
            while write(pipe, bytes, bytes.count) > 0 {}
            let child = try await ChildProcess.start(
                PilotfishProcess.binary,
                ["serve", "--config", sidecar.configurationFile],
                outputFile: path
            )
            try await waitUntil("it lets clients in") { PortAllocator.accepts(sidecar.sqlPort) }
            for _ in 0..<100 {
                #expect(await refusal(sidecar.sqlPort, as: Login(user: "nobody", password: "wrong"))?.code == 1045)
            }
            #expect(try await ask(sidecar.sqlPort, "SELECT 1").rows == [["1"]])
            child.kill(SIGTERM)
            #expect(await child.waitForExit() == .code(0))
        }
    }
}
