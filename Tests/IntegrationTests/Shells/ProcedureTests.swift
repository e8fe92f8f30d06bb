import MySQLClient
import TestServers
import Testing

@Suite struct ProcedureTests {
    private static let operatorLogin = Login(user: "operator", password: "operator-secret")

    private func withAccounts(_ body: (TestCluster) async throws -> Void) async throws {
        try await withCluster(
            nodes: 1,
            configure: { _, configuration in
                try configuration.addTopologyAccount()
                configuration.accounts.append(
                    SidecarConfiguration.Account(
                        name: Self.operatorLogin.user,
                        passwordHash: NativePasswordClient.storedHash(Self.operatorLogin.password),
                        role: "operator"
                    )
                )
            }
        ) { cluster in
            try await cluster.servers[0].execute(
                "CREATE ROLE keeper",
                "GRANT SUPER, PROCESS ON *.* TO keeper",
                "CREATE USER 'by_role'@'%' IDENTIFIED BY 'secret'",
                "GRANT keeper TO 'by_role'@'%'",
                "CREATE USER 'admin'@'%' IDENTIFIED BY 'secret'",
                "GRANT REPLICATION SLAVE ADMIN ON *.* TO 'admin'@'%'"
            )
            try await body(cluster)
        }
    }

    private func error(_ cluster: TestCluster, as login: Login, _ statement: String) async -> UInt32? {
        await refusal(cluster.sidecars[0].sqlPort, as: login, statement).map { UInt32($0.code) }
    }

    @Test func `CALL takes SUPER or REPLICATION SLAVE ADMIN, or the role operator`() async throws {
        try await withAccounts { cluster in
            let admin = Login(user: "admin", password: "secret")
            let byRole = Login(user: "by_role", password: "secret")
            for login in [Login.application, .topology, byRole] {
                #expect(await error(cluster, as: login, "CALL cluster_schema.reload()") == 1227, "\(login.user)")
                #expect(await error(cluster, as: login, "CALL cluster_schema.switchover('db2')") == 1227)
            }
            for login in [admin, Self.operatorLogin] {
                #expect(await error(cluster, as: login, "CALL cluster_schema.reload()") == nil, "\(login.user)")
                for call in [
                    "switchover('db2')", "failover(NULL)", "maintenance('db1', 1, 'why')", "step_down()",
                    "remove_member('db4')",
                ] {
                    #expect(await error(cluster, as: login, "CALL cluster_schema.\(call)") == 1235, "\(call)")
                }
                #expect(await error(cluster, as: login, "CALL cluster_schema.switchover(NULL)") == 1048)
                #expect(await error(cluster, as: login, "CALL cluster_schema.maintenance('a', 'x', 'y')") == 1366)
            }
            let port = cluster.sidecars[0].sqlPort
            try await ask(port, as: byRole, "SET ROLE keeper", "CALL cluster_schema.reload()")
            try await ask(port, as: admin, "USE cluster_schema", "SET @f = 1", "CALL reload")
            for (call, code) in [("nothing()", UInt32(1305)), ("switchover()", 1318), ("reload(1)", 1318)] {
                #expect(await error(cluster, as: .application, "CALL cluster_schema.\(call)") == code, "\(call)")
            }
            try await ask(port, as: admin, "EXECUTE IMMEDIATE 'CALL cluster_schema.reload()'")
            let variable = try? await ask(port, as: admin, "SET @n = 'db2'", "CALL cluster_schema.switchover(@n)")
            #expect(variable == nil)
            // mysqld's own procedures are mysqld's.
            try await ask(
                port,
                "USE app",
                "CREATE PROCEDURE reload() SELECT 7",
                "CALL reload()"
            )
            #expect(try await cluster.sidecars[0].ask("SELECT 1").rows == [["1"]])
        }
    }

    @Test func `reload takes over the configuration, or names the line that is wrong`() async throws {
        try await withAccounts { cluster in
            let sidecar = cluster.sidecars[0]
            var configuration = sidecar.configuration
            configuration.extra = "gosip: {}"
            try write(configuration.yaml, to: sidecar.configurationFile)
            let refused = await refusal(sidecar.sqlPort, as: Self.operatorLogin, "CALL cluster_schema.reload()")
            #expect(refused?.code == 1105)
            #expect(refused?.text.contains("pilotfish.yaml:") == true, "\(String(describing: refused))")
            #expect(refused?.text.contains("gosip") == true)

            configuration.extra = ""
            configuration.sqlLines = ["idle_timeout_ms: 77000"]
            configuration.nodeName = "other"
            try write(configuration.yaml, to: sidecar.configurationFile)
            let warnings = try await ask(
                sidecar.sqlPort,
                as: Self.operatorLogin,
                "CALL cluster_schema.reload()",
                "SHOW WARNINGS"
            )
            #expect(warnings.rows.map { $0[0] } == ["Note"])
            #expect((warnings.rows.first?[2] ?? "").contains("node.name") == true)
            let setting =
                "SELECT variable_value FROM cluster_schema.settings WHERE variable_name = 'sql.idle_timeout_ms'"
            #expect(try await sidecar.ask(setting).rows == [["77000"]])
        }
    }

    @Test func `procedures are listed where mysqld lists its own`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let sidecar = cluster.sidecars[0]
            let names: [[String]] = [
                ["failover"], ["maintenance"], ["reload"], ["remove_member"], ["step_down"], ["switchover"],
            ]
            let status = try await sidecar.ask("SHOW PROCEDURE STATUS WHERE Db = 'cluster_schema'")
            #expect(status.rows.map { [$0[1] ?? ""] } == names)
            #expect(status.columns.count == 11)
            #expect(
                try await sidecar.ask("SHOW PROCEDURE STATUS WHERE Db = 'cluster_schema' AND Name = 'reload'").rows
                    .count
                    == 1
            )
            #expect(try await sidecar.ask("SHOW FUNCTION STATUS WHERE Db = 'cluster_schema'").rows.isEmpty)
            let routines =
                "SELECT routine_name FROM information_schema.routines WHERE routine_schema = 'cluster_schema'"
            #expect(try await sidecar.ask(routines).rows.map { [$0[0] ?? ""] } == names)
            let create = try await sidecar.ask("SHOW CREATE PROCEDURE cluster_schema.maintenance")
            #expect((create.rows.first?[2] ?? "").contains("IN `is_on` tinyint(1)") == true)
            #expect(await refusal(sidecar.sqlPort, "SHOW CREATE PROCEDURE cluster_schema.nothing")?.code == 1305)
        }
    }
}
