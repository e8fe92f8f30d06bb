import MySQLClient
import TestServers
import Testing

/// `sql.primary_listen` leads to the primary from any node.
@Suite struct PrimaryPortTests {
    @Test func `each node's port leads to the primary, and sessions end when it changes`() async throws {
        let ports = try (0..<2).map { _ in try PortAllocator.allocate() }
        let certificate = try TestCertificates()
        let server = try certificate.makeServer()
        try await withCluster(nodes: 2) { node, configuration in
            configuration.sqlLines = [
                "primary_listen: 127.0.0.1:\(ports[node])", "primary_wait_ms: 15000",
                "tls: { certificate: \(server.certificateFile), key: \(server.keyFile) }",
            ]
        } _: { cluster in
            for port in ports {
                try await waitUntil("port \(port) leads to db1") {
                    try await ask(port, "SELECT @@server_id").rows == [["1"]]
                }
                #expect(try await ask(port, "SELECT COUNT(*) FROM cluster_schema.primary_member").rows == [["1"]])
            }
            let sessions = try await onThread {
                try ports.map { port in
                    let session = try RawSession(port: port)
                    try session.logIn()
                    return SendableBox(session)
                }
            }
            try await cluster.servers[0].handOver(to: cluster.servers[1])
            let rest = try await onThread { try sessions.map { try $0.value.drain() } }
            #expect(rest == [0, 0])
            // Those who come while there is no primary wait for the next.
            for port in ports { #expect(try await ask(port, "SELECT @@server_id").rows == [["2"]]) }
        }
    }

    @Test func `without a primary the error says so after the wait`() async throws {
        let port = try PortAllocator.allocate()
        try await withCluster(nodes: 1) { _, configuration in
            configuration.sqlLines = ["primary_listen: 127.0.0.1:\(port)", "primary_wait_ms: 100"]
        } _: { cluster in
            try await cluster.servers[0].execute("SET GLOBAL read_only = 1")
            try await waitUntil("there is no primary") {
                try await cluster.sidecars[0].ask("SELECT * FROM cluster_schema.primary_member").rows.isEmpty
            }
            try await waitUntil("the port is open") { PortAllocator.accepts(port) }
            let refused = await refusal(port)
            #expect(refused?.code == 1927)
            #expect(refused?.text.contains("no primary") == true, "\(refused?.text ?? "")")
        }
    }

    @Test func `a client waits while the primary's sidecar is away, and is told if it stays away`() async throws {
        let ports = try (0..<2).map { _ in try PortAllocator.allocate() }
        try await withCluster(nodes: 2) { node, configuration in
            configuration.sqlLines = ["primary_listen: 127.0.0.1:\(ports[node])", "primary_wait_ms: 18000"]
        } _: { cluster in
            let (away, other) = (cluster.sidecars[0], cluster.sidecars[1])
            try await waitUntil("the port leads to db1") {
                try await ask(ports[1], "SELECT @@server_id").rows == [["1"]]
            }
            await away.kill9()
            async let answer = ask(ports[1], "SELECT @@server_id")
            try await waitUntil("a client waits") { try await other.status("PROXY_CONNECTIONS_CURRENT") >= 2 }
            try await away.start()
            #expect(try await answer.rows == [["1"]])

            var configuration = other.configuration
            configuration.sqlLines = ["primary_listen: 127.0.0.1:\(ports[1])", "primary_wait_ms: 200"]
            try await other.reload(configuration)
            try await waitUntil("the other limit holds") {
                try await other.ask(
                    "SELECT variable_value FROM cluster_schema.settings WHERE variable_name = 'sql.primary_wait_ms'"
                ).rows == [["200"]]
            }
            await away.kill9()
            let refused = await refusal(ports[1])
            #expect(refused?.code == 1927)
            let text = refused?.text ?? ""
            #expect(text.contains("primary cannot be reached") && !text.contains("db1"), "\(text)")
        }
    }
}
