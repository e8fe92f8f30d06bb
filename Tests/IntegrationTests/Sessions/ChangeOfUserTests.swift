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
