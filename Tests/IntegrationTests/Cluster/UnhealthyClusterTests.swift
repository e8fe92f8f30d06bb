import MySQLClient
import TestServers
import Testing

/// What the tables say of clusters that are not as they should be.
@Suite struct UnhealthyClusterTests {
    private func events(_ sidecar: PilotfishProcess, of kind: String) async throws -> [String] {
        try await sidecar.ask(
            as: .topology,
            "SELECT CONCAT(IFNULL(member_name, '-'), ': ', detail) FROM cluster_schema.events WHERE type = '\(kind)'"
        ).rows.compactMap { $0.first ?? nil }
    }

    @Test func `an account without the privilege does not make a primary of a writable replica`() async throws {
        try await withCluster(nodes: 2) { _, configuration in
            try configuration.addTopologyAccount()
        } _: { cluster in
            let (primary, replica) = (cluster.servers[0], cluster.servers[1])
            await cluster.sidecars[1].kill9()
            try await replica.execute(
                "SET GLOBAL read_only = 0",
                "REVOKE SLAVE MONITOR ON *.* FROM 'pilotfish'@'localhost'"
            )
            try await cluster.sidecars[1].start()
            let sidecar = cluster.sidecars[1]
            try await waitUntil("both see each other") {
                try await sidecar.members("state") == ["db1": "ONLINE", "db2": "ONLINE"]
            }
            #expect(try await sidecar.members("role") == ["db1": "PRIMARY", "db2": "STANDALONE"])
            try await primary.kill9()
            try await waitUntil("db1 is offline") {
                try await sidecar.members("state", as: .topology)["db1"] == "OFFLINE"
            }
            #expect(try await sidecar.ask("SELECT * FROM cluster_schema.primary_member").rows.isEmpty)
            let problem = try await sidecar.members("problem")["db2"] ?? ""
            #expect(problem.contains("grant 'pilotfish' SLAVE MONITOR"), "\(problem)")
            #expect(try await events(sidecar, of: "MEMBER_PROBLEM").contains { $0.hasPrefix("db2: ") })
            let reason = try await sidecar.ask("SELECT primary_problem FROM cluster_schema.cluster").rows.first?.first
            #expect(reason??.contains("db2 is writable, and whether it is a replica is not known") == true)
            #expect(try await sidecar.members("threads_running")["db1"] == nil)

            try await replica.query("SET sql_log_bin = 0", "GRANT SLAVE MONITOR ON *.* TO 'pilotfish'@'localhost'")
            try await waitUntil("db2 is seen to be a replica") { try await sidecar.members("role")["db2"] == "REPLICA" }
        }
    }

