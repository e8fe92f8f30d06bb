import NIOCore
import Testing

@testable import MySQLWire

/// Three accounts: `topology` by mysql_native_password, `sha` by caching_sha2_password and `both` by both. A proof is the scramble itself,
/// in sha's case only while it is cached; the password is `secret`.
private struct Accounts: AccountVerifying {
    var isCached = true
    var isEmpty: Bool { false }

    func methods(of user: String) -> [AuthenticationMethod] {
        switch user {
        case "topology": [.nativePassword]
        case "sha": [.cachingSHA2]
        case "both": [.cachingSHA2, .nativePassword]
        default: []
        }
    }

    func verify(user: String, nativePasswordProof proof: [UInt8], scramble: [UInt8]) -> Bool { proof == scramble }

    func verify(user: String, cachingSHA2Proof proof: [UInt8], scramble: [UInt8]) -> Bool? {
        isCached ? proof == scramble : nil
    }

    func verify(user: String, password: [UInt8]) -> Bool { password == Array("secret".utf8) }
}

@Suite("Logging in")
struct LoginMachineTests {
    private let scramble = (1...20).map { UInt8($0 + 40) }
    private let ownScramble = (1...20).map { UInt8($0 + 70) }
    private let outage = OutageGreeting(serverVersion: "10.11.6-MariaDB", connectionID: 77)

    private func greeting(plugin: String = "mysql_native_password") -> ServerGreeting {
        ServerGreeting(
            serverVersion: "5.5.5-10.11.6-MariaDB",
            connectionID: 42,
            scramble: scramble,
            capabilities: [
                .protocol41, .secureConnection, .pluginAuth, .pluginAuthLengthEncoded, .tls, .compress, .deprecateEOF,
                .connectWithDatabase, .connectAttributes, .mariaDBProgress,
            ],
            characterSet: 45,
            status: .autocommit,
            authenticationPlugin: plugin
        )
    }

    private func machine(_ policy: LoginMachine.Policy = .init()) -> LoginMachine {
        LoginMachine(ownScramble: ownScramble, clientHost: "192.0.2.7", virtualSchema: "cluster_schema", policy: policy)
    }

    private func payload(_ bytes: ByteBuffer) throws -> ByteBuffer {
        var stream = bytes
        return try #require(try PacketReader.next(from: &stream, limit: 1 << 20)).payload
    }

    private func encoded(_ greeting: ServerGreeting) throws -> ByteBuffer {
        var writer = PacketWriter(nextSequence: 0)
        greeting.write(to: &writer)
        return try payload(writer.buffer)
    }

    private func response(
        user: String,
        proof: [UInt8] = Array(repeating: 9, count: 20),
        database: String? = nil,
        plugin: String = "mysql_native_password",
        capabilities extra: Capabilities = []
    ) -> PacketReader.Packet {
        var capabilities: Capabilities = [.mysql, .protocol41, .secureConnection, .pluginAuth, .connectAttributes]
        capabilities.formUnion(extra)
        if database != nil { capabilities.insert(.connectWithDatabase) }
        var bytes = ByteBuffer()
        bytes.writeInteger(UInt32(truncatingIfNeeded: capabilities.rawValue), endianness: .little)
        bytes.writeInteger(0x0100_0000 as UInt32, endianness: .little)
        bytes.writeInteger(45 as UInt8)
        bytes.writeRepeatingByte(0, count: 23)
        bytes.writeNULTerminated(user.utf8)
        bytes.writeInteger(UInt8(proof.count))
        bytes.writeBytes(proof)
        if let database { bytes.writeNULTerminated(database.utf8) }
        bytes.writeNULTerminated(plugin.utf8)
        bytes.writeLengthEncoded([3, 97, 98, 99, 1, 120])
        return PacketReader.Packet(sequence: 1, payload: bytes)
    }

    private func send(
        _ packet: PacketReader.Packet,
        to machine: inout LoginMachine,
        forbidden: Set<String> = [],
        accounts: some AccountVerifying = Accounts()
    ) throws -> LoginMachine.Action? {
        try machine.clientSent(
            packet,
            accounts: accounts,
            cipher: MirrorCipher(),
            isRelayForbidden: { name in forbidden.contains { name.mayMean($0) } }
        )
    }

