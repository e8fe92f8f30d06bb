import ClusterModel
import NIOCore
import Testing
import WirePackets

@testable import MySQLSession
@testable import MySQLWire

/// What somebody hears who does not know the password of the name that he says, be that a name of the sidecar's, of mysqld's
/// or nobody's.
@Suite("Whether a name has an account is not told")
struct UntoldNameTests {
    enum Way: CaseIterable {
        case login
        /// In a session of a sidecar account.
        case changeOfUser
    }

    /// Whoever decides on other names.
    enum Server: CaseIterable {
        case up
        case upAndNotKnownToBe
        case down
        /// It takes the connection and no client.
        case full
    }

    enum Client: CaseIterable {
        case modern
        case withoutPassword
        /// It knows mysql_native_password alone.
        case old
        case oldWithoutPassword

        var hasMethods: Bool { self == .modern || self == .withoutPassword }
        var proof: [UInt8] {
            self == .modern || self == .old ? Array(repeating: 9, count: 20) : []
        }
    }

    private static let names = ["topology", "both", "app", "nobody"]
    private static let scramble = (1...20).map { UInt8($0 + 40) }
    private static let anotherScramble = (1...20).map { UInt8($0 + 70) }
    private static let outage = SQLError(errno: 1927, sqlState: "HY000", message: "mysqld is OFFLINE")
    private static let full = SQLError(errno: 1040, sqlState: "08004", message: "Too many connections")

