import MySQLClient
import TestServers
import Testing

@Suite struct LimitTests {
    @Test func `an address has no more connections than its limit`() async throws {
        try await withCluster(nodes: 1) { _, configuration in
            configuration.sqlLines = ["max_connections_per_host: 2"]
        } _: { cluster in
            let port = cluster.sidecars[0].sqlPort
            let answer = try await onThread {
                let open = try (0..<2).map { _ in
                    let session = try RawSession(port: port)
                    try session.logIn()
                    return session
                }
                let full = #expect(throws: TestServerError.self) { try RawSession(port: port).logIn() }
                #expect(try open[1].query("SELECT 1") == .rows([["1"]]))
                return "\(full.map { "\($0)" } ?? "")"
            }
            #expect(answer.contains("1040") && answer.contains("from 127.0.0.1"), "\(answer)")
            try await waitUntil("there is room again") { await refusal(port) == nil }
        }
    }

    @Test(arguments: ["max_connections: 2", "max_connections_per_host: 2"])
    func `a full sidecar still takes an operator in`(_ limit: String) async throws {
        let boss = Login(user: "boss", password: "boss-secret")
        try await withCluster(nodes: 1) { _, configuration in
            configuration.sqlLines = [limit]
            try configuration.addTopologyAccount()
            configuration.accounts.append(
                SidecarConfiguration.Account(
                    name: boss.user,
                    passwordHash: NativePasswordClient.storedHash(boss.password),
                    role: "operator"
                )
            )
        } _: { cluster in
            let port = cluster.sidecars[0].sqlPort
            let open = try await onThread {
                SendableBox(
                    try (0..<2).map { _ in
                        let session = try RawSession(port: port)
                        try session.logIn()
                        return session
                    }
                )
            }
            #expect(await refusal(port)?.code == 1040)
            #expect(await refusal(port, as: .topology)?.code == 1040)
            #expect(
                try await ask(port, as: boss, "SELECT COUNT(*) FROM cluster_schema.connections").rows == [["3"]]
            )
            withExtendedLifetime(open) {}
        }
    }

    @Test func `sessions that rest too long end, those at work do not`() async throws {
        try await withCluster(nodes: 1) { _, configuration in
            configuration.sqlLines = ["idle_timeout_ms: 300"]
        } _: { cluster in
            let port = cluster.sidecars[0].sqlPort
            try await onThread {
                let idle = try RawSession(port: port)
                try idle.logIn()
                let busy = try RawSession(port: port)
                try busy.logIn()
                #expect(try busy.query("SELECT SLEEP(1.5)") == .rows([["0"]]))
                #expect(try idle.drain() == 0)
            }
        }
    }

    @Test func `while mysqld takes nobody in, the sidecar's accounts read the tables`() async throws {
        try await withCluster(nodes: 1) { _, configuration in
            try configuration.addTopologyAccount()
        } _: { cluster in
            let (server, sidecar) = (cluster.servers[0], cluster.sidecars[0])
            let port = server.port
            let open = try await onThread {
                SendableBox(
                    try (0..<10).map { _ in
                        let session = try RawSession(port: port)
                        try session.logIn()
                        return session
                    }
                )
            }
            // They are as many as there may be, and the one more that is kept for administrators is no help to others.
            try await server.execute("SET GLOBAL max_connections = 10")
            // A mysqld that a busy machine keeps from greeting in time is told of in other words.
            try await waitUntil("clients are told mysqld's own words") {
                let refused = await refusal(sidecar.sqlPort)
                return refused?.code == 1040 && refused?.text == "Too many connections"
            }
            #expect(
                try await sidecar.ask(as: .topology, "SELECT COUNT(*) FROM cluster_schema.members").rows == [["1"]]
            )
            withExtendedLifetime(open) {}
        }
    }

    @Test func `a thousand sessions rest at once`() async throws {
        try await withServers { servers in
            try await servers[0].createAccounts()
            try await servers[0].execute("SET GLOBAL max_connections = 1200")
            var configuration = try SidecarConfiguration.alone(beside: servers[0])
            try configuration.addTopologyAccount()
            let sidecar = try PilotfishProcess(configuration)
            try await sidecar.start()
            let port = sidecar.sqlPort
            let count = 1000
            try await onThread {
                // Of the sidecar's own account: mysqld's threads are not what is counted here.
                var sessions: [RawSession] = []
                for _ in 0..<count {
                    let session = try RawSession(port: port)
                    try session.logIn(.topology)
                    sessions.append(session)
                }
                for session in [sessions[0], sessions[count / 2], sessions[count - 1]] {
                    #expect(try session.query("SELECT COUNT(*) FROM cluster_schema.members") == .rows([["1"]]))
                }
            }
            try await waitUntil("all of them are gone") {
                try await sidecar.status("PROXY_CONNECTIONS_CURRENT") == 1
            }
            await sidecar.remove()
        }
    }
}