    @Test("the client is greeted with mysqld's scramble, version and id, less what ends at the sidecar")
    func relaysGreeting() throws {
        var machine = machine()
        let action = try machine.serverGreeted(try encoded(greeting()), outage: outage)
        guard case .send(let bytes) = action, case .greeting(let sent) = try ServerGreeting.parse(payload(bytes)) else {
            Issue.record("no greeting: \(action)")
            return
        }
        var expected = greeting()
        expected.capabilities.subtract([.tls, .compress])
        #expect(sent == expected)
    }

    @Test("an account of mysqld is relayed with its own proof")
    func relaysLogin() throws {
        var machine = machine()
        _ = try machine.serverGreeted(try encoded(greeting()), outage: outage)
        let action = try send(response(user: "app", database: "shop", capabilities: .compress), to: &machine)
        guard case .relay(let relay, let login) = action else {
            Issue.record("not relayed: \(String(describing: action))")
            return
        }
        let relayed = try HandshakeResponse(try payload(relay.response(isBehindTLS: false)))
        #expect(relayed.accountName(serverVersion: "MariaDB")?.text == "app")
        #expect(relayed.database == "shop")
        #expect(relayed.authenticationResponse == Array(repeating: 9, count: 20))
        #expect(!relayed.capabilities.contains(.compress))
        #expect(login.connectionID == 42)
        #expect(!login.isVirtualSchemaSelected)
    }

    @Test("cluster_schema is taken out of the login that mysqld sees", arguments: ["cluster_schema", "CLUSTER_Schema"])
    func hidesVirtualSchema(_ name: String) throws {
        var machine = machine()
        _ = try machine.serverGreeted(try encoded(greeting()), outage: outage)
        guard case .relay(let relay, let login) = try send(response(user: "app", database: name), to: &machine) else {
            Issue.record("not relayed")
            return
        }
        let relayed = try HandshakeResponse(try payload(relay.response(isBehindTLS: false)))
        #expect(relayed.database == nil)
        #expect(!relayed.capabilities.contains(.connectWithDatabase))
        #expect(relayed.authenticationPlugin == "mysql_native_password")
        #expect(login.isVirtualSchemaSelected)
    }

    @Test("a sidecar account is verified here, against the scramble that was sent")
    func localAccount() throws {
        var machine = machine()
        _ = try machine.serverGreeted(try encoded(greeting()), outage: outage)
        guard case .serve(let bytes, let login) = try send(response(user: "topology", proof: scramble), to: &machine)
        else {
            Issue.record("not served")
            return
        }
        #expect(bytes.getInteger(at: 4, as: UInt8.self) == 0)
        #expect(bytes.getInteger(at: 3, as: UInt8.self) == 2)
        #expect(login.user == "topology")
    }

    @Test(
        "a wrong password is refused with 1045",
        arguments: [[], Array(repeating: 1, count: 20), [1, 2, 3]] as [[UInt8]]
    )
    func wrongPassword(_ proof: [UInt8]) throws {
        var machine = machine()
        _ = try machine.serverGreeted(try encoded(greeting()), outage: outage)
        guard
            case .refuse(_, let error, .wrongPassword) = try send(
                response(user: "topology", proof: proof),
                to: &machine
            )
        else {
            Issue.record("not refused")
            return
        }
        #expect(error.errno == 1045)
        #expect(error.sqlState == "28000")
        #expect(error.message.hasSuffix("(using password: \(proof.isEmpty ? "NO" : "YES"))"))
    }

    @Test("a client that answered another method is asked for mysql_native_password")
    func switchesMethod() throws {
        var machine = machine()
        _ = try machine.serverGreeted(try encoded(greeting(plugin: "caching_sha2_password")), outage: outage)
        let first = try send(
            response(user: "topology", proof: Array(repeating: 3, count: 32), plugin: "caching_sha2_password"),
            to: &machine
        )
        guard case .send(let bytes) = first else {
            Issue.record("no switch")
            return
        }
        let request = try payload(bytes)
        #expect(Array(request.readableBytesView) == [0xfe] + Array("mysql_native_password\0".utf8) + ownScramble + [0])
        let proof = PacketReader.Packet(sequence: 3, payload: ByteBuffer(bytes: ownScramble))
        guard case .serve = try send(proof, to: &machine) else {
            Issue.record("not served")
            return
        }
    }

    @Test(
        "an account of both methods is asked by the one that the client is greeted with",
        arguments: ["mysql_native_password", "caching_sha2_password"]
    )
    func bothMethods(_ plugin: String) throws {
        var machine = machine()
        _ = try machine.serverGreeted(try encoded(greeting(plugin: plugin)), outage: outage)
        guard case .serve = try send(response(user: "both", proof: scramble, plugin: plugin), to: &machine) else {
            Issue.record("not served at once")
            return
        }
    }

