import ClusterModel
import NIOCore
import Testing
import WirePackets

@testable import MySQLSession
@testable import MySQLWire

@Suite("The logins of a session")
struct SessionLoginTests {
    private typealias Action = SessionLogin.Action

    private static let socket = ServerAddress.unixSocket(path: "/run/mysqld/mysqld.sock")
    private static let proof = (1...20).map { UInt8($0 + 40) }
    private static let outage = SQLError(errno: 1927, sqlState: "HY000", message: "mysqld is OFFLINE")

    private func greeted() -> SessionLogin {
        var login = SessionLogin(
            greetingScramble: Self.proof,
            switchScramble: (1...20).map { UInt8($0 + 70) },
            clientHost: "192.0.2.7",
            virtualSchema: "cluster_schema",
            policy: .init()
        )
        _ = login.greet(
            as: KnownServer(LoginPackets.greeting()),
            at: Self.socket,
            seenHost: "localhost",
            connectionID: 77
        )
        return login
    }

    private func send(
        _ packet: PacketReader.Packet,
        to login: inout SessionLogin,
        forbidden: Set<String> = []
    ) throws -> [Action] {
        try login.clientSent(packet, accounts: ThreeAccounts(), presence: .certain) { name in
            forbidden.contains { name.mayMean($0) }
        }
    }

    private func answer(_ bytes: [UInt8], hidesAccounts: Bool = true, to login: inout SessionLogin) throws -> [Action] {
        var stream = ByteBuffer(bytes: bytes)
        let packet = try #require(try PacketReader.next(from: &stream, limit: 1 << 20))
        return try login.serverSent(packet, hidesAccounts: hidesAccounts)
    }

    private func link(_ address: ServerAddress = socket, security: ServerSecurity? = nil) -> ServerLink {
        ServerLink(address: address, isLocal: true, security: security, isToldOfClient: false)
    }

    /// A login of mysqld's account `app` that has come as far as its verdict.
    private func asked() throws -> SessionLogin {
        var login = greeted()
        #expect(try send(LoginPackets.response(user: "app"), to: &login) == [.findServer])
        #expect(login.isAwaitingServer && !login.takesClient)
        let actions = login.serverGreeted(.greeting(LoginPackets.greeting()), at: link(), outage: Self.outage)
        guard case .toServer? = actions.first, actions.count == 1 else { throw Unexpected(actions) }
        #expect(login.isServerDeciding && login.takesClient && !login.isAwaitingServer)
        return login
    }

    /// A session of `app`, or of the sidecar's account `topology`.
    private func entered(isLocal: Bool) throws -> SessionLogin {
        var login = isLocal ? greeted() : try asked()
        let actions =
            isLocal
            ? try verified(try send(LoginPackets.response(user: "topology", proof: Self.proof), to: &login), &login)
            : try answer(Packets.ok(), to: &login)
        guard case .enter(_, _, isLocal, _)? = actions.first else { throw Unexpected(actions) }
        return login
    }

    private func verified(_ actions: [Action], _ login: inout SessionLogin) throws -> [Action] {
        guard case .verify(let check, let user)? = actions.first, actions.count == 1 else { throw Unexpected(actions) }
        return login.verified(ThreeAccounts().verify(user: user, check, cipher: MirrorCipher()))
    }

    private func change(
        _ login: inout SessionLogin,
        to user: String,
        isLocal: Bool,
        forbidden: Set<String> = []
    ) throws -> [Action] {
        var command = ByteBuffer()
        command.writeNULTerminated(user.utf8)
        command.writeLengthEncoded([1, 2, 3])
        command.writeNULTerminated("shop".utf8)
        command.writeInteger(45 as UInt16, endianness: .little)
        command.writeNULTerminated("mysql_native_password".utf8)
        let capabilities: Capabilities = [.secureConnection, .pluginAuth]
        let request = try #require(ChangeOfUser(command, capabilities: capabilities, serverVersion: "MariaDB"))
        return login.changeUser(
            to: request,
            as: try #require(request.name),
            sequence: 0,
            isLocal: isLocal,
            accounts: ThreeAccounts(),
            presence: .certain,
            isForbidden: { name in forbidden.contains { name.mayMean($0) } }
        )
    }

    private struct Unexpected: Error {
        let actions: [SessionLogin.Action]
        init(_ actions: [SessionLogin.Action]) { self.actions = actions }
    }

    private static func denial(_ sequence: UInt8 = 2) -> [UInt8] {
        let text = "#28000Access denied for user 'app'@'localhost' (using password: YES)"
        return Packets.packet([0xff, 0x15, 0x04] + Array(text.utf8), sequence: sequence)
    }

    @Test func `mysqld's verdict lets its account in, with the status that it tells`() throws {
        var login = try asked()
        let actions = try answer(Packets.ok(status: [.autocommit, .inTransaction]), to: &login)
        guard case .enter(_, let session, false, let status)? = actions.first else { throw Unexpected(actions) }
        #expect(session.user == "app" && session.connectionID == 42)
        #expect(status == [.autocommit, .inTransaction])
        #expect(!login.isServerDeciding)
    }

