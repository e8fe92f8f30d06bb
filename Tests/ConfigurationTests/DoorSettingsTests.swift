import ClusterModel
import Configuration
import Testing

@Suite("The settings of sql")
struct DoorSettingsTests {
    private func sql(_ keys: String) throws -> Configuration.SQL {
        try parse("cluster: c\nsql: { \(keys) }").configuration.sql
    }

    @Test("limits are numbers, and 0 is none where it says so")
    func limits() throws {
        let given = try sql(
            "max_connections: 7, max_connections_per_host: 3, idle_timeout_ms: 60000, drain_ms: 500, primary_wait_ms: 1"
        )
        #expect(given.maximumConnections == 7)
        #expect(given.maximumConnectionsPerHost == 3)
        #expect(given.idleTimeoutMilliseconds == 60_000)
        #expect(given.drainMilliseconds == 500)
        #expect(given.primaryWaitMilliseconds == 1)
        #expect(try sql("write_timeout_ms: 100").writeTimeoutMilliseconds == 100)
        let none = try sql("max_connections_per_host: 0, idle_timeout_ms: 0, drain_ms: 0, primary_wait_ms: 0")
        #expect(none.maximumConnectionsPerHost == nil)
        // One address does not take all by itself.
        #expect(try sql("max_connections: 1000").maximumConnectionsPerHost == 800)
        #expect(try sql("max_connections: 1").maximumConnectionsPerHost == 1)
        #expect(try sql("max_connections_per_account: 0").maximumConnectionsPerAccount == nil)
        #expect(try sql("max_connections_per_account: 5").maximumConnectionsPerAccount == 5)
        #expect(none.idleTimeoutMilliseconds == nil)
        #expect(none.drainMilliseconds == 0)
        #expect(none.primaryWaitMilliseconds == 0)
    }

    @Test("the second port is an address of its own")
    func primaryListen() throws {
        #expect(try sql("primary_listen: 0.0.0.0:6305").primaryListen == HostPort(host: "0.0.0.0", port: 6305))
        // The same port of another address can be listened on as well.
        #expect(try sql("primary_listen: 127.0.0.2:6306").primaryListen?.host == "127.0.0.2")
    }

    @Test(
        "compression is a choice of algorithms, and an empty list switches it off",
        arguments: [
            ("[zlib, zstd]", [.zlib, .zstd]), ("[zstd]", [.zstd]), ("[zlib, zlib]", [.zlib]), ("[]", []), ("null", []),
        ] as [(String, Set<CompressionMethod>)]
    )
    func compression(text: String, expected: Set<CompressionMethod>) throws {
        #expect(try sql("compression: \(text)").compression == expected)
    }

    @Test("PROXY headers are taken from the addresses and networks of a list")
    func proxyProtocol() throws {
        let given = try sql("proxy_protocol: { accept_from: [10.0.0.0/8, \"fd00::/8\", \"::1\"], send: true }")
        #expect(given.proxyProtocol.acceptFrom.map(\.description) == ["10.0.0.0/8", "fd00::/8", "::1"])
        #expect(given.proxyProtocol.sendsToServer)
        let environment = ["PILOTFISH_SQL_PROXY_PROTOCOL_ACCEPT_FROM": "10.1.2.3/8, ::1"]
        let loaded = try parse("cluster: c", environment: environment).configuration
        #expect(loaded.sql.proxyProtocol.acceptFrom.map(\.description) == ["10.0.0.0/8", "::1"])
        let row = loaded.settings.first { $0.name == "sql.proxy_protocol.accept_from" }
        #expect(row?.value == "10.0.0.0/8,::1")
        #expect(row?.source == .environment)
    }
}
