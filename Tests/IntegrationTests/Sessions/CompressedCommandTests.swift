import TestServers
import Testing

/// Commands of several packets by libmariadb with compression: it gives them all the number 0, and mysqld does not look.
@Suite struct CompressedCommandTests {
    @Test func `commands of any length and local files arrive compressed as they do plain`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let server = cluster.servers[0]
            try await server.execute(
                "SET GLOBAL max_allowed_packet = 134217728",
                "SET GLOBAL local_infile = 1",
                "CREATE TABLE app.texts (bytes INT, hash CHAR(32))",
                "CREATE TABLE app.numbers (i INT PRIMARY KEY)"
            )
            let part = 0xff_ffff
            // Behind COM_QUERY's byte: whole packets and one byte less or more.
            let lengths = [part - 1, part, part + 1, 2 * part, 2 * part + 1000]
            let statements = lengths.map { length in
                let (head, tail) = ("INSERT INTO app.texts SELECT LENGTH(t), MD5(t) FROM (SELECT '", "' AS t) x")
                let count = length - 1 - head.utf8.count - tail.utf8.count
                return head + String(repeating: "0123456789abcdef", count: count / 16 + 1).prefix(count) + tail
            }
            let directory = try TemporaryRoot.makeDirectory("infile")
            defer { removeTree(directory) }
            try write((1...50_000).map { "\($0)\n" }.joined(), to: directory + "/numbers")
            let load = "LOAD DATA LOCAL INFILE '\(directory)/numbers' REPLACE INTO TABLE app.numbers"
            var answers: [[String]] = []
            for options in [[], ["--compress"]] {
                let lines = try await MariaDBShell.run(
                    port: cluster.sidecars[0].sqlPort,
                    """
                    TRUNCATE app.texts; TRUNCATE app.numbers;
                    \(statements.joined(separator: ";\n"));
                    \(load); \(load);
                    SELECT * FROM app.texts ORDER BY 1; SELECT COUNT(*), SUM(i) FROM app.numbers;
                    SELECT member_name FROM cluster_schema.members;
                    """,
                    options: ["--max-allowed-packet=134217728", "--local-infile=1"] + options
                )
                answers.append(lines)
            }
            #expect(answers[1] == answers[0])
            #expect(answers[0].count == lengths.count + 2 && answers[0].last == "db1")
            #expect(answers[0].contains("50000\t1250025000"))
            #expect(try await cluster.sidecars[0].status("PROXY_PROTOCOL_VIOLATIONS") == 0)
        }
    }
}
