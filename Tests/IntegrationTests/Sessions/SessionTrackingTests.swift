import MySQLClient
import TestServers
import Testing

/// Changes of the topology reach clients with CLIENT_SESSION_TRACK in the next OK packet.
@Suite struct SessionTrackingTests {
    static let wanted = SessionState.sessionTrack | SessionState.deprecateEOF

    /// Makes the topology change without harm to sessions, and waits until the node's table says so.
    static func change(_ cluster: TestCluster, readOnly: Bool) async throws {
        let before = try await version(cluster)
        try await cluster.servers[0].execute("SET GLOBAL read_only = \(readOnly ? 1 : 0)")
        try await waitUntil("the topology has changed") { try await version(cluster) > before }
    }

    static func version(_ cluster: TestCluster) async throws -> Int {
        let result = try await cluster.sidecars[0].ask("SELECT topology_version FROM cluster_schema.cluster")
        return result.rows.first?.first.flatMap { $0 }.flatMap { Int($0) } ?? -1
    }

    @Test func `login and the next OK after a change tell it, whoever answers`() async throws {
        try await withCluster(nodes: 1) { _, configuration in
            try configuration.addTopologyAccount()
        } _: { cluster in
            let port = cluster.sidecars[0].sqlPort
            try await waitUntil("db1 is primary") {
                try await cluster.sidecars[0].members("role") == ["db1": "PRIMARY"]
            }
            let first = try await Self.version(cluster)
            let box = try await onThread {
                let session = try RawSession(port: port)
                let welcome = try SessionState(session.logIn(schema: "app", alsoWanting: Self.wanted))
                #expect(welcome.version == first)
                #expect(welcome.primary == "127.0.0.1:\(port)")
                #expect(welcome.redirectURL == nil)
                // Nothing new, nothing told.
                #expect(try session.state(after: "DO 1").version == nil)
                #expect(try session.state(after: "SELECT 1").version == nil)
                let own = try RawSession(port: port)
                #expect(try SessionState(own.logIn(.topology, alsoWanting: Self.wanted)).version == first)
                return SendableBox((session, own))
            }
            for (round, statement) in [
                "DO 1", "PREPARE s FROM 'SELECT 1'", "SELECT 1", "SELECT seq, REPEAT('x', 500) FROM seq_1_to_2000",
                "USE app", "SET NAMES utf8mb4",
                "SELECT COUNT(*) FROM cluster_schema.members", "USE cluster_schema",
                "SELECT 1; SELECT 2; DO 3", "SELECT 'error' FROM nosuch.table_ever",
            ].enumerated() {
                try await Self.change(cluster, readOnly: round % 2 == 0)
                let version = try await Self.version(cluster)
                let primary = round % 2 == 0 ? "" : "127.0.0.1:\(port)"
                try await onThread {
                    let (session, own) = box.value
                    try session.send(RawSession.query(statement))
                    if statement.contains("; ") {
                        // Several results: the last OK alone tells.
                        #expect(try session.stateOfReply().version == nil)
                        #expect(try session.stateOfReply().version == nil)
                    }
                    if statement.contains("nosuch") {
                        // An error tells nothing; the next OK does.
                        #expect(try session.packet().payload.first == 0xff)
                        try session.send(RawSession.packet([0x0e]))
                    }
                    let state = try session.stateOfReply()
                    #expect(state.version == version, "\(statement)")
                    #expect(state.primary == primary, "\(statement)")
                    #expect(try session.state(after: statement.contains("error") ? "DO 1" : "SELECT 1").version == nil)
                    let ownState = try own.state(after: "SELECT COUNT(*) FROM cluster_schema.members")
                    #expect(ownState.version == version)
                    #expect(ownState.primary == primary)
                }
            }
        }
    }

    @Test func `what mysqld tells stays, and clients that track nothing get nothing`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            let box = try await onThread {
                let plain = try RawSession(port: port)
                #expect(try SessionState(plain.logIn(alsoWanting: SessionState.deprecateEOF)).variables.isEmpty)
                let session = try RawSession(port: port)
                try session.logIn(alsoWanting: Self.wanted)
                _ = try session.state(after: "SET SESSION session_track_system_variables = 'sql_mode'")
                return SendableBox((plain, session))
            }
            try await Self.change(cluster, readOnly: true)
            try await onThread {
                let (plain, session) = box.value
                let state = try session.state(after: "SET sql_mode = 'ANSI_QUOTES'")
                #expect(state.variables["sql_mode"] == "ANSI_QUOTES")
                #expect(state.version != nil)
                try plain.send(RawSession.query("DO 1"))
                #expect(try plain.packet().payload == [0, 0, 0, 2, 0, 0, 0])
                // A prepared statement's answer begins like an OK and is none.
                try session.send(RawSession.packet([0x16] + Array("DO 1".utf8)))
                #expect(try session.packet().payload.count == 12)
            }
        }
    }

    @Test func `redirect_url leads from a replica to the primary, and follows it`() async throws {
        try await withCluster(nodes: 2) { _, configuration in
            configuration.sqlLines = ["redirect: primary"]
        } _: { cluster in
            let ports = cluster.sidecars.map(\.sqlPort)
            try await cluster.waitUntilBothAreThere()
            let box = try await onThread {
                let sessions = try ports.map { try RawSession(port: $0) }
                let urls = try sessions.map { try SessionState(try $0.logIn(alsoWanting: Self.wanted)).redirectURL }
                #expect(urls == ["", "mariadb://127.0.0.1:\(ports[0])"])
                return SendableBox(sessions)
            }
            try await cluster.servers[0].handOver(to: cluster.servers[1], others: [])
            for sidecar in cluster.sidecars {
                try await waitUntil("db2 is primary") {
                    try await sidecar.members("role") == ["db1": "REPLICA", "db2": "PRIMARY"]
                }
            }
            try await onThread {
                let states = try box.value.map { try $0.state(after: "DO 1") }
                #expect(states.map(\.redirectURL) == ["mariadb://127.0.0.1:\(ports[1])", ""])
                #expect(states.map(\.primary) == Array(repeating: "127.0.0.1:\(ports[1])", count: 2))
                #expect(try box.value[0].state(after: "DO 1").redirectURL == nil)
            }
        }
    }
}
