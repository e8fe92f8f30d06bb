/// How sidecars reach their servers.
package enum ServerWay: String, CaseIterable, Sendable {
    case socket
    case tcp

    /// As `mysqld.address` has it.
    package func address(socket: String, port: UInt16) -> String {
        switch self {
        case .socket: "unix:\(socket)"
        case .tcp: "127.0.0.1:\(port)"
        }
    }
}

/// Servers and their sidecars on the loopback address: the first server is the primary, the others are its GTID
/// replicas and read-only; the nodes are called db1, db2, db3 …
package struct TestCluster: Sendable {
    package let servers: [MariaDBServer]
    package let sidecars: [PilotfishProcess]

    /// Starts the servers, replication and the sidecars; returns when all sidecars accept connections.
    ///
    /// - Parameters:
    ///   - isFencing: the sidecars may make their servers read-only, and open them again.
    ///   - configure: changes a node's configuration before it is written; its number counts from 0.
    package static func start(
        nodes: Int = 3,
        reached way: ServerWay = .socket,
        isFencing: Bool = false,
        configure: @Sendable (Int, inout SidecarConfiguration) throws -> Void = { _, _ in }
    ) async throws -> TestCluster {
        let servers = try await withThrowingTaskGroup(of: MariaDBServer.self) { group in
            for id in 1...max(1, nodes) {
                group.addTask { try await MariaDBServer.start(serverID: UInt32(id)) }
            }
            return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.serverID < $1.serverID }
        }
        let primary = servers[0]
        try await primary.createAccounts()
        if isFencing { try await primary.allowFencing() }
        for replica in servers.dropFirst() {
            try await replica.follow(primary)
            try await replica.execute("SET GLOBAL read_only = 1")
        }
        for replica in servers.dropFirst() { try await replica.waitToCatchUp(with: primary) }

        let ports = try servers.map { _ in (sql: try PortAllocator.allocate(), gossip: try PortAllocator.allocate()) }
        let sidecars = try servers.indices.map { index in
            let server = servers[index]
            let passwordFile = server.directory + "/probe.password"
            try write(TestAccount.probe.password + "\n", to: passwordFile)
            var configuration = SidecarConfiguration(
                nodeName: "db\(index + 1)",
                sqlPort: ports[index].sql,
                gossipPort: ports[index].gossip,
                serverAddress: way.address(socket: server.socketPath, port: server.port),
                passwordFile: passwordFile
            )
            configuration.seeds = ports.indices.filter { $0 != index }.map { ports[$0].gossip }
            try configure(index, &configuration)
            return try PilotfishProcess(configuration)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for sidecar in sidecars { group.addTask { try await sidecar.start() } }
            try await group.waitForAll()
        }
        return TestCluster(servers: servers, sidecars: sidecars)
    }

    /// Ends every process and removes every folder.
    package func remove() async {
        await withTaskGroup(of: Void.self) { group in
            for sidecar in sidecars { group.addTask { await sidecar.remove() } }
            for server in servers { group.addTask { await server.remove() } }
        }
    }
}

/// Runs a test's body with a fresh cluster and removes it after it.
package func withCluster<Result>(
    nodes: Int = 3,
    reached way: ServerWay = .socket,
    isFencing: Bool = false,
    isolation: isolated (any Actor)? = #isolation,
    configure: @Sendable (Int, inout SidecarConfiguration) throws -> Void = { _, _ in },
    _ body: (TestCluster) async throws -> Result
) async throws -> Result {
    await ServerPermits.shared.take(nodes)
    do {
        let cluster = try await TestCluster.start(
            nodes: nodes,
            reached: way,
            isFencing: isFencing,
            configure: configure
        )
        do {
            let result = try await body(cluster)
            await cluster.remove()
            await ServerPermits.shared.giveBack(nodes)
            return result
        } catch {
            await cluster.remove()
            throw error
        }
    } catch {
        await ServerPermits.shared.giveBack(nodes)
        throw error
    }
}
