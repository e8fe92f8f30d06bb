import NIOCore
import Testing

@testable import MySQLSession
@testable import MySQLWire

/// In place of RSA: the key's name before the password, so that whose key was used can be seen.
struct MirrorCipher: PasswordCipher {
    static let key = Array("sidecar".utf8)
    var publicKey: [UInt8]? { Self.key }

    func decrypt(_ ciphertext: [UInt8], scramble: [UInt8]) -> [UInt8]? {
        let head = Self.key + scramble
        return ciphertext.starts(with: head) ? Array(ciphertext.dropFirst(head.count)) : nil
    }

    func encrypt(password: [UInt8], scramble: [UInt8], publicKey: [UInt8]) -> [UInt8]? {
        publicKey + scramble + password
    }
}

/// The methods that send the password itself, over all four combinations of connections with and without security.
@Suite struct AuthenticationRelayTests {
    static let scramble = (1...20).map { UInt8($0 + 40) }
    static let password = Array("secret".utf8)
    static let mysqldKey = Array("mysqld".utf8)

    /// Feeds a relay and looks at what it sends.
    struct Conversation {
        var relay: AuthenticationRelay
        var clientSequence: UInt8 = 1
        var serverSequence: UInt8 = 1
        var canCipher = true

        init(
            _ method: String,
            clientSecure: Bool,
            serverSecure: Bool,
            serverEncrypted: Bool? = nil,
            clientLocal: Bool = false,
            hasMethods: Bool = true,
            hasProof: Bool = true
        ) {
            relay = AuthenticationRelay(
                plugin: method,
                scramble: AuthenticationRelayTests.scramble,
                hasProof: hasProof,
                legs: ConnectionLegs(
                    isClientSecure: clientSecure,
                    isServerSecure: serverSecure,
                    isServerEncrypted: serverEncrypted,
                    isClientLocal: clientLocal
                ),
                capabilities: hasMethods ? [.pluginAuth] : [],
                clientSequence: 1,
                serverSequence: 1
            )
        }

        mutating func server(_ bytes: [UInt8]) throws -> String {
            serverSequence += 1
            return try show(
                relay.serverSent(.init(sequence: serverSequence, payload: ByteBuffer(bytes: bytes)))
            )
        }

        mutating func client(_ bytes: [UInt8]) throws -> String {
            clientSequence += 1
            return try show(
                relay.clientSent(.init(sequence: clientSequence, payload: ByteBuffer(bytes: bytes)))
            )
        }

        /// Which side gets which payload; checks the packet's number.
        private mutating func show(_ action: AuthenticationRelay.Action) throws -> String {
            switch action {
            case .cipher(let request):
                #expect(relay.isCiphering)
                let next = relay.ciphered(canCipher ? MirrorCipher().answer(request) : nil)
                #expect(!relay.isCiphering && relay.ciphered([]) == nil)
                return try show(#require(next))
            case .toClient(let bytes):
                clientSequence += 1
                return "client \(try content(bytes, sequence: clientSequence))"
            case .toServer(let bytes):
                serverSequence += 1
                return "server \(try content(bytes, sequence: serverSequence))"
            case .ended(let isAccepted, let bytes, let status):
                clientSequence += 1
                _ = try content(bytes, sequence: clientSequence)
                return isAccepted ? "accepted \(status?.rawValue ?? 0)" : "refused"
            case .refuse(let bytes):
                clientSequence += 1
                let packet = try content(bytes, sequence: clientSequence)
                return "refused by the sidecar, \(Int(packet[1]) | Int(packet[2]) << 8)"
            }
        }

        private func content(_ bytes: ByteBuffer, sequence: UInt8) throws -> [UInt8] {
            var bytes = bytes
            let packet = try #require(try PacketReader.next(from: &bytes, limit: 1 << 16))
            #expect(packet.sequence == sequence)
            return Array(packet.payload.readableBytesView)
        }
    }

