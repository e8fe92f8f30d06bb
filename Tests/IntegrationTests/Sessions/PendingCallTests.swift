import Glibc
import MySQLClient
import TestServers
import Testing

/// A CALL that takes long: its configuration file is a pipe that nobody writes into.
@Suite struct PendingCallTests {
    private static let operatorLogin = Login(user: "operator", password: "operator-secret")
    private static let call = RawSession.query("CALL cluster_schema.reload()")

    @Test func `KILL QUERY ends a CALL under way, and the session goes on`() async throws {
        try await withPipe { cluster, release in
            let port = cluster.sidecars[0].sqlPort
            for login in [Self.operatorLogin, Login(user: "admin", password: "secret")] {
                let (box, _) = try await begin(port, login)
                try await ask(port, as: login, "KILL QUERY \(box.value.connectionID)")
                try await onThread { () throws in
                    guard case .error(let code, let text) = try box.value.reply() else {
                        Issue.record("no error")
                        return
                    }
                    #expect(code == 1317, "\(text)")
                    // What came meanwhile is answered now; the late result of the CALL is not among the answers.
                    #expect(try box.value.reply() == .rows([["1"]]))
                }
                try await release()
                try await onThread { () throws in
                    #expect(try box.value.query("SELECT COUNT(*) FROM cluster_schema.members") == .rows([["1"]]))
                }
            }
        }
    }

    @Test func `a client that goes away does not leave its CALL behind`() async throws {
        try await withPipe { cluster, release in
            let port = cluster.sidecars[0].sqlPort
            for login in [Self.operatorLogin, Login(user: "admin", password: "secret")] {
                let id = try await begin(port, login).id
                try await waitUntil("the session has ended") {
                    try await state(port, of: id) == nil
                }
                try await release()
            }
        }
    }

    /// Sends the CALL, and another statement behind it, and waits until it is under way.
    ///
    /// - Returns: with the id that CONNECTIONS has.
    private func begin(_ port: UInt16, _ login: Login) async throws -> (SendableBox<RawSession>, id: String) {
        let (box, id) = try await onThread {
            let session = try RawSession(port: port)
            try session.logIn(login)
            let id = try session.knownID()
            try session.send(Self.call + RawSession.query("SELECT COUNT(*) FROM cluster_schema.cluster"))
            return (SendableBox(session), id)
        }
        try await waitUntil("the CALL is under way") { try await state(port, of: id) == "EXECUTING" }
        return (box, id)
    }

    private func state(_ port: UInt16, of id: String) async throws -> String? {
        let statement = "SELECT state FROM cluster_schema.connections WHERE connection_id = \(id)"
        return try await ask(port, as: Self.operatorLogin, statement).rows.first?.first ?? nil
    }

    // MARK: The pipe

    /// - Parameter body: its second parameter lets one CALL go on.
    private func withPipe(
        _ body: (TestCluster, () async throws -> Void) async throws -> Void
    ) async throws {
        try await withCluster(
            nodes: 1,
            configure: { _, configuration in
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
                "CREATE USER 'admin'@'%' IDENTIFIED BY 'secret'",
                "GRANT REPLICATION SLAVE ADMIN ON *.* TO 'admin'@'%'"
            )
            let path = cluster.sidecars[0].configurationFile
            let yaml = cluster.sidecars[0].configuration.yaml
            try #require(unlink(path) == 0 && mkfifo(path, 0o600) == 0)
            try await body(cluster) {
                try await onThread {
                    // Succeeds as soon as somebody reads.
                    let pipe = open(path, O_WRONLY)
                    try #require(pipe >= 0)
                    defer { close(pipe) }
                    let bytes = Array(yaml.utf8)
                    try #require(write(pipe, bytes, bytes.count) == bytes.count)
                }
            }
        }
    }
}