    @Test("caching_sha2_password: by proof while it is cached, else by the password as the connection allows")
    func cachingSHA2() throws {
        // Cached: the proof is enough.
        var cached = machine()
        _ = try cached.serverGreeted(try encoded(greeting(plugin: "caching_sha2_password")), outage: outage)
        let first = response(user: "sha", proof: scramble, plugin: "caching_sha2_password")
        guard case .serve(var bytes, _) = try send(first, to: &cached) else {
            Issue.record("not served")
            return
        }
        #expect(try PacketReader.next(from: &bytes, limit: 99)?.payload == ByteBuffer(bytes: [0x01, 0x03]))
        let ok = try PacketReader.next(from: &bytes, limit: 99)
        #expect(ok?.sequence == 3)

        // Not cached, in clear: the key is asked for, and the password encrypted.
        var plain = machine()
        _ = try plain.serverGreeted(try encoded(greeting(plugin: "caching_sha2_password")), outage: outage)
        guard case .send(let full) = try send(first, to: &plain, accounts: Accounts(isCached: false)) else {
            Issue.record("not asked for the password")
            return
        }
        #expect(try payload(full) == ByteBuffer(bytes: [0x01, 0x04]))
        let request = PacketReader.Packet(sequence: 3, payload: ByteBuffer(bytes: [0x02]))
        guard case .send(let key) = try send(request, to: &plain) else {
            Issue.record("no key")
            return
        }
        #expect(try payload(key) == ByteBuffer(bytes: [0x01] + MirrorCipher().publicKey))
        let ciphertext = MirrorCipher().encrypt(
            password: Array("secret".utf8),
            scramble: scramble,
            publicKey: MirrorCipher().publicKey
        )
        let encrypted = PacketReader.Packet(sequence: 5, payload: ByteBuffer(bytes: try #require(ciphertext)))
        guard case .serve = try send(encrypted, to: &plain) else {
            Issue.record("not served")
            return
        }

        // A password in clear on a connection in clear is not taken.
        var careless = machine()
        _ = try careless.serverGreeted(try encoded(greeting(plugin: "caching_sha2_password")), outage: outage)
        _ = try send(first, to: &careless, accounts: Accounts(isCached: false))
        let inClear = PacketReader.Packet(sequence: 3, payload: ByteBuffer(string: "secret\0"))
        #expect(try send(inClear, to: &careless).refusal?.errno == 1045)
    }

    @Test("a request for TLS moves the client's numbers on, and is answered only where TLS is offered")
    func requestsTLS() throws {
        var policy = LoginMachine.Policy()
        policy.offersTLS = true
        policy.requiresTLS = true
        let whole = response(user: "app", capabilities: .tls)
        let request = PacketReader.Packet(
            sequence: 1,
            payload: whole.payload.getSlice(at: whole.payload.readerIndex, length: 32) ?? ByteBuffer()
        )
        var secured = machine(policy)
        _ = try secured.serverGreeted(try encoded(greeting()), outage: outage)
        #expect(try send(request, to: &secured) == .startTLS)
        var second = whole
        second.sequence = 2
        guard case .relay(let relay, _) = try send(second, to: &secured) else {
            Issue.record("not relayed")
            return
        }
        #expect(relay.isClientSecure)
        let plain = try HandshakeResponse(try payload(relay.response(isBehindTLS: false)))
        #expect(!plain.capabilities.contains(.tls))
        var behind = relay.response(isBehindTLS: true)
        let packet = try #require(try PacketReader.next(from: &behind, limit: 1 << 16))
        #expect(packet.sequence == 2)
        #expect(try HandshakeResponse(packet.payload).capabilities.contains(.tls))
        #expect(try payload(relay.tlsRequest()).readableBytes == 32)

        var insecure = machine(policy)
        _ = try insecure.serverGreeted(try encoded(greeting()), outage: outage)
        #expect(try send(response(user: "app"), to: &insecure).refusal?.errno == 3159)

        var unoffered = machine()
        _ = try unoffered.serverGreeted(try encoded(greeting()), outage: outage)
        #expect(throws: ProtocolViolation.self) { try send(request, to: &unoffered) }
    }

    @Test("mysqld down: sidecar accounts get in, others are told why not")
    func outageLogins() throws {
        let down = SQLError(errno: 1927, sqlState: "HY000", message: "mysqld of db1 is OFFLINE")
        var first = machine()
        guard case .send(let bytes) = first.serverIsUnavailable(down, outage: outage),
            case .greeting(let sent) = try ServerGreeting.parse(payload(bytes))
        else {
            Issue.record("no greeting")
            return
        }
        #expect(sent.serverVersion == "10.11.6-MariaDB")
        #expect(sent.scramble == ownScramble)
        #expect(try send(response(user: "app"), to: &first).refusal == down)

        var second = machine()
        _ = second.serverIsUnavailable(down, outage: outage)
        guard case .serve = try send(response(user: "topology", proof: ownScramble), to: &second) else {
            Issue.record("not served")
            return
        }
    }

    @Test("mysqld down: a wrong password of an account is refused as any other name is")
    func outageHidesAccounts() throws {
        let down = SQLError(errno: 1927, sqlState: "HY000", message: "mysqld of db1 is OFFLINE")
        func answer(_ user: String, plugin: String = "mysql_native_password") throws -> LoginMachine.Action? {
            var machine = machine()
            _ = machine.serverIsUnavailable(down, outage: outage)
            return try send(response(user: user, database: "shop", plugin: plugin), to: &machine)
        }
        for plugin in ["mysql_native_password", "caching_sha2_password"] {
            guard case .refuse(let bytes, down, .wrongPasswordInOutage) = try answer("topology", plugin: plugin),
                case .refuse(bytes, down, .other) = try answer("app", plugin: plugin)
            else {
                Issue.record("told apart by \(plugin)")
                continue
            }
        }

        // Who has guessed too often is nobody, as long as mysqld is down.
        var exhausted = machine()
        _ = exhausted.serverIsUnavailable(down, outage: outage)
        let right = response(user: "topology", proof: ownScramble)
        let refused = try exhausted.clientSent(
            right,
            accounts: Accounts(),
            cipher: MirrorCipher(),
            mayGuess: false,
            isRelayForbidden: { _ in false }
        )
        #expect(refused.refusal == down)
        var up = machine()
        _ = try up.serverGreeted(try encoded(greeting()), outage: outage)
        let served = try up.clientSent(
            response(user: "topology", proof: scramble),
            accounts: Accounts(),
            cipher: MirrorCipher(),
            mayGuess: false,
            isRelayForbidden: { _ in false }
        )
        guard case .serve = served else {
            Issue.record("not served")
            return
        }
    }

    @Test("mysqld's refusal has the words of the sidecar's own")
    func sameWords() throws {
        var machine = machine()
        machine.denialHint = " [hint]"
        machine.denialHost = "localhost"
        _ = try machine.serverGreeted(try encoded(greeting()), outage: outage)
        let own = try send(response(user: "topology"), to: &machine).refusal
        let servers = SQLError(
            errno: 1045,
            sqlState: "28000",
            message: "Access denied for user 'topology'@'localhost' (using password: YES)"
        )
        let words = AccessDenied.error(servers, user: "topology", host: nil, hint: " [hint]")
        #expect(words?.error == own)
        // mysqld's own come first.
        #expect(words?.error.message == servers.message + " [hint]")
        #expect(words?.seenHost == "localhost")
        #expect(
            AccessDenied.error(servers, user: "topology", host: "192.0.2.7", hint: "")?.error.message
                == servers.message.replacing("localhost", with: "192.0.2.7")
        )
        let other = SQLError(errno: 1045, sqlState: "28000", message: "Access denied, this account is locked")
        #expect(AccessDenied.error(other, user: "topology", host: "192.0.2.7", hint: "") == nil)
    }

    @Test("an account of the sidecar becomes one of mysqld by a new connection's scramble")
    func changesToServer() throws {
        var machine = machine()
        _ = try machine.serverGreeted(try encoded(greeting()), outage: outage)
        let first = try send(response(user: "topology", proof: scramble, capabilities: .sessionTrack), to: &machine)
        guard case .serve(_, let login) = first else {
            Issue.record("not served")
            return
        }
        var command = ByteBuffer()
        command.writeNULTerminated("app".utf8)
        command.writeInteger(0 as UInt8)
        command.writeNULTerminated("shop".utf8)
        command.writeInteger(224 as UInt16, endianness: .little)
        command.writeNULTerminated("mysql_native_password".utf8)
        command.writeLengthEncoded([3, 97, 98, 99, 1, 120])
        let request = try #require(ChangeOfUser(command, capabilities: login.capabilities, serverVersion: "MariaDB"))
        let name = try #require(request.name)
        #expect(machine.changeToServer(request, as: name, from: login, sequence: 0) == nil)
        var another = greeting()
        another.scramble = ownScramble
        another.connectionID = 99
        guard case .send(var asked) = try machine.serverGreeted(try encoded(another), outage: outage) else {
            Issue.record("the client is not asked")
            return
        }
        let packet = try #require(try PacketReader.next(from: &asked, limit: 1 << 16))
        #expect(packet.sequence == 1)
        #expect(
            Array(packet.payload.readableBytesView)
                == [0xfe] + Array("mysql_native_password\0".utf8) + ownScramble + [0]
        )
        let proof = (1...20).map { UInt8($0) }
        let answer = PacketReader.Packet(sequence: 2, payload: ByteBuffer(bytes: proof))
        guard case .relay(let relay, let changed) = try send(answer, to: &machine) else {
            Issue.record("not relayed")
            return
        }
        #expect(changed.user == "app")
        #expect(changed.connectionID == 99)
        let sent = try HandshakeResponse(try payload(relay.response(isBehindTLS: false)))
        #expect(sent.accountName(serverVersion: "MariaDB")?.text == "app")
        #expect(sent.database == "shop")
        #expect(sent.authenticationResponse == proof)
        #expect(sent.authenticationPlugin == "mysql_native_password")
        #expect(sent.characterSet == 224)
        #expect(relay.nextClientSequence == 3)

        // mysqld has lost what the session was begun with.
        var other = self.machine()
        _ = try other.serverGreeted(try encoded(greeting()), outage: outage)
        var demanding = login
        demanding.capabilities.insert(.queryAttributes)
        #expect(other.changeToServer(request, as: name, from: demanding, sequence: 0) == nil)
        #expect(Optional(try other.serverGreeted(try encoded(another), outage: outage)).refusal?.errno == 1235)
    }