    static let ok: [UInt8] = [0, 0, 0, 2, 0, 0, 0]

    @Test func `an empty answer opens no account with a password in the old format`() throws {
        let ask = [0xfe] + Array("mysql_old_password".utf8) + [0] + Self.scramble
        for empty: [UInt8] in [[], [0]] {
            var conversation = Conversation("", clientSecure: false, serverSecure: false)
            #expect(try conversation.server(ask) == "client \(ask)")
            #expect(try conversation.client(empty) == "server \([1, 1, 1, 1, 1, 1, 1, 1, 0] as [UInt8])")
        }
        var conversation = Conversation("", clientSecure: false, serverSecure: false)
        #expect(try conversation.server(ask) == "client \(ask)")
        let proof = Array("ABCDEFGH".utf8) + [0]
        #expect(try conversation.client(proof) == "server \(proof)")
    }

    @Test(arguments: ["caching_sha2_password", "sha256_password"])
    func `where both connections are alike everything passes through`(method: String) throws {
        let keyRequest: [UInt8] = method == "sha256_password" ? [1] : [2]
        var secure = Conversation(method, clientSecure: true, serverSecure: true)
        #expect(try secure.server([1, 4]) == "client [1, 4]")
        #expect(try secure.client(Self.password + [0]) == "server \(Self.password + [0])")
        #expect(try secure.server(Self.ok) == "accepted 2")

        var plain = Conversation(method, clientSecure: false, serverSecure: false)
        #expect(try plain.server([1, 4]) == "client [1, 4]")
        #expect(try plain.client(keyRequest) == "server \(keyRequest)")
        #expect(try plain.server([1] + Self.mysqldKey) == "client \([1] + Self.mysqldKey)")
        #expect(try plain.client([9, 9, 9]) == "server [9, 9, 9]")
        #expect(try plain.server(Self.ok) == "accepted 2")
    }

    @Test(arguments: ["caching_sha2_password", "sha256_password"])
    func `a client in clear before a secure server encrypts for the sidecar`(method: String) throws {
        var conversation = Conversation(method, clientSecure: false, serverSecure: true)
        #expect(try conversation.server([1, 4]) == "client [1, 4]")
        let key = MirrorCipher.key
        #expect(try conversation.client(method == "sha256_password" ? [1] : [2]) == "client \([1] + key)")
        #expect(try conversation.client(key + Self.scramble + Self.password) == "server \(Self.password + [0])")
        #expect(try conversation.server(Self.ok) == "accepted 2")
    }

    @Test(arguments: ["caching_sha2_password", "sha256_password"])
    func `a client that has kept the sidecar's key since an earlier login does not ask for it`(method: String) throws {
        var conversation = Conversation(method, clientSecure: false, serverSecure: true)
        #expect(try conversation.server([1, 4]) == "client [1, 4]")
        let ciphertext = MirrorCipher.key + Self.scramble + Self.password
        #expect(try conversation.client(ciphertext) == "server \(Self.password + [0])")
        #expect(try conversation.server(Self.ok) == "accepted 2")
    }

    @Test(arguments: ["caching_sha2_password", "sha256_password"])
    func `the sidecar encrypts for a server in clear what a secure client said`(method: String) throws {
        var conversation = Conversation(method, clientSecure: true, serverSecure: false)
        #expect(try conversation.server([1, 4]) == "client [1, 4]")
        let keyRequest: [UInt8] = method == "sha256_password" ? [1] : [2]
        #expect(try conversation.client(Self.password + [0]) == "server \(keyRequest)")
        let ciphertext = Self.mysqldKey + Self.scramble + Self.password
        #expect(try conversation.server([1] + Self.mysqldKey) == "server \(ciphertext)")
        #expect(try conversation.server(Self.ok) == "accepted 2")
    }

