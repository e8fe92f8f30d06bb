import TestServers
import Testing

/// Status flags that say something to another question than the one at hand.
@Suite struct StatusFlagTests {
    /// Procedures that leave flags of cursors in the status of what they send next.
    private static let procedures = [
        """
        CREATE PROCEDURE app.cursor_closed() BEGIN
            DECLARE a INT; DECLARE c CURSOR FOR SELECT 42; OPEN c; FETCH c INTO a; CLOSE c; SELECT a; SELECT a + 1;
        END
        """,
        """
        CREATE PROCEDURE app.cursor_open(OUT o INT) BEGIN
            DECLARE a INT; DECLARE c CURSOR FOR SELECT 42; OPEN c; FETCH c INTO a; SELECT 255; SET o = a;
        END
        """,
        """
        CREATE FUNCTION app.cursor_function() RETURNS INT DETERMINISTIC READS SQL DATA BEGIN
            DECLARE a INT; DECLARE c CURSOR FOR SELECT 42; OPEN c; FETCH c INTO a; RETURN a;
        END
        """,
    ]

    private static let statements = [
        "CALL app.cursor_closed()", "CALL app.cursor_open(@o)", "SELECT app.cursor_function()",
        "SELECT i, app.cursor_function() FROM app.numbers", "INSERT INTO app.numbers SELECT app.cursor_function()",
        "SHOW TABLES FROM app WHERE app.cursor_function() = 42",
    ]

    @Test(arguments: [0, 1 << 24] as [UInt32])
    func `a cursor of a procedure's own ends no answer, as text and prepared`(deprecateEOF: UInt32) async throws {
        try await withCluster(nodes: 1) { cluster in
            let server = cluster.servers[0]
            try await server.execute("CREATE TABLE app.numbers (i INT)", "INSERT INTO app.numbers VALUES (1), (255)")
            for procedure in Self.procedures { try await server.execute(procedure) }
            let ports = [server.port, cluster.sidecars[0].sqlPort]
            try await onThread {
                let sessions = try ports.map { try RawSession(port: $0) }
                // With results of prepared procedures.
                for session in sessions { try session.logIn(alsoWanting: deprecateEOF | 1 << 18) }
                for statement in Self.statements {
                    try Self.expectSame(sessions, RawSession.query(statement), statement)
                    let prepare = PreparedStatementTests.prepare(statement)
                    for flags: UInt8 in [0, 1] {
                        try Self.expectSame(sessions, prepare, statement, isPreparing: true)
                        let execute = RawSession.packet([0x17, 0xff, 0xff, 0xff, 0xff, flags, 1, 0, 0, 0])
                        try Self.expectSame(sessions, execute, "\(statement), flags \(flags)")
                        let fetch = RawSession.packet([0x1c, 0xff, 0xff, 0xff, 0xff, 9, 0, 0, 0])
                        try Self.expectSame(sessions, fetch, "\(statement), fetched")
                    }
                }
            }
        }
    }

    /// A statement of the sidecar's own comes in its turn behind the answer.
    private static func expectSame(
        _ sessions: [RawSession],
        _ command: [UInt8],
        _ what: String,
        isPreparing: Bool = false
    ) throws {
        // The ids of prepared statements differ, and so do errors that name them.
        let answers = try sessions.map { session in
            try session.packets(answering: command).enumerated().map { index, packet in
                isPreparing && index == 0
                    ? Array(packet.dropFirst(5)) : packet.first == 0xff ? Array(packet[..<3]) : packet
            }
        }
        #expect(answers[0] == answers[1], "\(what)")
        #expect(try sessions[1].query("SELECT member_name FROM cluster_schema.members") == .rows([["db1"]]), "\(what)")
    }

    @Test func `reports of progress stand anywhere: tables are checked and repaired as on the server`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let server = cluster.servers[0]
            for engine in ["MyISAM", "Aria", "InnoDB"] {
                try await server.execute(
                    "CREATE TABLE app.\(engine) (i INT PRIMARY KEY, t VARCHAR(100), KEY (t)) ENGINE = \(engine)",
                    "INSERT INTO app.\(engine) SELECT seq, REPEAT('x', seq % 100) FROM app.seq_1_to_20000"
                )
            }
            let statements = ["MyISAM", "Aria", "InnoDB"].map { engine in
                """
                CHECK TABLE app.\(engine) EXTENDED; ANALYZE TABLE app.\(engine); REPAIR TABLE app.\(engine);
                OPTIMIZE TABLE app.\(engine); ALTER TABLE app.\(engine) ADD KEY (t, i), FORCE;
                CHECKSUM TABLE app.\(engine); SELECT member_name FROM cluster_schema.members;
                """
            }.joined()
            let shell = try await MariaDBShell.run(
                port: cluster.sidecars[0].sqlPort,
                statements,
                options: ["--progress-reports"]
            )
            let direct = try await MariaDBShell.run(
                port: server.port,
                statements.replacing("SELECT member_name FROM cluster_schema.members", with: "SELECT 'db1'"),
                options: ["--progress-reports"]
            )
            #expect(shell == direct)
            #expect(shell.filter { $0 == "db1" }.count == 3)

            for action in ["--check", "--analyze", "--optimize", "--repair"] {
                // The second time there may be less to do.
                _ = try await Self.check(port: server.port, [action, "--databases", "app"])
                let found = try await Self.check(port: cluster.sidecars[0].sqlPort, [action, "--databases", "app"])
                let direct = try await Self.check(port: server.port, [action, "--databases", "app"])
                #expect(found == direct, "\(action)")
                #expect(found.count >= 3, "\(action)")
            }
        }
    }

    /// Runs `mariadb-check`.
    private static func check(port: UInt16, _ options: [String]) async throws -> [String] {
        let directory = try TemporaryRoot.makeDirectory("check")
        defer { removeTree(directory) }
        let login = Login.application
        let client = try await ChildProcess.start(
            "mariadb-check",
            [
                "--no-defaults", "--host=127.0.0.1", "--port=\(port)", "--user=\(login.user)",
                "--password=\(login.password)",
            ] + options,
            outputFile: directory + "/output"
        )
        let exit = await client.waitForExit()
        let output = try contents(of: directory + "/output")
        guard exit == .code(0) else { throw TestServerError("mariadb-check: \(String(describing: exit)) \(output)") }
        return output.split(separator: "\n").map(String.init)
    }
}