    @Test func `a new password of the sidecar's account costs the cluster nothing`() async throws {
        try await withCluster(nodes: 2) { _, configuration in
            try configuration.addTopologyAccount()
        } _: { cluster in
            let (server, sidecar) = (cluster.servers[0], cluster.sidecars[0])
            for node in cluster.sidecars {
                try await waitUntil("db1 is primary") { try await node.members("role")["db1"] == "PRIMARY" }
            }
            let account = "'pilotfish'@'localhost'"
            try await server.query(
                "SET sql_log_bin = 0",
                "ALTER USER \(account) IDENTIFIED BY 'rotated'",
                "KILL CONNECTION USER \(account)"
            )
            for node in cluster.sidecars {
                try await waitUntil("db1 is not seen") { try await node.members("state")["db1"] == "SUSPECT" }
                #expect(try await node.members("role")["db1"] == "PRIMARY")
                let problem = try await node.members("problem")["db1"] ?? ""
                #expect(problem.contains("mysqld refuses the account 'pilotfish'"), "\(problem)")
                #expect(!problem.contains("rotated"))
                let changes = try await events(node, of: "STATE_CHANGED")
                #expect(
                    changes.contains { $0.hasPrefix("db1: ONLINE -> SUSPECT: ") && $0.contains("1045") },
                    "\(changes)"
                )
            }
            // A reload that finds nothing new says so.
            await sidecar.hangUp()
            try await waitUntil("the reload is logged") {
                try contents(of: sidecar.log).contains("configuration reloaded, nothing in it has changed")
            }
            #expect(try !contents(of: sidecar.log).contains("changed=\"\""))
            // Applications are let in all the while.
            #expect(try await sidecar.ask("SELECT 1").rows == [["1"]])
            try write("rotated\n", to: sidecar.configuration.passwordFile)
            for node in cluster.sidecars {
                try await waitUntil("db1 is seen") { try await node.members("state")["db1"] == "ONLINE" }
                #expect(try await events(node, of: "ROLE_CHANGED").allSatisfy { !$0.hasPrefix("db1: PRIMARY ->") })
            }
        }
    }

    @Test func `broken chains, old primaries and quick restarts are told as what they are`() async throws {
        try await withCluster { _, configuration in
            try configuration.addTopologyAccount()
        } _: { cluster in
            let (first, second, third) = (cluster.servers[0], cluster.servers[1], cluster.servers[2])
            try await third.follow(second)
            let sidecar = cluster.sidecars[1]
            let readers =
                "SELECT member_name FROM cluster_schema.members WHERE role = 'REPLICA' AND state = 'ONLINE' "
                + "AND replication_lag_ms <= 2000 ORDER BY 1"
            try await waitUntil("both replicas may be read") {
                try await sidecar.ask(readers).rows == [["db2"], ["db3"]]
            }

            // A sidecar that is killed and started at once is no change of roles.
            let roles = try await events(sidecar, of: "ROLE_CHANGED")
            let primaries = try await events(sidecar, of: "PRIMARY_CHANGED")
            await cluster.sidecars[0].kill9()
            try await cluster.sidecars[0].start()
            try await waitUntil("db1 has looked at its server") {
                try await cluster.sidecars[0].members("role")["db1"] == "PRIMARY"
            }
            try await waitUntil("db1 is online") { try await sidecar.members("state")["db1"] == "ONLINE" }
            #expect(try await events(sidecar, of: "ROLE_CHANGED") == roles)
            #expect(try await events(sidecar, of: "PRIMARY_CHANGED") == primaries)

            // The chain's middle breaks: its end has no lag of its own, and is behind all the same.
            try await first.execute("CREATE TABLE app.t (id INT PRIMARY KEY)")
            try await second.waitToCatchUp(with: first)
            try await second.query("SET SESSION sql_log_bin = 0", "INSERT INTO app.t VALUES (1)")
            try await first.execute("INSERT INTO app.t VALUES (1)")
            try await waitUntil("nobody behind the break is read") { try await sidecar.ask(readers).rows.isEmpty }
            try await waitUntil("both are told") {
                try await sidecar.members("state") == ["db1": "ONLINE", "db2": "RECOVERING", "db3": "RECOVERING"]
            }
            let problems = try await sidecar.members("problem")
            #expect(problems["db2"]?.contains("error 1062: ") == true, "\(problems)")
            #expect(problems["db3"] == "replicates through db2, whose own replication is not running")
            let changes = try await events(sidecar, of: "STATE_CHANGED")
            #expect(changes.contains { $0.hasPrefix("db2: ONLINE -> RECOVERING: ") && $0.contains("1062") })
            let log = try contents(of: sidecar.log)
            #expect(log.split(separator: "\n").contains { $0.contains(" warning ") && $0.contains("1062") })

            // Promoted without removing the replication, while the old primary is down; then that comes back.
            try await second.execute(
                "SET GLOBAL sql_slave_skip_counter = 1",
                "START SLAVE"
            )
            try await waitUntil("replication runs") { try await sidecar.ask(readers).rows == [["db2"], ["db3"]] }
            try await second.waitToCatchUp(with: first)
            try await waitUntil("its position has been told") {
                try await sidecar.ask(
                    "SELECT COUNT(DISTINCT gtid_position) FROM cluster_schema.members WHERE member_name <> 'db3'"
                ).rows == [["1"]]
            }
            try await first.kill9()
            try await waitUntil("db1 is offline") { try await sidecar.members("state")["db1"] == "OFFLINE" }
            try await second.execute("STOP SLAVE", "SET GLOBAL read_only = 0")
            try await waitUntil("db2 is primary") { try await sidecar.members("role")["db2"] == "PRIMARY" }
            try await second.execute("RESET SLAVE ALL")
            try await first.start()
            try await waitUntil("the old primary is told") {
                try await events(sidecar, of: "PRIMARY_CONFLICT").contains { $0.hasPrefix("db1: ") }
            }
            #expect(try await sidecar.members("role")["db2"] == "PRIMARY")
            #expect(try await sidecar.members("problem")["db1"]?.contains("the primary is db2") == true)
        }
    }
}