    @Test func `sha256_password wants the password encrypted over a unix socket too`() throws {
        var plain = Conversation("sha256_password", clientSecure: false, serverSecure: true, serverEncrypted: false)
        #expect(try plain.client([1]) == "server [1]")
        #expect(try plain.server([1] + Self.mysqldKey) == "client \([1] + Self.mysqldKey)")
        #expect(try plain.client([9, 9, 9]) == "server [9, 9, 9]")

        var secure = Conversation("sha256_password", clientSecure: true, serverSecure: true, serverEncrypted: false)
        #expect(try secure.client(Self.password + [0]) == "server [1]")
        let ciphertext = Self.mysqldKey + Self.scramble + Self.password
        #expect(try secure.server([1] + Self.mysqldKey) == "server \(ciphertext)")
    }

    @Test func `a password in clear opens nothing, but from the same host`() throws {
        for (isLocal, expected) in [(false, [0]), (true, Self.password + [0])] as [(Bool, [UInt8])] {
            var conversation = Conversation(
                "caching_sha2_password",
                clientSecure: false,
                serverSecure: true,
                clientLocal: isLocal
            )
            _ = try conversation.server([1, 4])
            #expect(try conversation.client(Self.password + [0]) == "server \(expected)")
        }
    }

    @Test func `what was not made with the sidecar's key becomes a password that nobody has`() throws {
        var conversation = Conversation("caching_sha2_password", clientSecure: false, serverSecure: true)
        _ = try conversation.server([1, 4])
        _ = try conversation.client([2])
        #expect(try conversation.client([7, 7]) == "server [0]")
        #expect(try conversation.server([0xff, 0x15, 0x04] + Array("#28000no".utf8)) == "refused")
    }

    @Test func `a proof that is enough, an empty password, and other methods pass through`() throws {
        var fast = Conversation("caching_sha2_password", clientSecure: false, serverSecure: true)
        #expect(try fast.server([1, 3]) == "client [1, 3]")
        #expect(try fast.server(Self.ok) == "accepted 2")

        var empty = Conversation("sha256_password", clientSecure: false, serverSecure: true)
        #expect(try empty.client([0]) == "server [0]")

        var other = Conversation("dialog", clientSecure: true, serverSecure: false)
        #expect(try other.server([4] + Array("Password: ".utf8)) == "client \([4] + Array("Password: ".utf8))")
        #expect(try other.client(Self.password) == "server \(Self.password)")
    }

    @Test func `a change of the method counts from there, with its own scramble`() throws {
        var conversation = Conversation("mysql_native_password", clientSecure: false, serverSecure: true)
        let fresh = [UInt8](repeating: 99, count: 20)
        let change: [UInt8] = [0xfe] + Array("caching_sha2_password".utf8) + [0] + fresh + [0]
        #expect(try conversation.server(change) == "client \(change)")
        #expect(try conversation.client([5]) == "server [5]")
        _ = try conversation.server([1, 4])
        _ = try conversation.client([2])
        #expect(
            try conversation.client(MirrorCipher.key + fresh + Self.password)
                == "server \(Self.password + [0])"
        )
        #expect(throws: ProtocolViolation.self) { try conversation.server([0xfe, 0x41, 0x42]) }
    }