    @Test(arguments: [
        (ServerSecurity?.none, true, ["toServer"]), (.wherePossible, false, ["toServer"]),
        (.wherePossible, true, ["toServer", "startServerTLS", "toServer"]),
        (.required, true, ["toServer", "startServerTLS", "toServer"]), (.required, false, ["refuse 2026"]),
    ])
    func `a connection by TCP is encrypted as the configuration asks for`(
        security: ServerSecurity?,
        offersTLS: Bool,
        expected: [String]
    ) throws {
        var greeting = LoginPackets.greeting()
        if !offersTLS { greeting.capabilities.remove(.tls) }
        var login = greeted()
        _ = try send(LoginPackets.response(user: "app"), to: &login)
        let link = link(.tcp(HostPort(host: "127.0.0.1", port: 3306)), security: security)
        let actions = login.serverGreeted(.greeting(greeting), at: link, outage: Self.outage)
        #expect(actions.map(\.word) == expected)
    }

    @Test func `a unix socket needs no TLS, whatever the configuration asks for`() throws {
        var login = greeted()
        _ = try send(LoginPackets.response(user: "app"), to: &login)
        let actions = login.serverGreeted(
            .greeting(LoginPackets.greeting()),
            at: link(security: .required),
            outage: Self.outage
        )
        #expect(actions.map(\.word) == ["toServer"])
    }

    @Test func `mysqld's refusal is as slow as one of the sidecar's where there are accounts to hide`() throws {
        for (hidesAccounts, reason) in [(true, SessionLogin.Reason.wrongPassword), (false, .other)] {
            var login = try asked()
            let actions = try answer(Self.denial(), hidesAccounts: hidesAccounts, to: &login)
            guard actions.count == 2, actions[0] == .noteSeenHost("localhost"),
                case .refuse(_, nil, reason) = actions[1]
            else { throw Unexpected(actions) }
        }
    }

    @Test func `a refused change of user leaves the session as it was where there is nothing to hide`() throws {
        for (hidesAccounts, expected) in [
            (true, ["noteSeenHost", "refuse"]), (false, ["noteSeenHost", "toClient", "stay"]),
        ] {
            var login = try entered(isLocal: false)
            #expect(try change(&login, to: "other", isLocal: false).map(\.word) == ["toServer"])
            #expect(login.isServerDeciding)
            let actions = try answer(Self.denial(1), hidesAccounts: hidesAccounts, to: &login)
            #expect(actions.map(\.word) == expected)
            #expect(login.login?.user == "app" && !login.isServerDeciding)
        }
    }

    @Test func `a change of user leads to whoever knows the name`() throws {
        var own = try entered(isLocal: false)
        #expect(try change(&own, to: "topology", isLocal: false).map(\.word) == ["toClient"])
        #expect(!own.isServerDeciding)

        var servers = try entered(isLocal: true)
        #expect(try change(&servers, to: "app", isLocal: true) == [.findServer])
        #expect(servers.isAwaitingServer)

        var other = try entered(isLocal: false)
        _ = try change(&other, to: "other", isLocal: false)
        let actions = try answer(Packets.ok(), to: &other)
        guard case .enter(_, let session, false, _)? = actions.first else { throw Unexpected(actions) }
        #expect(session.user == "other" && session.collation == 45)
    }

    @Test func `a name that a socket may identify is not relayed to the node's own server`() throws {
        var direct = greeted()
        #expect(
            try send(LoginPackets.response(user: "root"), to: &direct, forbidden: ["root"]).map(\.word) == [
                "refuse 1045"
            ]
        )

        // Behind the primary's port it is known late which server it is.
        var late = greeted()
        #expect(try send(LoginPackets.response(user: "root"), to: &late) == [.findServer])
        #expect(late.led(toOwnServer: false) { $0.mayMean("root") } == [])
        #expect(late.led(toOwnServer: true) { $0.mayMean("root") }.map(\.word) == ["refuse 1045"])

        for isLocal in [true, false] {
            var session = try entered(isLocal: isLocal)
            let actions = try change(&session, to: "root", isLocal: isLocal, forbidden: ["root"])
            #expect(actions.map(\.word) == ["refuse 1045"])
        }
    }

    @Test func `a full sidecar lets nobody in but operators`() throws {
        let full = SQLError(errno: 1040, sqlState: "08004", message: "Too many connections from 192.0.2.7")
        for packet in [LoginPackets.response(user: "app"), LoginPackets.response(user: "topology", proof: Self.proof)] {
            var login = greeted()
            login.closedToOthers = full
            let actions = try send(packet, to: &login)
            guard case .refuse(_, full, .noRoom)? = actions.first, actions.count == 1 else { throw Unexpected(actions) }
        }
    }

    @Test func `what is not done in time for too many is refused in words`() throws {
        var own = greeted()
        _ = try send(LoginPackets.response(user: "topology", proof: Self.proof), to: &own)
        #expect(own.isOverloaded().map(\.word) == ["refuse 1040"])

        var relayed = try asked()
        #expect(relayed.isOverloaded().map(\.word) == ["refuse 1040"])
    }
}

extension SessionLogin.Action {
    /// Its name, and the number of a refusal of the sidecar's.
    fileprivate var word: String {
        if case .refuse(_, let error?, _) = self { return "refuse \(error.errno)" }
        return String("\(self)".prefix { $0 != "(" })
    }
}
