import ClusterModel
import MySQLClient
import TestServers
import Testing

@Suite struct AdminConnectionTests {
    /// One connection as root through each kind of address.
    @Test func connectsBySocketAndByTCP() async throws {
        try await withServers { servers in
            let server = servers[0]
            let addresses = [
                server.address, .tcp(HostPort(host: "127.0.0.1", port: server.port)),
                .tcp(HostPort(host: "localhost", port: server.port)),
            ]
            for address in addresses {
                let seen = try await onThread {
                    let connection = try AdminConnection(Self.root(address))
                    let port = try connection.query("SELECT @@port, CONNECTION_ID()").rows.first ?? []
                    return (port, connection.isMariaDB, connection.threadID)
                }
                #expect(seen.0 == ["\(server.port)", "\(seen.2)"])
                #expect(seen.1)
            }
        }
    }

    @Test func copiesValuesAsText() async throws {
        try await withServers { servers in
            let result = try await servers[0].query(
                "SELECT NULL AS a, '' AS b, 'é🐟' AS c, 1.50 AS d UNION SELECT 1,2,3,4"
            )
            #expect(result.columns == ["a", "b", "c", "d"])
            #expect(result.rows == [[nil, "", "é🐟", "1.50"], ["1", "2", "3", "4.00"]])
            #expect(try await servers[0].query("SELECT 1 FROM DUAL WHERE FALSE").rows == [])
            #expect(try await servers[0].query("SET @a = 1") == QueryResult())
        }
    }

    @Test func anErrorHasTheServersNumberStateAndText() async throws {
        try await withServers { servers in
            let error = await #expect(throws: AdminError.self) { try await servers[0].query("SELECT * FROM nowhere.t") }
            #expect(error?.code == 1146)
            #expect(error?.sqlState == "42S02")
            #expect(error?.text.contains("nowhere.t") == true)
            #expect(error?.isConnectionLost == false)
        }
    }

    @Test func oneStatementAtATime() async throws {
        try await withServers { servers in
            let error = await #expect(throws: AdminError.self) { try await servers[0].query("SELECT 1; SELECT 2") }
            #expect(error?.code == 1064)
        }
    }

    @Test func theServerCannotAskForALocalFile() async throws {
        try await withServers { servers in
            try await servers[0].execute(
                "SET GLOBAL local_infile = 1",
                "CREATE DATABASE d",
                "CREATE TABLE d.t (a TEXT)"
            )
            let error = await #expect(throws: AdminError.self) {
                try await servers[0].query("LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE d.t")
            }
            #expect(error.map { [1148, 2068, 4166].contains($0.code) } == true, "\(String(describing: error))")
            #expect(try await servers[0].value("SELECT COUNT(*) FROM d.t") == "0")
        }
    }

    @Test func aHugeRowIsAnErrorAndNotAnAllocation() async throws {
        try await withServers { servers in
            let length = try await servers[0].value("SELECT LENGTH(REPEAT('x', 5000000))")
            #expect(length == "5000000")
            let error = await #expect(throws: AdminError.self) {
                try await servers[0].query("SELECT REPEAT('x', 5000000)")
            }
            #expect(error?.isConnectionLost == true)
        }
    }

    @Test func aSlowStatementEndsByTheTimeout() async throws {
        try await withServers { servers in
            let address = servers[0].address
            let error = await #expect(throws: AdminError.self) {
                try await onThread {
                    let connection = try AdminConnection(Self.root(address, queryTimeout: .milliseconds(300)))
                    // It would end in a row, not in an error.
                    try connection.query("SELECT SLEEP(20)")
                }
            }
            #expect(error?.isConnectionLost == true)
        }
    }

    @Test func aClosedConnectionRefusesQueries() async throws {
        try await withServers { servers in
            let address = servers[0].address
            let error = await #expect(throws: AdminError.self) {
                try await onThread {
                    let connection = try AdminConnection(Self.root(address))
                    connection.close()
                    connection.close()
                    try connection.query("SELECT 1")
                }
            }
            #expect(error?.code == 2006)
        }
    }

    @Test func thePasswordIsInNoErrorAndNoDump() async throws {
        try await withServers { servers in
            let password = "open sesame"
            let settings = ConnectionSettings.patient(servers[0].address, password: AccountPassword(password))
            let error = await #expect(throws: AdminError.self) {
                try await onThread { _ = try AdminConnection(settings) }
            }
            #expect(error?.code == 1045)
            #expect(error.map { "\($0)".contains(password) } == false)
            var dumped = ""
            dump(settings, to: &dumped)
            for text in [dumped, "\(settings)", String(reflecting: settings)] { #expect(!text.contains(password)) }
        }
    }

    private static func root(_ address: ServerAddress, queryTimeout: Duration = .seconds(10)) -> ConnectionSettings {
        ConnectionSettings(address: address, user: "root", password: "", queryTimeout: queryTimeout)
    }
}

@Suite struct ServerAddressTests {
    @Test(arguments: [
        ("unix:/run/mysqld/mysqld.sock", ServerAddress.unixSocket(path: "/run/mysqld/mysqld.sock")),
        ("127.0.0.1:3306", .tcp(HostPort(host: "127.0.0.1", port: 3306))),
        ("[::1]:3306", .tcp(HostPort(host: "::1", port: 3306))),
    ])
    func readsWhatTheConfigurationMayHold(text: String, address: ServerAddress) {
        #expect(ServerAddress(text) == address)
        #expect(address.description == text)
    }

    @Test(arguments: ["", "unix:", "unix:relative", "unix:/" + String(repeating: "x", count: 107), "db1", "db1:x"])
    func refusesTheRest(text: String) {
        #expect(ServerAddress(text) == nil)
    }
}
