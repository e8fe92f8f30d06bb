/// Servers and their sidecars, each pair on a host of its own; the nodes are called db1, db2, db3 …
///
/// The first server is the primary. The others replicate from it through its sidecar, as clients reach it, and are
/// read-only. Each mysqld listens on its unix socket and its host's loopback address alone.
package struct NamespaceCluster: Sendable {
    package static let sqlPort: UInt16 = 6306
    package static let gossipPort: UInt16 = 6307

    package let network: NamespaceNetwork
    package let servers: [MariaDBServer]
    package let sidecars: [PilotfishProcess]
    /// The gossip keys of each node, one file a node.
    package let keyFiles: [String]

    /// What is started.
    package struct Plan: Sendable {
        package var nodes = 3
        /// Hosts on which nothing is started; they come after those of the nodes.
        package var spareHosts = 0
        /// Without it each server is one on its own, and writable.
        package var isReplicating = true
        /// The sidecars may make their servers read-only, and open them again.
        package var isFencing = false
        /// The sidecars that run from the beginning; replication needs the first one.
        package var startedSidecars: [Int]?

        package init() {}
    }

    /// - Parameter configure: changes a node's configuration before it is written; its number counts from 0.
    static func start(
        _ plan: Plan,
        configure: @Sendable (Int, inout SidecarConfiguration) throws -> Void
    ) async throws -> NamespaceCluster {
        let network = try await NamespaceNetwork.start(hosts: plan.nodes + plan.spareHosts)
        let servers = try await withThrowingTaskGroup(of: MariaDBServer.self) { group in
            for node in 0..<plan.nodes {
                group.addTask {
                    let server = try await MariaDBServer.start(
                        serverID: UInt32(node + 1),
                        namespace: network.hosts[node]
                    )
                    if node == 0 || !plan.isReplicating {
                        try await server.createAccounts()
                        if plan.isFencing { try await server.allowFencing() }
                    } else {
                        try await server.execute("SET GLOBAL read_only = 1")
                    }
                    return server
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.serverID < $1.serverID }
        }
        let key = try await makeKey()
        let keyFiles = servers.map { $0.directory + "/gossip.keys" }
        for file in keyFiles { try write(key, to: file) }
        let sidecars = try servers.indices.map { node in
            let passwordFile = servers[node].directory + "/probe.password"
            try write(TestAccount.probe.password + "\n", to: passwordFile)
            var configuration = configuration(
                nodeName: "db\(node + 1)",
                host: node,
                seeds: servers.indices.filter { $0 != node },
                serverAddress: "unix:\(servers[node].socketPath)",
                passwordFile: passwordFile,
                keyFile: keyFiles[node]
            )
            try configure(node, &configuration)
            return try PilotfishProcess(configuration, namespace: network.hosts[node])
        }
        let cluster = NamespaceCluster(network: network, servers: servers, sidecars: sidecars, keyFiles: keyFiles)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for node in plan.startedSidecars ?? Array(sidecars.indices) {
                group.addTask { try await sidecars[node].start() }
            }
            try await group.waitForAll()
        }
        if plan.isReplicating { try await cluster.replicate() }
        return cluster
    }

    /// A node's configuration that fits this network.
    package static func configuration(
        nodeName: String,
        host: Int,
        seeds: [Int],
        serverAddress: String,
        passwordFile: String,
        keyFile: String
    ) -> SidecarConfiguration {
        var configuration = SidecarConfiguration(
            nodeName: nodeName,
            sqlPort: sqlPort,
            gossipPort: gossipPort,
            serverAddress: serverAddress,
            passwordFile: passwordFile
        )
        configuration.listenHost = "0.0.0.0"
        configuration.advertisedHost = NamespaceNetwork.address(host)
        configuration.furtherSeeds = seeds.map { "\(NamespaceNetwork.address($0)):\(gossipPort)" }
        configuration.gossipLines = ["key_file: \(keyFile)"]
        return configuration
    }

    /// A line for a file of gossip keys.
    package static func makeKey() async throws -> String {
        let (output, exit) = try await PilotfishProcess.run(["keygen"])
        guard exit == .code(0) else { throw TestServerError("pilotfish keygen: \(output)") }
        return output
    }

    /// Has every replica follow the first server through its sidecar.
    ///
    /// - Parameter host: the address of that sidecar.
    package func replicate(from host: String = NamespaceNetwork.address(0)) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for replica in servers.dropFirst() {
                group.addTask {
                    try await replica.follow(host: host, port: Self.sqlPort)
                    try await replica.waitToCatchUp(with: servers[0])
                }
            }
            try await group.waitForAll()
        }
    }

    /// Ends every process and removes everything.
    package func remove() async {
        await withTaskGroup(of: Void.self) { group in
            for sidecar in sidecars { group.addTask { await sidecar.remove() } }
            for server in servers { group.addTask { await server.remove() } }
        }
        network.remove()
    }
}

/// Runs a test's body with a fresh cluster in namespaces and removes it after it.
package func withNamespaceCluster<Result>(
    _ plan: NamespaceCluster.Plan = NamespaceCluster.Plan(),
    isolation: isolated (any Actor)? = #isolation,
    configure: @Sendable (Int, inout SidecarConfiguration) throws -> Void = { _, _ in },
    _ body: (NamespaceCluster) async throws -> Result
) async throws -> Result {
    await ServerPermits.shared.take(plan.nodes)
    do {
        let cluster = try await NamespaceCluster.start(plan, configure: configure)
        do {
            let result = try await body(cluster)
            await cluster.remove()
            await ServerPermits.shared.giveBack(plan.nodes)
            return result
        } catch {
            await cluster.remove()
            throw error
        }
    } catch {
        await ServerPermits.shared.giveBack(plan.nodes)
        throw error
    }
}
