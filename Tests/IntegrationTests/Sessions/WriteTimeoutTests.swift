import TestServers
import Testing

/// Clients that stop reading, whatever lies between their bytes and the protocol.
@Suite struct WriteTimeoutTests {
    /// Answers that no socket takes in, compressed or not: mysqld's, and the sidecar's own. Digits take less than half of their
    /// bytes when they are compressed, and a socket keeps 4 MiB.
    private static let statements = [
        "SELECT HEX(RANDOM_BYTES(1024)) FROM app.seq_1_to_200000",
        "SELECT CONCAT(\(Array(repeating: "RAND()", count: 30).joined(separator: ", "))) "
            + "FROM cluster_schema.status a, cluster_schema.status b, cluster_schema.status c LIMIT 20000",
    ]
    /// What may be added to the process's memory, in kilobytes: what was kept of answers of the sidecar's own, 11 MB each, and
    /// nothing near to mysqld's, which are 400 MB each.
    private static let allowanceKilobytes = 128 * 1024

    enum ServerTransport: CaseIterable, Sendable {
        case socket, tls
    }

    @Test(arguments: ServerTransport.allCases)
    func `a client that takes nothing is ended, and so is what mysqld does for it`(
        _ server: ServerTransport
    ) async throws {
        let certificates = try TestCertificates()
        let identity = try certificates.makeServer()
        let mysqld = try await MariaDBServer.start(
            options: [
                "--ssl-cert=\(identity.certificateFile)", "--ssl-key=\(identity.keyFile)",
                "--ssl-ca=\(certificates.authorityFile)",
            ]
        )
        try await mysqld.createAccounts()
        var configuration = try SidecarConfiguration.alone(beside: mysqld, by: server == .tls ? .tcp : .socket)
        if server == .tls {
            configuration.mysqldLines = ["tls: { ca: \(certificates.authorityFile), verify: full }"]
            try await mysqld.execute("ALTER USER 'app'@'%' REQUIRE SSL")
        }
        configuration.sqlLines = [
            "tls: { certificate: \(identity.certificateFile), key: \(identity.keyFile) }", "write_timeout_ms: 500",
        ]
        // The threads that compute the answers stand behind all else on a busy machine.
        configuration.virtualStatementMilliseconds = 600_000
        try configuration.addTopologyAccount()
        let sidecar = try PilotfishProcess(configuration)
        try await sidecar.start()
        let port = sidecar.sqlPort
        try await waitUntil("the sidecar lets clients in") { await refusal(port) == nil }
        let before = try #require(await sidecar.residentKilobytes)

        for transport in StalledClient.Transport.allCases {
            for statement in Self.statements {
                let client = try await StalledClient.start(statement, by: transport, port: port, as: .application)
                try await waitUntil("\(transport) is ended: \(statement)", deadline: .seconds(600)) {
                    // The look is one itself.
                    try await sidecar.status("PROXY_CONNECTIONS_CURRENT", as: .topology) == 1
                }
                try await waitUntil("mysqld does nothing for it any more") {
                    try await mysqld.value(
                        "SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'app' AND command <> 'Sleep'"
                    ) == "0"
                }
                await client.end()
            }
        }
        let after = try #require(await sidecar.residentKilobytes)
        #expect(after - before < Self.allowanceKilobytes, "\(before) kB before, \(after) kB")
        let ended = try contents(of: sidecar.log).ranges(of: "its client takes nothing").count
        #expect(ended == StalledClient.Transport.allCases.count * Self.statements.count)
        await sidecar.remove()
        await mysqld.remove()
    }
}
