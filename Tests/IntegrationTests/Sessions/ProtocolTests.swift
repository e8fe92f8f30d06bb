import MySQLClient
import TestServers
import Testing

/// Commands beyond queries, each through a sidecar and against a real server (docs/protocol.md).
@Suite struct ProtocolTests {
    @Test func `a replica replicates through a sidecar, with semi-synchronous acknowledgement`() async throws {
        try await withServers(2) { servers in
            let (source, replica) = (servers[0], servers[1])
            try await source.createAccounts()
            let sidecar = try PilotfishProcess(.alone(beside: source))
            try await sidecar.start()
            try await source.execute(
                "SET GLOBAL rpl_semi_sync_master_enabled = 1",
                "SET GLOBAL rpl_semi_sync_master_timeout = 600000"
            )
            try await replica.execute(
                "SET GLOBAL rpl_semi_sync_slave_enabled = 1",
                """
                CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = \(sidecar.sqlPort),
                    MASTER_USER = '\(TestAccount.replication.user)',
                    MASTER_PASSWORD = '\(TestAccount.replication.password)',
                    MASTER_USE_GTID = slave_pos, MASTER_CONNECT_RETRY = 1
                """,
                "START SLAVE"
            )
            try await waitUntil("the replica acknowledges") {
                try await source.query("SHOW STATUS LIKE 'Rpl_semi_sync_master_clients'").rows.first?.last == "1"
            }
            // Each commit waits for the acknowledgement that comes back through the sidecar.
            try await source.execute("CREATE TABLE app.t (id INT PRIMARY KEY, v LONGTEXT)")
            try await source.execute("SET GLOBAL max_allowed_packet = 67108864")
            for row in 0..<20 { try await source.execute("INSERT INTO app.t VALUES (\(row), REPEAT('x', 300000))") }
            try await replica.waitToCatchUp(with: source)
            #expect(try await replica.value("SELECT COUNT(*) FROM app.t") == "20")
            let acknowledged = try await source.query("SHOW STATUS LIKE 'Rpl_semi_sync_master_yes_tx'").rows.first?.last
            #expect(acknowledged.flatMap { $0 }.flatMap { Int($0) } ?? 0 >= 20)
            await sidecar.remove()
        }
    }