    @Test("a schema that mysqld does not know is left out of COM_CHANGE_USER, and nothing else")
    func changeWithoutDatabase() throws {
        var command = ByteBuffer()
        command.writeNULTerminated("app".utf8)
        command.writeLengthEncoded([1, 2, 3])
        command.writeNULTerminated("cluster_schema".utf8)
        command.writeInteger(45 as UInt16, endianness: .little)
        command.writeNULTerminated("mysql_native_password".utf8)
        let capabilities: Capabilities = [.secureConnection, .pluginAuth]
        let request = try #require(ChangeOfUser(command, capabilities: capabilities, serverVersion: "MariaDB"))
        #expect(request.database == "cluster_schema")
        var relayed = try payload(request.packetWithoutDatabase(sequence: 0))
        #expect(relayed.readInteger(as: UInt8.self) == Command.changeUser)
        let expected =
            Array("app\0".utf8) + [3, 1, 2, 3, 0] + [45, 0] + Array("mysql_native_password\0".utf8)
        #expect(Array(relayed.readableBytesView) == expected)
    }

    @Test("mysqld's own refusal reaches those who need mysqld")
    func serverRefusal() throws {
        var machine = machine()
        let refusal = ByteBuffer(bytes: [0xff, 0x10, 0x04] + Array("Too many connections".utf8))
        _ = try machine.serverGreeted(refusal, outage: outage)
        let error = try send(response(user: "app"), to: &machine).refusal
        #expect(error?.errno == 1040)
        #expect(error?.message == "Too many connections")
    }

