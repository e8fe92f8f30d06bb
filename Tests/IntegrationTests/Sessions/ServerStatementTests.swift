import MySQLAdmin
import TestServers
import Testing

/// Queries on virtual tables alone that mysqld carries out, since their own SQL does not know all that they say.
@Suite struct ServerStatementTests {
    @Test func `mysqld's own functions and syntax work on virtual tables`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            for (statement, expected) in [
                (
                    "SELECT SOUNDEX(member_name), REGEXP_REPLACE(member_name, '[0-9]', 'N') FROM members",
                    [["D100", "dbN"]]
                ),
                ("SELECT member_name SOUNDS LIKE 'db1', member_name REGEXP '(?=db)' FROM members", [["1", "1"]]),
                ("SELECT MEDIAN(sql_port) OVER () > 0 FROM members", [["1"]]),
                ("SELECT AES_DECRYPT(AES_ENCRYPT(member_name, 'k'), 'k') FROM members", [["db1"]]),
                ("SELECT x.n FROM members m, JSON_TABLE('[7]', '$[*]' COLUMNS (n INT PATH '$')) x", [["7"]]),
                ("SELECT app.twice(member_name) FROM members", [["db1db1"]]),
            ] as [(String, [[String?]])] {
                try await cluster.servers[0].execute(
                    "CREATE OR REPLACE FUNCTION app.twice(x VARCHAR(20)) RETURNS VARCHAR(40) DETERMINISTIC RETURN CONCAT(x, x)"
                )
                #expect(try await ask(port, "USE cluster_schema", statement).rows == expected, "\(statement)")
            }
        }
    }

    @Test func `variables are set by SELECT`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            let one = try await ask(
                port,
                "SELECT @name := member_name, @port := sql_port FROM cluster_schema.members",
                "SELECT @name, @port > 0"
            )
            #expect(one.rows == [["db1", "1"]])
            let counted = try await ask(
                port,
                """
                SELECT @n := @n + 1 FROM (SELECT variable_name FROM cluster_schema.settings LIMIT 3) s,
                (SELECT @n := 0) start
                """
            )
            #expect(counted.rows == [["1"], ["2"], ["3"]])
            let into = try await ask(
                port,
                "SELECT COUNT(*), MAX(role) INTO @count, @role FROM cluster_schema.members",
                "SELECT @count, @role"
            )
            #expect(into.rows.first?.first == "1")
        }
    }

    @Test func `the clock is in UTC for mysqld too, as the tables' times are`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let result = try await ask(
                cluster.sidecars[0].sqlPort,
                "SET time_zone = '-11:00', timestamp = 1700000000",
                """
                SELECT NOW(), FROM_UNIXTIME(0), SOUNDEX('a') FROM cluster_schema.events
                WHERE at > NOW() - INTERVAL 1 HOUR LIMIT 1
                """
            )
            let into = try await ask(
                cluster.sidecars[0].sqlPort,
                "SET time_zone = '-11:00'",
                "SELECT COUNT(*) INTO @n FROM cluster_schema.events WHERE at > NOW() + INTERVAL 1 HOUR",
                "SELECT @n, @@time_zone"
            )
            #expect(into.rows == [["0", "-11:00"]])
            #expect(result.rows == [["2023-11-14 22:13:20", "1970-01-01 00:00:00", "A000"]])
        }
    }

    @Test func `decimals of the session's variables are exact`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            let result = try await ask(
                port,
                "SET @a = 0.1, @b = 12345678901234567890.123456789",
                "SELECT @a + @a + @a = 0.3, @b = 12345678901234567890.123456788, @b FROM cluster_schema.members"
            )
            #expect(result.rows == [["1", "0", "12345678901234567890.123456789"]])
        }
    }

    @Test func `what mysqld would take otherwise, and sessions without it, are refused`() async throws {
        try await withCluster(nodes: 1, configure: { try $1.addTopologyAccount() }) { cluster in
            let port = cluster.sidecars[0].sqlPort
            let zone = "SELECT SOUNDEX(member_name), NOW(), @@time_zone FROM cluster_schema.members"
            let mixed = await refusal(port, zone)
            #expect(mixed?.code == 1235)
            let alone = await refusal(port, as: .topology, "SELECT SOUNDEX(member_name) FROM cluster_schema.members")
            #expect(alone?.code == 1235)
            // By its name a statement has no text that mysqld could get.
            do {
                try await ask(
                    port,
                    "PREPARE s FROM 'SELECT SOUNDEX(member_name) FROM cluster_schema.members'"
                )
                Issue.record("a prepared statement was carried out")
            } catch let error as AdminError {
                #expect(error.code == 1235)
            }
            let unknown = await refusal(port, "SELECT no_such(member_name) FROM cluster_schema.members")
            #expect(unknown?.code == 1305)
        }
    }
}
