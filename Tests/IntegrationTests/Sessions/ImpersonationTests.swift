import MySQLClient
import TestServers
import Testing

/// Who can be whom through a sidecar: whatever a client calls itself, mysqld reads the name that the sidecar has decided
/// by, and nobody is taken for the sidecar itself.
@Suite struct ImpersonationTests {
    /// How a client that is logged in gets into another state before it asks to be somebody else.
    enum State: String, CaseIterable, Sendable {
        case idle
        case transaction
        case prepared
        case virtualSchema
        case failedStatement
        case refusedDump
        case refusedDumpByGTID
        case tableDump
        case endOfFileBeforeItsTime
        case sidecarAccount
    }

    @Test(arguments: ServerWay.allCases)
    func `a name is read alike by mysqld and by the sidecar, and is nobody's whom a socket identifies`(
        way: ServerWay
    ) async throws {
        let victim = try #require(userName())
        try await withCluster(nodes: 1, reached: way) { cluster in
            try await cluster.servers[0].prepareVictim(victim)
            try await Self.compare(port: cluster.sidecars[0].sqlPort, victim: victim)
        }
    }

    @Test(
        .enabled(if: MySQL9Server.isInstalled, "scripts/install-mysql9 has not been run, or not by root"),
        arguments: ServerWay.allCases
    )
    func `on MySQL 9 a name is read alike, too`(way: ServerWay) async throws {
        let victim = try #require(userName())
        try await MySQL9Server.with { server in
            let sidecar = try await Self.sidecar(of: server, way)
            try await server.query(
                "INSTALL PLUGIN auth_socket SONAME 'auth_socket.so'",
                "CREATE USER ''@'%'",
                "CREATE DATABASE app",
                "GRANT ALL ON app.* TO ''@'%'",
                "ALTER USER '\(victim)'@'localhost' IDENTIFIED WITH auth_socket"
            )
            do {
                try await Self.compare(port: sidecar.sqlPort, victim: victim)
            } catch {
                await sidecar.remove()
                throw error
            }
            await sidecar.remove()
        }
    }

    private static func compare(port: UInt16, victim: String) async throws {
        var random = SplitMix(seed: 11)
        let names = HostileName.all(of: victim, using: &random)
        let changes = names.indices.filter { $0 % 4 == 1 }.map { names[$0] }
        let accepted = try await onThread {
            var accepted: Set<String> = []
            for name in names {
                let session = try RawSession(port: port)
                let reply = try session.become(name.bytes, characterSet: name.characterSet, byChange: false)
                try check(reply, name, of: session, victim: victim, &accepted)
            }
            for name in changes {
                let session = try RawSession(port: port)
                #expect(try session.become(Array("first".utf8), characterSet: 45, byChange: false) == .ok)
                let reply = try session.become(name.bytes, characterSet: name.characterSet, byChange: true)
                try check(reply, name, of: session, victim: victim, &accepted)
            }
            return accepted
        }
        // Neither refused all of them nor let all of them pass as one.
        #expect(accepted.count > 50)
        #expect(accepted.contains(victim.uppercased()))
    }

    private static func check(
        _ reply: RawSession.Reply,
        _ name: HostileName,
        of session: RawSession,
        victim: String,
        _ accepted: inout Set<String>
    ) throws {
        guard case .ok = reply else {
            guard case .error(let code, let text) = reply else { return }
            // Denied by the sidecar or by mysqld; or a character set that no client may have.
            #expect([1045, 1698, 1231, 1115].contains(code), "\(name): \(code) \(text)")
            return
        }
        #expect(try session.query("SET NAMES utf8mb4") == .ok)
        guard
            case .rows(let server) = try session.query("SELECT HEX(USER()), CURRENT_USER()"),
            case .rows(let own) = try session.query("SELECT HEX(USER()) FROM cluster_schema.cluster"),
            let read = server.first?[0], let account = server.first?[1], let decided = own.first?[0]
        else {
            Issue.record("\(name): no answer")
            return
        }
        #expect(user(read) == user(decided), "\(name): mysqld has read \(read), the sidecar \(decided)")
        #expect(!account.hasPrefix(victim + "@"), "\(name) is \(account)")
        accepted.insert(user(read))
    }

    /// The user of a hexadecimal `user@host`.
    private static func user(_ hexadecimal: String) -> String {
        var bytes: [UInt8] = []
        var rest = hexadecimal[...]
        while rest.count >= 2 {
            bytes.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
            rest = rest.dropFirst(2)
        }
        let end = bytes.lastIndex(of: UInt8(ascii: "@")) ?? bytes.endIndex
        return String(decoding: bytes[..<end], as: UTF8.self)
    }