    @Test(arguments: Way.allCases, Server.allCases)
    func `the packets are the same, and so is what is done before them`(way: Way, server: Server) throws {
        for client in Client.allCases {
            let heard = try Self.names.map { name in
                var guess = Guess(name: name, server: server, client: client)
                return try guess.run(way)
            }
            #expect(heard[0].count >= 1)
            for (name, other) in zip(Self.names, heard) { #expect(other == heard[0], "\(name) by \(client)") }
            let isAsked = way == .changeOfUser || server == .up || server == .upAndNotKnownToBe
            #expect(heard[0].count == (isAsked && client != .oldWithoutPassword ? 2 : 1), "\(client)")
        }
    }

    @Test func `the right password of a sidecar account gets in, whatever becomes of mysqld`() throws {
        for way in Way.allCases {
            for server in Server.allCases {
                for name in ["topology", "both"] {
                    var guess = Guess(name: name, server: server, client: .modern)
                    guess.knowsPassword = true
                    #expect(try guess.run(way).last == "in", "\(name) by \(way), mysqld \(server)")
                }
            }
        }
    }

    /// A client that says a name, and a server.
    private struct Guess {
        let name: String
        let server: Server
        let client: Client
        var knowsPassword = false
        var login = SessionLogin(
            greetingScramble: scramble,
            switchScramble: anotherScramble,
            clientHost: "192.0.2.7",
            virtualSchema: "cluster_schema",
            policy: .init()
        )
        private var heard: [String] = []
        private var isServerAsked = false

        init(name: String, server: Server, client: Client) {
            self.name = name
            self.server = server
            self.client = client
            _ = login.greet(
                as: KnownServer(LoginPackets.greeting()),
                at: .unixSocket(path: "/run/mysqld/mysqld.sock"),
                seenHost: "localhost",
                connectionID: 77
            )
        }

        private var presence: ServerPresence { server == .up ? .certain : .uncertain }

        mutating func run(_ way: Way) throws -> [String] {
            switch way {
            case .login: try go(sending(logIn(name, knowsPassword ? scramble : client.proof)))
            case .changeOfUser:
                try go(sending(logIn("topology", scramble)))
                heard = []
                try go(changeUser())
            }
            return heard
        }

        private func logIn(_ name: String, _ proof: [UInt8]) -> PacketReader.Packet {
            LoginPackets.response(user: name, proof: proof, without: client.hasMethods ? [] : .pluginAuth)
        }

        private mutating func sending(_ packet: PacketReader.Packet) throws -> [SessionLogin.Action] {
            try login.clientSent(packet, accounts: ThreeAccounts(), presence: presence) { _ in false }
        }

        private mutating func changeUser() throws -> [SessionLogin.Action] {
            var command = ByteBuffer()
            command.writeNULTerminated(name.utf8)
            command.writeInteger(UInt8(client.proof.count))
            command.writeBytes(client.proof)
            command.writeNULTerminated([])
            command.writeInteger(45 as UInt16, endianness: .little)
            if client.hasMethods { command.writeNULTerminated("mysql_native_password".utf8) }
            let capabilities: Capabilities = client.hasMethods ? [.secureConnection, .pluginAuth] : .secureConnection
            let request = try #require(ChangeOfUser(command, capabilities: capabilities, serverVersion: "MariaDB"))
            return login.changeUser(
                to: request,
                as: try #require(request.name),
                sequence: 0,
                isLocal: true,
                accounts: ThreeAccounts(),
                presence: presence
            ) { _ in false }
        }

        /// Carries out what is wanted, and has server and client answer, up to the end.
        private mutating func go(_ actions: [SessionLogin.Action]) throws {
            for action in actions {
                switch action {
                case .findServer: try go(find())
                case .verify(let check, let user):
                    try go(login.verified(ThreeAccounts().verify(user: user, check, cipher: MirrorCipher())))
                case .toServer(let bytes): try go(try answerAsServer(bytes))
                case .toClient(var bytes):
                    heard.append("\(Array(bytes.readableBytesView))")
                    let packet = try #require(try PacketReader.next(from: &bytes, limit: 1 << 20))
                    let proof = knowsPassword ? anotherScramble : client.proof
                    try go(
                        sending(.init(sequence: packet.sequence &+ 1, payload: ByteBuffer(bytes: proof)))
                    )
                case .refuse(var bytes, _, let reason):
                    let packet = try #require(try PacketReader.next(from: &bytes, limit: 1 << 20))
                    let error = try #require(SQLError(errorPacket: packet.payload))
                    let text = error.message.replacing("'\(name)'", with: "'…'")
                    heard.append("\(packet.sequence) \(error.errno) \(error.sqlState) \(text) \(reason)")
                case .enter: heard.append("in")
                case .noteSeenHost, .leaveServer: break
                default: Issue.record("\(action)")
                }
            }
        }

        private mutating func find() -> [SessionLogin.Action] {
            let link = ServerLink(
                address: .unixSocket(path: "/run/mysqld/mysqld.sock"),
                isLocal: true,
                security: nil,
                isToldOfClient: false
            )
            return switch server {
            case .up, .upAndNotKnownToBe:
                login.serverGreeted(.greeting(LoginPackets.greeting()), at: link, outage: outage)
            case .down: login.serverIsUnavailable(outage)
            case .full: login.serverGreeted(.refusal(full), at: link, outage: outage)
            }
        }

        /// As mysqld: it names the account's method, and takes no password.
        private mutating func answerAsServer(_ bytes: ByteBuffer) throws -> [SessionLogin.Action] {
            var bytes = bytes
            let packet = try #require(try PacketReader.next(from: &bytes, limit: 1 << 20))
            var answer: [UInt8] = [0xfe] + Array("mysql_native_password\0".utf8) + anotherScramble + [0]
            if isServerAsked {
                let word = packet.payload.readableBytes == 0 ? "NO" : "YES"
                let text = "#28000Access denied for user '\(name)'@'localhost' (using password: \(word))"
                answer = [0xff, 0x15, 0x04] + Array(text.utf8)
            }
            isServerAsked = true
            let reply = PacketReader.Packet(sequence: packet.sequence &+ 1, payload: ByteBuffer(bytes: answer))
            return try login.serverSent(reply, hidesAccounts: true)
        }
    }
}
