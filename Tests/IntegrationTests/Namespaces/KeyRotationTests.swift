import TestServers
import Testing

extension NamespaceTests {
    private static let operatorLogin = Login(user: "operator", password: "operator-secret")

    @Test func `keys are exchanged under traffic and nobody notices`() async throws {
        var plan = NamespaceCluster.Plan()
        plan.spareHosts = 1
        try await withNamespaceCluster(plan) { _, configuration in
            // Nobody is to be suspected because the machine is busy.
            configuration.gossipLines.append("probe_interval_ms: 2000")
            configuration.accounts = [
                SidecarConfiguration.Account(
                    name: Self.operatorLogin.user,
                    passwordHash: NativePasswordClient.storedHash(Self.operatorLogin.password),
                    role: "operator"
                )
            ]
        } _: { cluster in
            try await cluster.waitUntilWhole()
            let version = try await cluster.agreedTopologyVersion()
            var history: [Int] = []
            for sidecar in cluster.sidecars { history.append(try await sidecar.lastEvent()) }
            let clients = cluster.sidecars.enumerated().flatMap { node, sidecar in
                [
                    QueryLoop.start(at: sidecar, "SELECT @@server_id", always: "\(node + 1)"),
                    QueryLoop.start(at: sidecar, "SELECT COUNT(*) FROM cluster_schema.members", always: "3"),
                ]
            }

            let old = try contents(of: cluster.keyFiles[0])
            let new = try await NamespaceCluster.makeKey()
            for keys in [old + new, new + old, new] {
                for node in cluster.sidecars.indices {
                    try await Self.exchange(keys, of: node, in: cluster)
                    // There is traffic between those that have changed and those that have not, and among all.
                    if node != 1 { try await Self.waitForPackets(2, in: cluster) }
                }
                for client in clients { try await client.waitForAnswers() }
            }

            // Load travelled all the time, and is nothing that a driver acts on.
            try await waitUntil("db1 shows the load of the others") {
                let rates = try await cluster.sidecars[0].members("queries_per_second")
                return rates.values.allSatisfy { (Double($0) ?? 0) > 1 }
            }
            for (node, sidecar) in cluster.sidecars.enumerated() {
                #expect(try await sidecar.events(after: history[node]) == [])
                #expect(try await sidecar.topologyVersion() == version)
                for counter in ["GOSSIP_DECRYPT_FAILURES", "GOSSIP_SUSPICIONS", "GOSSIP_DEATHS"] {
                    #expect(try await sidecar.status(counter) == 0, "\(counter) of \(sidecar.name)")
                }
            }
            try await Self.expectStrangerStaysOut(of: cluster, with: old)
            for client in clients { #expect(try await client.stop() == []) }
        }
    }

    /// Writes a node's keys and makes it read them, in one of the two ways.
    private static func exchange(_ keys: String, of node: Int, in cluster: NamespaceCluster) async throws {
        let sidecar = cluster.sidecars[node]
        try write(keys, to: cluster.keyFiles[node])
        if node == 0 {
            let before = try reloads(of: sidecar)
            await sidecar.hangUp()
            try await waitUntil("\(sidecar.name) has reloaded") { try reloads(of: sidecar) > before }
        } else {
            try await ask(
                sidecar.sqlPort,
                in: sidecar.namespace,
                as: operatorLogin,
                "CALL cluster_schema.reload()"
            )
        }
    }

    private static func reloads(of sidecar: PilotfishProcess) throws -> Int {
        try contents(of: sidecar.log).split(separator: "\n").count { $0.contains("configuration reloaded") }
    }

    private static func waitForPackets(_ count: Int, in cluster: NamespaceCluster) async throws {
        var before: [Int] = []
        for sidecar in cluster.sidecars { before.append(try await sidecar.status("GOSSIP_PACKETS_IN")) }
        for (node, sidecar) in cluster.sidecars.enumerated() {
            try await waitUntil("\(sidecar.name) is spoken to") {
                try await sidecar.status("GOSSIP_PACKETS_IN") >= before[node] + count
            }
        }
    }

    /// A node of the right cluster name and with a key that is no longer in use.
    private static func expectStrangerStaysOut(of cluster: NamespaceCluster, with key: String) async throws {
        let host = cluster.servers.count
        let directory = cluster.servers[0].directory
        let (keyFile, passwordFile) = (directory + "/stranger.keys", directory + "/stranger.password")
        try write(key, to: keyFile)
        try write("none\n", to: passwordFile)
        var configuration = NamespaceCluster.configuration(
            nodeName: "stranger",
            host: host,
            seeds: Array(cluster.sidecars.indices),
            serverAddress: "unix:\(directory)/no-such-server",
            passwordFile: passwordFile,
            keyFile: keyFile
        )
        try configuration.addTopologyAccount()
        let stranger = try PilotfishProcess(configuration, namespace: cluster.network.hosts[host])
        do {
            try await stranger.start()
            for sidecar in cluster.sidecars {
                try await waitUntil("\(sidecar.name) cannot read what the stranger says") {
                    try await sidecar.status("GOSSIP_DECRYPT_FAILURES") >= 2
                }
                #expect(try await sidecar.members("state").keys.sorted() == ["db1", "db2", "db3"])
                #expect(try await !sidecar.events().contains { $0.member == "stranger" })
            }
            #expect(try await stranger.members("state", as: .topology).keys.sorted() == ["stranger"])
        } catch {
            await stranger.remove()
            throw error
        }
        await stranger.remove()
    }
}
