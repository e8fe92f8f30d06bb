import MySQLClient
import TestServers
import Testing

/// Guessing by COM_CHANGE_USER: what a login is kept from it is kept from, too.
@Suite struct ChangeOfUserTests {
    private static let both = Login(user: "both", password: "both-secret")

    /// Who guesses at whom.
    private static let names = ["topology", "both", "app", "nobody"]

    private struct Refusal: Equatable, Sendable {
        var code: Int?
        var text: String
        /// What came behind it before the end.
        var rest: Int
    }

    /// A wrong password in a session, whose name is put out of the answer.
    ///
    /// - Returns: nil if it came before the time that a login takes.
    private static func guess(_ name: String, as login: Login, _ port: UInt16) throws -> Refusal? {
        let session = try RawSession(port: port)
        try session.logIn(login)
        let clock = ContinuousClock()
        let start = clock.now
        guard case .error(let code, let text) = try session.changeUser(to: Login(user: name, password: "wrong")) else {
            throw TestServerError("\(name) is let in")
        }
        let refusal = Refusal(code: code, text: text.replacing("'\(name)'", with: "'…'"), rest: try session.drain())
        // From the client's last packet on: a little less may have been measured here.
        return clock.now - start < .milliseconds(900) ? nil : refusal
    }

    @Test(arguments: [Login.application, .topology])
    func `a wrong password is refused late, in the same words for every name, and ends the session`(
        _ login: Login
    ) async throws {
        let (hash, _) = try await PilotfishProcess.run(["hash-password"], input: Self.both.password + "\n")
        try await withCluster(nodes: 1) { _, configuration in
            try configuration.addTopologyAccount()
            configuration.accounts.append(
                SidecarConfiguration.Account(
                    name: Self.both.user,
                    passwordHash: hash.split(separator: "\n").last.map(String.init) ?? "",
                    nativePasswordHash: NativePasswordClient.storedHash(Self.both.password)
                )
            )
        } _: { cluster in
            let port = cluster.sidecars[0].sqlPort
            let refusals = try await onThread { try Self.names.map { try Self.guess($0, as: login, port) } }
            let first = try #require(refusals[0])
            #expect(first.code == 1045 && first.rest == 0)
            for (name, refusal) in zip(Self.names, refusals) { #expect(refusal == first, "\(name)") }
        }
    }

    /// What a wrong password brings, packet by packet, with the name and what is random put out of it.
    private static func steps(_ name: String, in session: RawSession) throws -> [String] {
        let (proof, plugin) = ([UInt8](repeating: 7, count: 20), Array("mysql_native_password".utf8) + [0])
        try session.send(RawSession.packet([0x11] + Array(name.utf8) + [0, 20] + proof + [0, 45, 0] + plugin))
        var steps: [String] = []
        while true {
            let (sequence, payload) = try session.packet()
            guard payload.first == 0xfe else {
                let text = String(decoding: payload.dropFirst(3), as: UTF8.self).replacing("'\(name)'", with: "'…'")
                return steps + ["\(sequence) \(payload.prefix(3)) \(text)", "\(try session.drain())"]
            }
            steps.append("\(sequence) \(payload.prefix(1 + plugin.count)) \(payload.count)")
            try session.send(RawSession.packet(proof, sequence: sequence &+ 1))
        }
    }

    enum Outage: CaseIterable {
        case serverIsDown, serverIsFull
    }

    @Test(arguments: Outage.allCases)
    func `while mysqld cannot be had, a change of user tells no name from others, and lets the sidecar's accounts in`(
        outage: Outage
    ) async throws {
        try await withCluster(nodes: 1) { _, configuration in
            try configuration.addTopologyAccount()
            configuration.accounts.append(
                SidecarConfiguration.Account(
                    name: Self.both.user,
                    passwordHash: NativePasswordClient.storedHash(Self.both.password)
                )
            )
        } _: { cluster in
            let (server, sidecar) = (cluster.servers[0], cluster.sidecars[0])
            let (port, serverPort) = (sidecar.sqlPort, server.port)
            let sessions = try await onThread {
                SendableBox(
                    try (0..<6).map { _ in
                        let session = try RawSession(port: port)
                        try session.logIn(.topology)
                        return session
                    }
                )
            }
            let others = try await onThread {
                SendableBox(
                    try (0..<10).map { _ in
                        let session = try RawSession(port: serverPort)
                        try session.logIn()
                        return session
                    }
                )
            }
            switch outage {
            case .serverIsDown: try await server.kill9()
            // They are as many as there may be, and there is one more for administrators.
            case .serverIsFull: try await server.execute("SET GLOBAL max_connections = 10")
            }
            let errno: UInt32 = outage == .serverIsDown ? 1927 : 1040
            try await waitUntil("others are told that mysqld cannot be had") {
                await refusal(port)?.code == errno
            }
            try await onThread {
                let heard = try zip(Self.names, sessions.value).map { try Self.steps($0, in: $1) }
                #expect(heard[0].count == 3 && heard[0][1].contains(outage == .serverIsDown ? "mysqld" : "Too many"))
                for (name, steps) in zip(Self.names, heard) { #expect(steps == heard[0], "\(name)") }
                #expect(try sessions.value[4].changeUser(to: Self.both) == .ok)
                #expect(try sessions.value[4].query("SELECT COUNT(*) FROM cluster_schema.members") == .rows([["1"]]))
            }
            withExtendedLifetime(others) {}
        }
    }

    @Test func `without accounts of the sidecar MariaDB's session goes on as it was`() async throws {
        try await withCluster(nodes: 1) { cluster in
            let port = cluster.sidecars[0].sqlPort
            try await onThread {
                let session = try RawSession(port: port)
                try session.logIn()
                #expect(try session.changeUser(to: Login(user: "nobody", password: "wrong")).code == 1045)
                #expect(try session.query("SELECT CURRENT_USER()") == .rows([["app@%"]]))
            }
        }
    }
}