    @Test(arguments: State.allCases)
    func `a change of user is looked at in every state of a session`(state: State) async throws {
        let victim = try #require(userName())
        try await withCluster(nodes: 1) { _, configuration in
            try configuration.addTopologyAccount()
        } _: { cluster in
            try await cluster.servers[0].prepareVictim(victim)
            try await cluster.servers[0].execute("CREATE TABLE app.file (line TEXT)")
            let port = cluster.sidecars[0].sqlPort
            try await onThread {
                for name in [victim, "'\(victim)'"] {
                    for filler in [0, 70_000] {
                        let session = try RawSession(port: port)
                        try session.enter(state)
                        let reply = try? session.become(
                            Array(name.utf8),
                            characterSet: 45,
                            byChange: true,
                            filler: filler
                        )
                        #expect(reply != .ok, "\(name), \(filler) bytes more")
                        let account = try? session.query("SELECT CURRENT_USER()")
                        if case .rows(let rows) = account { Issue.record("still open, as \(rows)") }
                    }
                }
            }
        }
    }

    @Test func `another node's sidecar decides for itself who may be whom`() async throws {
        let ports = try (0..<2).map { _ in try PortAllocator.allocate() }
        let victim = try #require(userName())
        try await withCluster(nodes: 2) { node, configuration in
            configuration.sqlLines = ["primary_listen: 127.0.0.1:\(ports[node])"]
        } _: { cluster in
            try await cluster.servers[0].prepareVictim(victim)
            for port in ports {
                try await waitUntil("port \(port) leads to db1") {
                    try await ask(port, "SELECT @@server_id").rows == [["1"]]
                }
                try await onThread {
                    for name in [victim, "'\(victim)'", "''\(victim)''"] {
                        let session = try RawSession(port: port)
                        let reply = try session.become(Array(name.utf8), characterSet: 45, byChange: false)
                        #expect(reply.code == 1045, "\(name) by a login: \(reply)")
                        let other = try RawSession(port: port)
                        try other.logIn()
                        let change = try other.become(Array(name.utf8), characterSet: 45, byChange: true)
                        #expect(change.code == 1045, "\(name) by a change: \(change)")
                    }
                }
            }
        }
    }

    private static func sidecar(of server: MySQL9Server, _ way: ServerWay) async throws -> PilotfishProcess {
        let directory = try TemporaryRoot.makeDirectory("mysql9-sidecar")
        try await server.query(
            "CREATE USER 'pilotfish'@'%' IDENTIFIED BY 'probe-secret'",
            "GRANT REPLICATION CLIENT ON *.* TO 'pilotfish'@'%'"
        )
        let sidecar = try PilotfishProcess(
            .alone(
                serverAddress: way.address(socket: server.socketPath, port: server.port),
                directory: directory,
                password: "probe-secret"
            )
        )
        try await sidecar.start()
        return sidecar
    }
}

extension MariaDBServer {
    /// The account that the unix socket identifies, which is closed over TCP, and one without a name for everybody else.
    fileprivate nonisolated func prepareVictim(_ user: String) async throws {
        try await execute(
            "CREATE USER ''@'%'",
            "GRANT ALL ON app.* TO ''@'%'",
            "CREATE USER IF NOT EXISTS '\(user)'@'localhost'",
            "DELETE FROM mysql.global_priv WHERE User = '\(user)' AND Host <> 'localhost'",
            "FLUSH PRIVILEGES",
            "ALTER USER '\(user)'@'localhost' IDENTIFIED VIA unix_socket"
        )
    }
}

extension RawSession {
    fileprivate func enter(_ state: ImpersonationTests.State) throws {
        if state == .sidecarAccount {
            try logIn(.topology)
            return
        }
        // With LOAD DATA LOCAL.
        try logIn(alsoWanting: 0x80)
        switch state {
        case .idle, .sidecarAccount: break
        case .transaction: #expect(try query("BEGIN") == .ok)
        case .prepared:
            #expect(try query("PREPARE one FROM 'SELECT 1'") == .ok)
            try send(Self.packet([0x16] + Array("SELECT 1".utf8)))
            for _ in 0..<3 { _ = try packet() }
        case .virtualSchema: #expect(try query("USE cluster_schema") == .ok)
        case .failedStatement: #expect(try query("SELECT nothing").code == 1054)
        case .refusedDump:
            try send(Self.packet([0x12, 4, 0, 0, 0, 0, 0, 9, 0, 0, 0]))
            #expect(try packet().payload.first == 0xff)
        case .refusedDumpByGTID:
            try send(Self.packet([0x1e] + [UInt8](repeating: 0, count: 30)))
            #expect(try packet().payload.first == 0xff)
        case .tableDump:
            try send(Self.packet([0x13] + Array("\u{3}app\u{4}file".utf8)))
            #expect(try packet().payload.first == 0xff)
        case .endOfFileBeforeItsTime:
            try send(Self.query("LOAD DATA LOCAL INFILE 'x' INTO TABLE app.file") + Self.packet([]))
            _ = try packet()
        }
    }
}