    @Test func `LOAD DATA LOCAL INFILE sends the client's file`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let server = cluster.servers[0]
            try await server.execute("CREATE TABLE app.t (id INT, v VARCHAR(100))")
            let file = server.directory + "/rows.csv"
            try write((0..<50_000).map { "\($0),SELECT * FROM cluster_schema.members\n" }.joined(), to: file)
            let lines = try await MariaDBShell.run(
                port: cluster.sidecars[0].sqlPort,
                """
                LOAD DATA LOCAL INFILE '\(file)' INTO TABLE app.t FIELDS TERMINATED BY ',';
                LOAD DATA LOCAL INFILE '/nonexistent' INTO TABLE app.t;
                SELECT COUNT(*), MAX(id) FROM app.t;
                SELECT COUNT(*) FROM cluster_schema.members;
                """,
                options: ["--local-infile=1"]
            )
            #expect(lines.contains("50000\t49999"), "\(lines)")
            #expect(lines.last == "1", "\(lines)")
        }
    }

    @Test func `COM_CHANGE_USER logs in anew, and the virtual schema is left`() async throws {
        try await withCluster(nodes: 1) { _, configuration in
            try configuration.addTopologyAccount()
        } _: { cluster in
            try await cluster.servers[0].execute("CREATE USER 'other'@'%' IDENTIFIED BY 'other-secret'")
            let port = cluster.sidecars[0].sqlPort
            try await onThread {
                let session = try RawSession(port: port)
                try session.logIn(schema: "cluster_schema")
                #expect(try session.query("SELECT member_name FROM members") == .rows([["db1"]]))
                #expect(try session.changeUser(to: Login(user: "other", password: "other-secret")) == .ok)
                #expect(try session.query("SELECT CURRENT_USER(), DATABASE()") == .rows([["other@%", nil]]))
                // As the tables' own functions have it, too.
                guard case .rows(let rows) = try session.query("SELECT USER() FROM cluster_schema.cluster") else {
                    Issue.record("no user")
                    return
                }
                #expect(rows.first?.first.flatMap { $0 }?.hasPrefix("other@") == true)
                #expect(try session.changeUser(to: .application, schema: "app") == .ok)
                #expect(try session.query("SELECT CURRENT_USER(), DATABASE()") == .rows([["app@%", "app"]]))

                let refused = try RawSession(port: port)
                try refused.logIn()
                guard case .error(let code, _) = try refused.changeUser(to: Login(user: "other", password: "wrong"))
                else {
                    Issue.record("a wrong password was accepted")
                    return
                }
                #expect(code == 1045)
                #expect(try refused.drain() == 0)
                // To an account that the sidecar answers, and to another user there.
                #expect(try session.changeUser(to: .topology) == .ok)
                #expect(try session.query("SELECT member_name FROM cluster_schema.members") == .rows([["db1"]]))
                #expect(try session.query("SELECT * FROM app.t") != .rows([]))
                // And back, by a new connection to mysqld.
                #expect(try session.changeUser(to: .application, schema: "app") == .ok)
                #expect(try session.query("SELECT CURRENT_USER(), DATABASE()") == .rows([["app@%", "app"]]))
                // Beginning in the virtual schema, which mysqld does not know.
                for _ in 1...2 {
                    #expect(try session.changeUser(to: .application, schema: "cluster_schema") == .ok)
                    #expect(try session.query("SELECT member_name FROM members") == .rows([["db1"]]))
                    #expect(try session.query("SELECT CURRENT_USER()") == .rows([["app@%"]]))
                    #expect(try session.changeUser(to: .topology) == .ok)
                }
            }
        }
    }

    @Test func `several statements and results at once keep their order`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let server = cluster.servers[0]
            try await server.execute(
                "CREATE PROCEDURE app.two() BEGIN SELECT 1; SELECT 2; END",
                "CREATE TABLE app.t (id INT)"
            )
            let port = cluster.sidecars[0].sqlPort
            try await onThread {
                let session = try RawSession(port: port)
                try session.logIn()
                try session.send(
                    RawSession.query("CALL app.two()")
                        + RawSession.query("SELECT 'a'; INSERT INTO app.t VALUES (1); SELECT 'b'")
                        + RawSession.query("SELECT COUNT(*) FROM cluster_schema.cluster")
                )
                for expected: RawSession.Reply in [
                    .rows([["1"]]), .rows([["2"]]), .ok, .rows([["a"]]), .ok, .rows([["b"]]), .rows([["1"]]),
                ] {
                    #expect(try session.reply() == expected)
                }
            }
        }
    }

    @Test func `KILL QUERY ends the statement and not the session`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            let asked = Gate()
            let identity = SharedNumber()
            async let answer = onThread {
                let session = try RawSession(port: port)
                try session.logIn()
                identity.set(session.connectionID)
                try session.send(RawSession.query("SELECT SLEEP(60)"))
                asked.open()
                let answer = try session.reply()
                return (answer, try session.query("SELECT 1"))
            }
            try await onThread { try asked.wait() }
            try await waitUntil("mysqld runs the statement") {
                try await cluster.servers[0].value(
                    "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'"
                ) == "1"
            }
            try await ask(port, "KILL QUERY \(identity.value)")
            let (killed, next) = try await answer
            // SLEEP says that it was interrupted by its result or by error 1317.
            switch killed {
            case .rows(let rows): #expect(rows == [["1"]])
            case .error(let code, _): #expect(code == 1317)
            case .ok: Issue.record("OK")
            }
            #expect(next == .rows([["1"]]))
        }
    }

    @Test func `a client that vanishes ends its session on the server at once`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            let server = cluster.servers[0]
            try await onThread {
                let session = try RawSession(port: port)
                try session.logIn()
                try session.send(RawSession.query("SELECT 1"))
            }
            try await waitUntil("mysqld has no session of app") {
                try await server.value("SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'app'") == "0"
            }
        }
    }
}