    @Test(arguments: [[4], [1, 4], [1, 4, 0]] as [[UInt8]])
    func `a password that mysqld asks for in any form a client reads is not sent in clear`(request: [UInt8]) throws {
        var conversation = Conversation("caching_sha2_password", clientSecure: true, serverSecure: false)
        #expect(try conversation.server(request) == "client \(request)")
        #expect(try conversation.client(Self.password + [0]) == "server [2]")
        #expect(
            try conversation.server([1] + Self.mysqldKey)
                == "server \(Self.mysqldKey + Self.scramble + Self.password)"
        )
    }

    @Test(arguments: [[1, 3], [1] + mysqldKey])
    func `a password is asked for until the method changes`(next: [UInt8]) throws {
        var conversation = Conversation("caching_sha2_password", clientSecure: true, serverSecure: false)
        _ = try conversation.server([1, 4])
        #expect(try conversation.server(next) == "client \(next)")
        #expect(try conversation.client(Self.password + [0]) == "server [2]")
    }

    @Test func `what was under way ends with a change of the method`() throws {
        let change: [UInt8] = [0xfe] + Array("mysql_native_password".utf8) + [0] + Self.scramble + [0]
        var toServer = Conversation("sha256_password", clientSecure: true, serverSecure: false)
        #expect(try toServer.client(Self.password + [0]) == "server [1]")
        #expect(try toServer.server(change) == "client \(change)")
        #expect(try toServer.server([1] + Self.mysqldKey) == "client \([1] + Self.mysqldKey)")

        var toClient = Conversation("sha256_password", clientSecure: false, serverSecure: true)
        #expect(try toClient.client([1]) == "client \([1] + MirrorCipher.key)")
        #expect(try toClient.server(change) == "client \(change)")
        #expect(try toClient.client([7, 7]) == "server [7, 7]")
    }

    @Test func `without RSA mysqld is asked to refuse, and a client that wants a key is told`() throws {
        var noKey = Conversation("sha256_password", clientSecure: false, serverSecure: true)
        noKey.canCipher = false
        #expect(try noKey.client([1]) == "refused by the sidecar, 1105")

        var toServer = Conversation("sha256_password", clientSecure: true, serverSecure: false)
        toServer.canCipher = false
        #expect(try toServer.client(Self.password + [0]) == "server [1]")
        #expect(try toServer.server([1] + Self.mysqldKey) == "server []")

        var toClient = Conversation("sha256_password", clientSecure: false, serverSecure: true)
        _ = try toClient.client([1])
        toClient.canCipher = false
        #expect(try toClient.client([9, 9, 9]) == "server [0]")
    }

    private static func change(to method: String) -> [UInt8] {
        [0xfe] + Array(method.utf8) + [0] + scramble + [0]
    }

    @Test func `a client without CLIENT_PLUGIN_AUTH is asked for mysql_native_password all the same`() throws {
        var conversation = Conversation("", clientSecure: false, serverSecure: true, hasMethods: false)
        let change = Self.change(to: "mysql_native_password")
        #expect(try conversation.server(change) == "client \(change)")
        #expect(try conversation.client([5, 6]) == "server [5, 6]")
        #expect(try conversation.server(Self.ok) == "accepted 2")
    }

    @Test func `a client without CLIENT_PLUGIN_AUTH and a password is asked for nothing`() throws {
        var conversation = Conversation("", clientSecure: false, serverSecure: true, hasMethods: false, hasProof: false)
        #expect(try conversation.server(Self.change(to: "mysql_native_password")) == "server []")
        #expect(try conversation.server(Self.ok) == "accepted 2")
    }

    @Test(
        arguments: ["caching_sha2_password", "sha256_password", "client_ed25519", "dialog", "mysql_old_password"],
        [true, false]
    )
    func `a client without CLIENT_PLUGIN_AUTH is asked for no other method`(method: String, hasProof: Bool) throws {
        for change in method == "mysql_old_password" ? [[0xfe], Self.change(to: method)] : [Self.change(to: method)] {
            var conversation = Conversation(
                "",
                clientSecure: true,
                serverSecure: true,
                hasMethods: false,
                hasProof: hasProof
            )
            #expect(try conversation.server(change) == "refused by the sidecar, 1251")
        }
    }

    @Test func `numbers that the client makes up are a violation`() throws {
        var conversation = Conversation("caching_sha2_password", clientSecure: false, serverSecure: false)
        conversation.clientSequence = 7
        #expect(throws: ProtocolViolation.sequenceOutOfOrder(expected: 2, found: 8)) {
            try conversation.client([1])
        }
    }
}