    @Test("a mysqld that leaves behind its greeting is missing to those alone who need it")
    func serverLeft() throws {
        let down = SQLError(errno: 1927, sqlState: "HY000", message: "mysqld of db1 is OFFLINE")
        var machine = machine()
        _ = try machine.serverGreeted(try encoded(greeting()), outage: outage)
        machine.serverLeft(down)
        #expect(try send(response(user: "app"), to: &machine).refusal == down)

        var own = self.machine()
        _ = try own.serverGreeted(try encoded(greeting()), outage: outage)
        own.serverLeft(down)
        guard case .serve = try send(response(user: "topology", proof: scramble), to: &own) else {
            Issue.record("not served")
            return
        }

        // What mysqld has said itself is told.
        var refused = self.machine()
        _ = try refused.serverGreeted(
            ByteBuffer(bytes: [0xff, 0x10, 0x04] + Array("Too many connections".utf8)),
            outage: outage
        )
        refused.serverLeft(down)
        #expect(try send(response(user: "app"), to: &refused).refusal?.errno == 1040)
    }

    @Test(
        "a user whom mysqld could take for the sidecar is not relayed",
        arguments: ["root", "'root'", "''root''", "'''root'''"]
    )
    func forbiddenUser(user: String) throws {
        var machine = machine()
        _ = try machine.serverGreeted(try encoded(greeting()), outage: outage)
        #expect(try send(response(user: user), to: &machine, forbidden: ["root"]).refusal?.errno == 1045)
    }

