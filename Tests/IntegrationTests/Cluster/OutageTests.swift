import MySQLClient
import TestServers
import Testing

/// mysqld is down and its sidecar is not.
@Suite struct OutageTests {
    @Test func `the tables stay, and others are told that mysqld is down, and no more`() async throws {
        try await withCluster(nodes: 2) { _, configuration in
            try configuration.addTopologyAccount()
        } _: { cluster in
            let (up, down) = (cluster.sidecars[0], cluster.sidecars[1])
            try await waitUntil("both are online") {
                let states = try await up.members("state")
                let roles = try await down.members("role")
                return states == ["db1": "ONLINE", "db2": "ONLINE"] && roles == ["db1": "PRIMARY", "db2": "REPLICA"]
            }
            // The account of the configuration reads the tables, before and after.
            #expect(try await down.ask(as: .topology, "SELECT COUNT(*) FROM cluster_schema.members").rows == [["2"]])
            try await cluster.servers[1].kill9()
            for sidecar in [up, down] {
                try await waitUntil("db2 is offline for \(sidecar.configuration.nodeName)") {
                    try await sidecar.members("state", as: .topology) == ["db1": "ONLINE", "db2": "OFFLINE"]
                }
            }
            let refused = await refusal(down.sqlPort)
            #expect(refused?.code == 1927)
            #expect(refused?.sqlState == "HY000")
            #expect(refused?.text.contains("OFFLINE") == true, "\(refused?.text ?? "")")
            // Who has not shown who it is learns no names, addresses and paths.
            let text = refused?.text ?? ""
            for secret in ["db1", "db2", "127.0.0.1", down.configuration.cluster, "/"] {
                #expect(!text.contains(secret), "\(text)")
            }
            let wrong = await refusal(down.sqlPort, as: Login(user: "topology", password: "wrong"))
            // Whether there is such an account is not told.
            #expect(wrong?.code == 1927)
            #expect(wrong?.text == refused?.text)
            // And guessing locks nobody out who knows the password.
            for _ in 0..<25 { _ = await refusal(down.sqlPort, as: Login(user: "topology", password: "wrong")) }
            #expect(try await down.ask(as: .topology, "SELECT COUNT(*) FROM cluster_schema.members").rows == [["2"]])

            try await cluster.servers[1].start()
            for sidecar in [up, down] {
                try await waitUntil("db2 is back for \(sidecar.configuration.nodeName)") {
                    try await sidecar.members("state") == ["db1": "ONLINE", "db2": "ONLINE"]
                }
            }
            #expect(try await down.ask(as: .topology, "SELECT COUNT(*) FROM cluster_schema.members").rows == [["2"]])
        }
    }

    @Test func `a statement under way when mysqld dies ends with the connection, as it would without a sidecar`()
        async throws
    {
        try await withCluster(nodes: 1) { _, configuration in
            try configuration.addTopologyAccount()
        } _: { cluster in
            let port = cluster.sidecars[0].sqlPort
            let asked = Gate()
            async let answer = onThread {
                let tables = try RawSession(port: port)
                try tables.logIn(.topology)
                let session = try RawSession(port: port)
                try session.logIn()
                try session.send(RawSession.query("SELECT SLEEP(60)"))
                asked.open()
                return (try session.drain(), try tables.query("SELECT state FROM cluster_schema.members"))
            }
            try await onThread { try asked.wait() }
            try await waitUntil("mysqld runs the statement") {
                try await cluster.servers[0].value(
                    "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'"
                ) == "1"
            }
            try await cluster.servers[0].kill9()
            let (end, states) = try await answer
            #expect(end == 0)
            // Who hears of the end finds the tables up to date.
            #expect(states == .rows([["OFFLINE"]]))
        }
    }

    /// libmariadb takes an error of a server whose number is one of its own for a malformed packet, and hides the text.
    @Test func `clients of libmariadb are told why, also where others get error 2003`() async throws {
        try await withCluster(nodes: 1) { _, configuration in
            try configuration.addTopologyAccount()
            configuration.sqlLines = ["compat: [aurora]"]
        } _: { cluster in
            let port = cluster.sidecars[0].sqlPort
            async let cut = refusal(port, "SELECT SLEEP(60)")
            try await waitUntil("mysqld runs the statement") {
                try await cluster.servers[0].value(
                    "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'"
                ) == "1"
            }
            try await cluster.servers[0].kill9()
            #expect(await cut?.code == 2013)
            let refused = await refusal(port)
            #expect(refused?.code == 1927)
            #expect(refused?.text.contains("mysqld of this node") == true, "\(refused?.text ?? "")")
            let other = try await onThread { () throws -> String in
                do {
                    try RawSession(port: port).logIn()
                } catch {
                    return "\(error)"
                }
                return ""
            }
            #expect(other.contains("2003"))
        }
    }

    @Test func `a sidecar starts before its mysqld`() async throws {
        try await withCluster(nodes: 1) { _, configuration in
            try configuration.addTopologyAccount()
        } _: { cluster in
            await cluster.sidecars[0].kill9()
            try await cluster.servers[0].stop()
            try await cluster.sidecars[0].start()
            let sidecar = cluster.sidecars[0]
            try await waitUntil("db1 is offline") {
                try await sidecar.members("state", as: .topology) == ["db1": "OFFLINE"]
            }
            try await cluster.servers[0].start()
            try await waitUntil("db1 is online") { try await sidecar.members("state") == ["db1": "ONLINE"] }
        }
    }
}
