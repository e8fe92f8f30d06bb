import MySQLClient
import TestServers
import Testing

@Suite struct ForwardingTests {
    @Test func `mysqld refuses a wrong password in its own words`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            let direct = await refusal(cluster.servers[0].port, as: Login(user: "app", password: "wrong"))
            let relayed = await refusal(port, as: Login(user: "app", password: "wrong"))
            #expect(relayed?.code == 1045)
            #expect(relayed?.sqlState == direct?.sqlState)
            // With a word on whom mysqld sees; it names that one.
            #expect(relayed?.text.hasPrefix("Access denied for user 'app'@'localhost' (using password: YES)") == true)
            #expect(relayed?.text.contains("sidecar's host") == true)
            #expect(await refusal(port, as: Login(user: "app", password: "")) != nil)
            #expect(await refusal(port, as: .application) == nil)
        }
    }

    @Test func `a refused login does not tell whether the sidecar or mysqld has such an account`() async throws {
        try await withCluster(nodes: 1) { _, configuration in
            try configuration.addTopologyAccount()
        } _: { cluster in
            let port = cluster.sidecars[0].sqlPort
            var texts: Set<String> = []
            for (user, password) in [("topology", "wrong"), ("app", "wrong"), ("nobody", "wrong")] {
                let start = ContinuousClock.now
                let refused = await refusal(port, as: Login(user: user, password: password))
                // The same pause for all of them.
                #expect(ContinuousClock.now - start >= .seconds(1), "\(user)")
                #expect(refused?.code == 1045, "\(user): \(String(describing: refused))")
                #expect(refused?.sqlState == "28000")
                texts.insert((refused?.text ?? "").replacing("'\(user)'", with: "'someone'"))
            }
            #expect(texts.count == 1, "\(texts)")
        }
    }

    @Test func `mysqld is reached over loopback TCP as well`() async throws {
        try await withServers { servers in
            try await servers[0].createAccounts()
            let sidecar = try PilotfishProcess(.alone(beside: servers[0], by: .tcp))
            try await sidecar.start()
            // Of a session over the unix socket the host has no port.
            let host = try await sidecar.ask(
                "SELECT host LIKE '%:%' FROM information_schema.processlist WHERE id = CONNECTION_ID()"
            )
            #expect(host.rows == [["1"]])
            try await waitUntil("the probe has reached mysqld") {
                try await sidecar.members("state") == ["db1": "ONLINE"]
            }
            // mysqld sees the client's own address: its words are true, and nothing is added to them.
            let wrong = Login(user: "app", password: "wrong")
            let refused = await refusal(sidecar.sqlPort, as: wrong)
            #expect(refused?.code == 1045)
            #expect(refused?.text == (await refusal(servers[0].port, as: wrong))?.text)
            await sidecar.remove()
        }
    }

    @Test func `mysqld may switch to another authentication method`() async throws {
        try await withCluster(nodes: 1) { cluster in
            try await cluster.servers[0].query("INSTALL SONAME 'auth_ed25519'")
            try await cluster.servers[0].query(
                "CREATE USER 'ed'@'%' IDENTIFIED VIA ed25519 USING PASSWORD('ed-secret')"
            )
            let port = cluster.sidecars[0].sqlPort
            let user = try await ask(port, as: Login(user: "ed", password: "ed-secret"), "SELECT CURRENT_USER()")
            #expect(user.rows == [["ed@%"]])
            #expect(await refusal(port, as: Login(user: "ed", password: "wrong"))?.code == 1045)
        }
    }

    @Test func `a user whom the unix socket would identify is not relayed`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let user = try #require(userName())
            try await cluster.servers[0].query(
                "CREATE OR REPLACE USER '\(user)'@'localhost' IDENTIFIED VIA unix_socket"
            )
            let refused = await refusal(cluster.sidecars[0].sqlPort, as: Login(user: user, password: ""))
            // Once the probe has seen what the socket does, clients come to mysqld by TCP, and mysqld refuses.
            let isRefusedByServer = refused?.code == 1698
            #expect(isRefusedByServer || refused?.code == 1045)
            #expect(isRefusedByServer || refused?.text.contains("operating system account") == true)
        }
    }

    @Test func `statements of 16 MiB and more go through whole`() async throws {
        try await withCluster(nodes: 1) { cluster in
            try await cluster.servers[0].execute("SET GLOBAL max_allowed_packet = 67108864")
            let port = cluster.sidecars[0].sqlPort
            try await onThread {
                let session = try RawSession(port: port)
                try session.logIn()
                let limit = 0xff_ffff
                let frame = "\u{3}SELECT CRC32('')".utf8.count
                for length in [limit - frame - 1, limit - frame, limit - frame + 1, 20_000_000] {
                    let answer = try session.query("SELECT CRC32('\(String(repeating: "x", count: length))')")
                    #expect(answer == .rows([["\(CRC32.ofRepeated(UInt8(ascii: "x"), count: length))"]]))
                }
                #expect(try session.query("SELECT 1") == .rows([["1"]]))
            }
        }
    }

    @Test func `rows of 16 MiB and more come back whole`() async throws {
        try await withCluster(nodes: 1) { cluster in
            try await cluster.servers[0].execute("SET GLOBAL max_allowed_packet = 67108864")
            let port = cluster.sidecars[0].sqlPort
            try await onThread {
                let session = try RawSession(port: port)
                try session.logIn()
                // Four bytes of the payload tell the text's length.
                let limit = 0xff_ffff - 4
                for length in [limit - 1, limit, limit + 1, 40_000_000] {
                    guard case .rows(let rows) = try session.query("SELECT REPEAT('y', \(length))") else {
                        Issue.record("no rows")
                        return
                    }
                    #expect(rows.first?.first.flatMap { $0 }?.utf8.count == length)
                }
                #expect(try session.query("SELECT 1") == .rows([["1"]]))
            }
        }
    }

    @Test func `statements that only mention the tables are mysqld's`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let sidecar = cluster.sidecars[0]
            let before = try await sidecar.status("PROXY_VIRTUAL_STATEMENTS")
            let port = sidecar.sqlPort
            #expect(
                try await ask(port, "SELECT 'cluster_schema.members' AS a").rows == [["cluster_schema.members"]]
            )
            #expect(try await ask(port, "SELECT /* FROM cluster_schema.members */ 1").rows == [["1"]])
            #expect(try await ask(port, "SELECT 1 -- cluster_schema.members").rows == [["1"]])
            #expect(try await ask(port, "SELECT \"information_schema.cluster_members\"").rows.count == 1)
            try await ask(port, "CREATE TABLE app.cluster_members (id INT)")
            try await ask(port, "INSERT INTO app.cluster_members VALUES (7)")
            #expect(try await ask(port, "SELECT id FROM app.cluster_members").rows == [["7"]])
            // The statement that asks counts itself.
            #expect(try await sidecar.status("PROXY_VIRTUAL_STATEMENTS") == before + 1)
        }
    }

    @Test func `ordinary commands of a session behave as without the sidecar`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            try await onThread {
                let session = try RawSession(port: port)
                try session.logIn(schema: "app")
                #expect(try session.query("SELECT DATABASE()") == .rows([["app"]]))
                #expect(try session.query("CREATE TABLE t (id INT PRIMARY KEY, v TEXT)") == .ok)
                #expect(try session.query("BEGIN") == .ok)
                #expect(try session.query("INSERT INTO t VALUES (1, 'one'), (2, NULL)") == .ok)
                #expect(try session.query("SELECT * FROM t") == .rows([["1", "one"], ["2", nil]]))
                #expect(try session.query("ROLLBACK") == .ok)
                #expect(try session.query("SELECT * FROM t") == .rows([]))
                #expect(
                    try session.query("SELEC")
                        == .error(
                            code: 1064,
                            text: "You have an error in your SQL syntax; check the manual that corresponds to your "
                                + "MariaDB server version for the right syntax to use near 'SELEC' at line 1"
                        )
                )
                // COM_INIT_DB, COM_PING, COM_RESET_CONNECTION, and one that does not exist.
                try session.send(RawSession.packet([0x02] + Array("information_schema".utf8)))
                #expect(try session.reply() == .ok)
                try session.send(RawSession.packet([0x0e]))
                #expect(try session.reply() == .ok)
                try session.send(RawSession.packet([0x1f]))
                #expect(try session.reply() == .ok)
                try session.send(RawSession.packet([0x7e]))
                #expect(try session.reply() == .error(code: 1047, text: "Unknown command"))
                #expect(try session.query("SELECT 1") == .rows([["1"]]))
            }
        }
    }
}

/// The checksum of zip and of SQL's CRC32().
enum CRC32 {
    static func ofRepeated(_ byte: UInt8, count: Int) -> UInt32 {
        let table = (0..<256).map { (index: UInt32) -> UInt32 in
            var entry = index
            for _ in 0..<8 {
                let isOdd = entry & 1 == 1
                entry >>= 1
                if isOdd { entry ^= 0xedb8_8320 }
            }
            return entry
        }
        var value = UInt32.max
        for _ in 0..<count { value = (value >> 8) ^ table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] }
        return ~value
    }
}
