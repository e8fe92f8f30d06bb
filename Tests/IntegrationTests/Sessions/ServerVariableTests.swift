import MySQLClient
import TestServers
import Testing

@Suite struct ServerVariableTests {
    @Test func `variables in statements on virtual tables have mysqld's values`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            let result = try await ask(
                port,
                "SET @x = 'db', @n = 5, @m = NULL",
                "SET SESSION sort_buffer_size = 262144",
                """
                SELECT CONCAT(@x, '1') = member_name, @n + 1, @m, @nosuch, @@sort_buffer_size, @@session.autocommit, @@version = VERSION()
                FROM cluster_schema.members
                """
            )
            #expect(result.rows == [["1", "6", nil, nil, "262144", "1", "1"]])
            let byVariable = try await ask(
                port,
                "SET @name = 'DB1'",
                "SELECT member_name FROM cluster_schema.members WHERE member_name = @name LIMIT 1"
            )
            #expect(byVariable.rows == [["db1"]])
        }
    }

    @Test func `conditions of listings read variables`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            let tables = try await ask(
                port,
                "SET @p = 'MEMB%'",
                "SHOW TABLES FROM cluster_schema WHERE Tables_in_cluster_schema LIKE @p"
            )
            #expect(tables.rows == [["MEMBERS"]])
            let schemas = try await ask(
                port,
                "SET @d = 'cluster_schema'",
                "SHOW DATABASES WHERE `Database` = @d"
            )
            #expect(schemas.rows == [["cluster_schema"]])
        }
    }

    @Test func `two bars join texts where the session's sql_mode says so`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            let statement = "SELECT member_name || '!' FROM cluster_schema.members"
            let joined = try await ask(port, "SET sql_mode = 'PIPES_AS_CONCAT'", statement)
            #expect(joined.rows == [["db1!"]])
            let either = try await ask(port, "SET sql_mode = ''", statement)
            #expect(either.rows == [["0"]])
        }
    }

    @Test func `what mysqld does not know is refused by its number, and the session goes on`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            let error = await refusal(port, "SELECT @@nosuch_variable FROM cluster_schema.members")
            #expect(error?.code == 1193)
            try await onThread {
                let session = try RawSession(port: port)
                try session.logIn()
                // Pipelined: the question to mysqld stands between the commands.
                try session.send(
                    RawSession.query("SET @a = 7") + RawSession.query("SELECT @a FROM cluster_schema.cluster")
                        + RawSession.query("SELECT @@nosuch FROM cluster_schema.cluster")
                        + RawSession.query("SELECT @a + 1")
                )
                #expect(try session.reply() == .ok)
                #expect(try session.reply() == .rows([["7"]]))
                guard case .error(let code, _) = try session.reply() else {
                    Issue.record("no error")
                    return
                }
                #expect(code == 1193)
                #expect(try session.reply() == .rows([["8"]]))
            }
        }
    }
}