    @Test("mysqld is sent the name that was read, and the sidecar's accounts are known by it")
    func sendsNameAsRead() throws {
        var machine = machine()
        _ = try machine.serverGreeted(try encoded(greeting()), outage: outage)
        guard case .relay(let relay, let login) = try send(response(user: "'app'"), to: &machine) else {
            Issue.record("not relayed")
            return
        }
        #expect(login.user == "app")
        var sent = try payload(relay.response(isBehindTLS: false))
        sent.moveReaderIndex(forwardBy: 32)
        #expect(sent.readNULTerminatedBytes() == Array("app".utf8))

        var another = self.machine()
        _ = try another.serverGreeted(try encoded(greeting()), outage: outage)
        guard case .serve(_, let own) = try send(response(user: "'topology'", proof: scramble), to: &another) else {
            Issue.record("not served")
            return
        }
        #expect(own.user == "topology")
    }

    @Test("mysqld is sent nothing that was not read")
    func canonicalResponse() throws {
        var machine = machine()
        _ = try machine.serverGreeted(try encoded(greeting()), outage: outage)
        var odd = response(user: "app", database: "shop")
        odd.payload.writeBytes(Array("\0'root'\0".utf8))
        guard case .relay(let relay, _) = try send(odd, to: &machine) else {
            Issue.record("not relayed")
            return
        }
        let sent = try payload(relay.response(isBehindTLS: false))
        #expect(sent.readableBytes == response(user: "app", database: "shop").payload.readableBytes)
    }

    @Test("a sidecar account cannot choose a schema of mysqld")
    func unknownDatabase() throws {
        var machine = machine()
        _ = try machine.serverGreeted(try encoded(greeting()), outage: outage)
        let action = try send(response(user: "topology", proof: scramble, database: "shop"), to: &machine)
        #expect(action.refusal?.errno == 1049)

        // Which is said to those alone who have proved who they are.
        var stranger = self.machine()
        _ = try stranger.serverGreeted(try encoded(greeting()), outage: outage)
        #expect(try send(response(user: "topology", database: "shop"), to: &stranger).refusal?.errno == 1045)
    }

    @Test("packets out of order and cut ones are violations")
    func violations() throws {
        var first = machine()
        _ = try first.serverGreeted(try encoded(greeting()), outage: outage)
        var late = response(user: "app")
        late.sequence = 5
        #expect(throws: ProtocolViolation.sequenceOutOfOrder(expected: 1, found: 5)) { try send(late, to: &first) }

        let whole = Array(response(user: "app", database: "shop").payload.readableBytesView)
        for count in 0..<56 {
            var machine = machine()
            _ = try machine.serverGreeted(try encoded(greeting()), outage: outage)
            let cut = PacketReader.Packet(sequence: 1, payload: ByteBuffer(bytes: whole.prefix(count)))
            #expect(throws: ProtocolViolation.self, "cut at \(count)") { try send(cut, to: &machine) }
        }
    }

    @Test("random and changed packets never trap")
    func randomPackets() throws {
        var random = SeededGenerator(seed: 17)
        let good = Array(response(user: "app", database: "shop").payload.readableBytesView)
        let goodGreeting = Array(try encoded(greeting()).readableBytesView)
        for _ in 0..<20_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            var machine = machine()
            _ = try machine.serverGreeted(try encoded(greeting()), outage: outage)
            _ = try? send(.init(sequence: 1, payload: ByteBuffer(bytes: bytes)), to: &machine)

            var changed = goodGreeting
            changed[Int.random(in: 0..<changed.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            let cut = changed.prefix(Int.random(in: 0...changed.count, using: &random))
            _ = try? ServerGreeting.parse(ByteBuffer(bytes: cut))
        }
    }
}

extension LoginMachine.Action? {
    fileprivate var refusal: SQLError? {
        if case .refuse(_, let error, _) = self { error } else { nil }
    }
}
