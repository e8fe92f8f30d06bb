import MySQLClient
import TestServers
import Testing

@Suite struct ConnectionsTableTests {
    @Test func `a reader sees its own user's sessions, and all of them with PROCESS or as operator`() async throws {
        let operatorLogin = Login(user: "operator", password: "operator-secret")
        try await withCluster(
            nodes: 1,
            configure: { _, configuration in
                try configuration.addTopologyAccount()
                configuration.accounts.append(
                    SidecarConfiguration.Account(
                        name: operatorLogin.user,
                        passwordHash: NativePasswordClient.storedHash(operatorLogin.password),
                        role: "operator"
                    )
                )
            }
        ) { cluster in
            try await cluster.servers[0].execute(
                "CREATE USER 'watcher'@'%' IDENTIFIED BY 'secret'",
                "GRANT PROCESS ON *.* TO 'watcher'@'%'"
            )
            let port = cluster.sidecars[0].sqlPort
            let box = try await onThread {
                // More than there are event loops.
                let sessions = try (0..<6).map { _ in try RawSession(port: port) }
                for (index, session) in sessions.enumerated() {
                    try session.logIn(index == 5 ? .topology : .application)
                }
                let ids = try sessions.prefix(3).map { try $0.knownID() }
                _ = try sessions[0].query("BEGIN")
                _ = try sessions[1].query("USE cluster_schema")
                for _ in 0..<3 { _ = try sessions[2].query("SELECT 1") }
                return (value: SendableBox(sessions), ids: ids)
            }
            let all = "SELECT user, COUNT(*) FROM cluster_schema.connections GROUP BY user ORDER BY user"
            #expect(try await ask(port, all).rows == [["app", "6"]])
            #expect(try await ask(port, as: .topology, all).rows == [["topology", "2"]])
            let watcher = Login(user: "watcher", password: "secret")
            #expect(
                try await ask(port, as: watcher, all).rows == [["app", "5"], ["topology", "1"], ["watcher", "1"]]
            )
            // The watcher has just left, and may take its time.
            try await waitUntil("the operator sees everybody who is there") {
                try await ask(port, as: operatorLogin, all).rows == [
                    ["app", "5"], ["operator", "1"], ["topology", "1"],
                ]
            }

            let ids = box.ids
            let columns =
                "SELECT connection_id, state, db, tls, host, commands, bytes_in > 0, bytes_out > 0, age_ms >= 0"
            let rows = try await ask(
                port,
                "\(columns) FROM cluster_schema.connections WHERE connection_id IN (\(ids.joined(separator: ", ")))"
            ).rows.sorted { (Int($0[0] ?? "") ?? 0) < (Int($1[0] ?? "") ?? 0) }
            let byID = Dictionary(uniqueKeysWithValues: rows.map { ($0[0] ?? "", Array($0.dropFirst())) })
            #expect(byID[ids[0]] == ["IN_TRANSACTION", nil, "0", "127.0.0.1", "2", "1", "1", "1"])
            #expect(byID[ids[1]] == ["IDLE", "cluster_schema", "0", "127.0.0.1", "2", "1", "1", "1"])
            #expect(byID[ids[2]] == ["IDLE", nil, "0", "127.0.0.1", "4", "1", "1", "1"])
            // By a prepared statement, and under the other name.
            #expect(
                try await ask(
                    port,
                    "EXECUTE IMMEDIATE 'SELECT COUNT(*) FROM information_schema.cluster_connections'"
                ).rows == [["6"]]
            )
        }
    }

    @Test func `a replica's GTIDs are told whole, however many they are`() async throws {
        try await withCluster(nodes: 2) { cluster in
            let (primary, replica) = (cluster.servers[0], cluster.servers[1])
            try await primary.query(
                "CREATE DATABASE told",
                "CREATE TABLE told.t (id INT PRIMARY KEY)",
                """
                BEGIN NOT ATOMIC
                    FOR domain IN 100..299 DO
                        SET gtid_domain_id = domain;
                        INSERT INTO told.t VALUES (domain);
                    END FOR;
                END
                """
            )
            try await replica.waitToCatchUp(with: primary)
            let position = try #require(try await primary.value("SELECT @@global.gtid_binlog_pos"))
            #expect(position.utf8.count > 1024)
            let told = """
                SELECT gtid_position, gtid_received, gtid_applied FROM cluster_schema.members
                    JOIN cluster_schema.replication USING (member_name)
                """
            for sidecar in cluster.sidecars {
                try await waitUntil("\(sidecar.configuration.nodeName) knows all GTIDs") {
                    try await sidecar.ask(told).rows == [[position, position, position]]
                }
            }
        }
    }

    @Test func `every node tells of every link`() async throws {
        try await withCluster(nodes: 2) { cluster in
            let links = """
                SELECT member_name, source_name, io_state, sql_state, lag_ms IS NOT NULL, gtid_applied IS NOT NULL,
                    channel, source_server_id FROM cluster_schema.replication
                """
            for sidecar in cluster.sidecars {
                try await waitUntil("\(sidecar.configuration.nodeName) knows the link") {
                    try await sidecar.ask(links).rows == [["db2", "db1", "Yes", "Yes", "1", "1", "", "1"]]
                }
            }
            try await cluster.servers[1].execute("STOP SLAVE")
            try await waitUntil("the other node knows that it is stopped") {
                try await cluster.sidecars[0].ask("SELECT io_state, lag_ms FROM cluster_schema.replication").rows
                    == [["No", nil]]
            }
        }
    }
}
