import NIOCore
import Testing
import WirePackets

@testable import MySQLSession
@testable import MySQLWire

@Suite("Logging in")
struct LoginMachineTests {
    private let scramble = (1...20).map { UInt8($0 + 40) }
    private let switchScramble = (1...20).map { UInt8($0 + 70) }
    private let down = SQLError(errno: 1927, sqlState: "HY000", message: "mysqld of db1 is OFFLINE")

    private func machine(_ policy: LoginMachine.Policy = .init()) -> LoginMachine {
        LoginMachine(
            greetingScramble: scramble,
            switchScramble: switchScramble,
            clientHost: "192.0.2.7",
            virtualSchema: "cluster_schema",
            policy: policy
        )
    }

    private func greeted(
        _ policy: LoginMachine.Policy = .init(),
        plugin: String = "mysql_native_password"
    ) -> LoginMachine {
        var machine = machine(policy)
        _ = machine.greet(as: KnownServer(LoginPackets.greeting(plugin: plugin)), connectionID: 77)
        return machine
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

    private func send(
        _ packet: PacketReader.Packet,
        to machine: inout LoginMachine,
        forbidden: Set<String> = [],
        accounts: some AccountVerifying = ThreeAccounts(),
        presence: ServerPresence = .certain,
        key: [UInt8]? = MirrorCipher.key
    ) throws -> LoginMachine.Action? {
        var action = try machine.clientSent(
            packet,
            accounts: accounts,
            presence: presence,
            isRelayForbidden: { name in forbidden.contains { name.mayMean($0) } }
        )
        // As the shell does.
        switch action {
        case .verify(let check, let user):
            #expect(!machine.isClientsTurn)
            action = machine.verified(accounts.verify(user: user, check, cipher: MirrorCipher()))
        case .makeKey:
            #expect(!machine.isClientsTurn)
            action = machine.keyMade(key)
        default: break
        }
        return action
    }

    /// A login that mysqld is connected to for.
    private func relayed(
        _ packet: PacketReader.Packet,
        by machine: inout LoginMachine
    ) throws -> (relay: RelayedLogin, login: LoginMachine.Login) {
        guard case .connect = try send(packet, to: &machine),
            case .relay(let relay, let login) = machine.serverReplied(.greeting(LoginPackets.greeting()))
        else { throw Unexpected() }
        return (relay, login)
    }

    private struct Unexpected: Error {}

    @Test(
        "the client is greeted as mysqld greets, less what ends at the sidecar, with a scramble and id of the sidecar's"
    )
    func greets() throws {
        var machine = machine()
        let action = machine.greet(as: KnownServer(LoginPackets.greeting()), connectionID: 77)
        guard case .send(let bytes) = action, case .greeting(let sent) = try ServerGreeting.parse(payload(bytes)) else {
            Issue.record("no greeting: \(action)")
            return
        }
        var expected = LoginPackets.greeting()
        expected.capabilities.subtract([.tls, .compress])
        expected.scramble = scramble
        expected.connectionID = 77
        #expect(sent == expected)
    }

    @Test("mysqld is connected to when an account of it logs in, and asks for its own proof")
    func relaysLogin() throws {
        var machine = greeted()
        let packet = LoginPackets.response(
            user: "app",
            database: "shop",
            capabilities: [.compress, .pluginAuthLengthEncoded]
        )
        guard case .connect(let wanted) = try send(packet, to: &machine) else {
            Issue.record("mysqld is not wanted")
            return
        }
        #expect(wanted.user == "app")
        #expect(machine.isServersTurn && !machine.isClientsTurn)
        guard case .relay(let relay, let login) = machine.serverReplied(.greeting(LoginPackets.greeting())) else {
            Issue.record("not relayed")
            return
        }
        let relayed = try HandshakeResponse(try payload(relay.response(isBehindTLS: false)))
        #expect(relayed.accountName(serverVersion: "MariaDB")?.text == "app")
        #expect(relayed.database == "shop")
        #expect(relayed.characterSet == 45)
        // No method of any server, and so mysqld names the account's.
        #expect(relayed.authenticationResponse == [])
        #expect(AuthenticationMethod(rawValue: relayed.authenticationPlugin) == nil)
        #expect(!relayed.capabilities.contains(.compress))
        #expect(login.connectionID == 42)
        #expect(login.serverVersion == "10.11.6-MariaDB")
        #expect(!login.isVirtualSchemaSelected)
    }

    @Test("a sidecar account, and a client that says nothing, never lead to mysqld", arguments: ["right", "wrong"])
    func neverConnects(_ password: String) throws {
        var machine = greeted()
        #expect(!machine.isServersTurn)
        let proof = password == "right" ? scramble : Array(repeating: 1, count: 20)
        if case .connect = try send(LoginPackets.response(user: "topology", proof: proof), to: &machine) {
            Issue.record("mysqld is connected to")
        }
        #expect(!machine.isServersTurn)
    }

    @Test("a client without CLIENT_PLUGIN_AUTH leads to mysqld, which names the account's method")
    func relaysOldClients() throws {
        for proof in [[], Array(repeating: 1, count: 20)] as [[UInt8]] {
            var machine = greeted()
            let (relay, login) = try relayed(
                LoginPackets.response(user: "app", proof: proof, without: .pluginAuth),
                by: &machine
            )
            let sent = try HandshakeResponse(try payload(relay.response(isBehindTLS: false)))
            #expect(sent.capabilities.contains(.pluginAuth))
            #expect(sent.authenticationPlugin == HandshakeResponse.unknownMethod)
            #expect(sent.authenticationResponse == [])
            #expect(!login.capabilities.contains(.pluginAuth))
            // It is asked if it has a password.
            var authentication = relay.authentication(
                isBehindTLS: false,
                isServerSecure: true,
                capabilities: login.capabilities
            )
            let change = [0xfe] + Array("mysql_native_password\0".utf8) + switchScramble + [0]
            let action = try authentication.serverSent(.init(sequence: 2, payload: ByteBuffer(bytes: change)))
            switch action {
            case .toClient(let bytes): #expect(try !proof.isEmpty && Array(payload(bytes).readableBytesView) == change)
            case .toServer(let bytes): #expect(try proof.isEmpty && payload(bytes).readableBytes == 0)
            default: Issue.record("\(action)")
            }
        }
    }

    @Test("a client without CLIENT_PLUGIN_AUTH proves a sidecar account by mysql_native_password")
    func oldClients() throws {
        func answer(_ user: String, _ proof: [UInt8]) throws -> LoginMachine.Action? {
            var machine = greeted()
            return try send(LoginPackets.response(user: user, proof: proof, without: .pluginAuth), to: &machine)
        }
        #expect(try answer("sha", Array(repeating: 1, count: 20)).refusal?.errno == 1251)
        #expect(try answer("topology", []).refusal?.errno == 1045)
        guard case .serve = try answer("topology", scramble) else {
            Issue.record("not served")
            return
        }
        // A wrong one is asked for another, as of any other name.
        for user in ["topology", "both"] {
            var machine = greeted(plugin: "caching_sha2_password")
            let packet = LoginPackets.response(user: user, without: .pluginAuth)
            guard case .send(let bytes) = try send(packet, to: &machine) else {
                Issue.record("\(user) is not asked again")
                continue
            }
            let change = [0xfe] + Array("mysql_native_password\0".utf8) + switchScramble + [0]
            #expect(Array(try payload(bytes).readableBytesView) == change)
            let proof = PacketReader.Packet(sequence: 3, payload: ByteBuffer(bytes: switchScramble))
            guard case .serve = try send(proof, to: &machine) else {
                Issue.record("\(user) is not served")
                continue
            }
        }
    }

    @Test("a client that was greeted before mysqld was ever seen hears what it hears while mysqld is down")
    func serverWasUnseen() throws {
        var machine = machine()
        _ = machine.greet(as: KnownServer(unseenOfVersion: "8.0.11"), connectionID: 77)
        guard case .connect = try send(LoginPackets.response(user: "app", capabilities: .deprecateEOF), to: &machine)
        else {
            Issue.record("mysqld is not wanted")
            return
        }
        let outage = SQLError(errno: 1927, sqlState: "HY000", message: "mysqld is starting")
        #expect(machine.serverReplied(.greeting(LoginPackets.greeting()), outage: outage).refusal == outage)
    }

    @Test("a mysqld that lacks what the client was offered is not taken, whatever else it has")
    func serverIsAnother() throws {
        var machine = greeted()
        guard case .connect = try send(LoginPackets.response(user: "app", capabilities: .deprecateEOF), to: &machine)
        else {
            Issue.record("mysqld is not wanted")
            return
        }
        var other = LoginPackets.greeting()
        other.capabilities.remove(.deprecateEOF)
        #expect(machine.serverReplied(.greeting(other)).refusal?.errno == 1043)

        var equal = greeted()
        _ = try send(LoginPackets.response(user: "app"), to: &equal)
        guard case .relay = equal.serverReplied(.greeting(other)) else {
            Issue.record("what the client does not use is missed")
            return
        }
    }

    @Test("a version that only greetings have is greeted with as long as mysqld was ever seen")
    func keepsPrefix() throws {
        var machine = machine()
        guard case .send(let bytes) = machine.greet(as: KnownServer(LoginPackets.greeting()), connectionID: 1),
            case .greeting(let sent) = try ServerGreeting.parse(payload(bytes))
        else { throw Unexpected() }
        #expect(sent.serverVersion == "5.5.5-10.11.6-MariaDB")
    }

    @Test("cluster_schema is taken out of the login that mysqld sees", arguments: ["cluster_schema", "CLUSTER_Schema"])
    func hidesVirtualSchema(_ name: String) throws {
        var machine = greeted()
        let (relay, login) = try relayed(LoginPackets.response(user: "app", database: name), by: &machine)
        let relayed = try HandshakeResponse(try payload(relay.response(isBehindTLS: false)))
        #expect(relayed.database == nil)
        #expect(!relayed.capabilities.contains(.connectWithDatabase))
        #expect(login.isVirtualSchemaSelected)
    }

    @Test("a sidecar account is verified here, against the scramble that was sent")
    func localAccount() throws {
        var machine = greeted()
        guard
            case .serve(let bytes, let login) = try send(
                LoginPackets.response(user: "topology", proof: scramble),
                to: &machine
            )
        else {
            Issue.record("not served")
            return
        }
        #expect(bytes.getInteger(at: 4, as: UInt8.self) == 0)
        #expect(bytes.getInteger(at: 3, as: UInt8.self) == 2)
        #expect(login.user == "topology")
    }

    @Test(
        "a wrong password is asked for once more, as of any other name, and refused with 1045",
        arguments: [[], Array(repeating: 1, count: 20), [1, 2, 3]] as [[UInt8]]
    )
    func wrongPassword(_ proof: [UInt8]) throws {
        for (user, plugin) in [("topology", "mysql_native_password"), ("both", "caching_sha2_password")] {
            var machine = greeted(plugin: plugin)
            guard
                case .send(let bytes) = try send(
                    LoginPackets.response(user: user, proof: proof, plugin: plugin),
                    to: &machine
                )
            else {
                Issue.record("not asked again")
                continue
            }
            #expect(
                Array(try payload(bytes).readableBytesView) == [0xfe] + Array("\(plugin)\0".utf8) + switchScramble + [0]
            )
            // A proof for the greeting is worth nothing any more.
            for second in [proof, scramble] {
                var machine = machine
                let packet = PacketReader.Packet(sequence: 3, payload: ByteBuffer(bytes: second))
                guard case .refuse(_, let error, .wrongPassword) = try send(packet, to: &machine) else {
                    Issue.record("not refused")
                    continue
                }
                #expect(error.errno == 1045)
                #expect(error.sqlState == "28000")
                #expect(error.message.hasSuffix("(using password: \(second.isEmpty ? "NO" : "YES"))"))
            }
        }
    }

    @Test("a client that answered another method is asked for mysql_native_password")
    func switchesMethod() throws {
        var machine = greeted(plugin: "caching_sha2_password")
        let first = try send(
            LoginPackets.response(
                user: "topology",
                proof: Array(repeating: 3, count: 32),
                plugin: "caching_sha2_password"
            ),
            to: &machine
        )
        guard case .send(let bytes) = first else {
            Issue.record("no switch")
            return
        }
        let request = try payload(bytes)
        #expect(
            Array(request.readableBytesView) == [0xfe] + Array("mysql_native_password\0".utf8) + switchScramble + [0]
        )
        let proof = PacketReader.Packet(sequence: 3, payload: ByteBuffer(bytes: switchScramble))
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
        var machine = greeted(plugin: plugin)
        guard case .serve = try send(LoginPackets.response(user: "both", proof: scramble, plugin: plugin), to: &machine)
        else {
            Issue.record("not served at once")
            return
        }
    }

    @Test("caching_sha2_password: by proof while it is cached, else by the password as the connection allows")
    func cachingSHA2() throws {
        // Cached: the proof is enough.
        var cached = greeted(plugin: "caching_sha2_password")
        let first = LoginPackets.response(user: "sha", proof: scramble, plugin: "caching_sha2_password")
        guard case .serve(var bytes, _) = try send(first, to: &cached) else {
            Issue.record("not served")
            return
        }
        #expect(try PacketReader.next(from: &bytes, limit: 99)?.payload == ByteBuffer(bytes: [0x01, 0x03]))
        let ok = try PacketReader.next(from: &bytes, limit: 99)
        #expect(ok?.sequence == 3)

        // Not cached, in clear: the key is asked for, and the password encrypted.
        let proof = PacketReader.Packet(sequence: 3, payload: ByteBuffer(bytes: switchScramble))
        func asked(_ plugin: String) throws -> LoginMachine {
            var machine = greeted(plugin: plugin)
            // As of any other name a second proof is asked for first.
            _ = try send(first, to: &machine, accounts: ThreeAccounts(isCached: false))
            guard case .send(let full) = try send(proof, to: &machine, accounts: ThreeAccounts(isCached: false)) else {
                throw Unexpected()
            }
            #expect(try payload(full) == ByteBuffer(bytes: [0x01, 0x04]))
            return machine
        }
        var plain = try asked("caching_sha2_password")
        let request = PacketReader.Packet(sequence: 5, payload: ByteBuffer(bytes: [0x02]))
        guard case .send(let key) = try send(request, to: &plain) else {
            Issue.record("no key")
            return
        }
        #expect(try payload(key) == ByteBuffer(bytes: [0x01] + MirrorCipher.key))
        let ciphertext = MirrorCipher().encrypt(
            password: Array("secret".utf8),
            scramble: switchScramble,
            publicKey: MirrorCipher.key
        )
        var keyless = try asked("caching_sha2_password")
        #expect(try send(request, to: &keyless, key: nil).refusal?.errno == 1105)

        let encrypted = PacketReader.Packet(sequence: 7, payload: ByteBuffer(bytes: try #require(ciphertext)))
        guard case .serve = try send(encrypted, to: &plain) else {
            Issue.record("not served")
            return
        }

        // A password in clear on a connection in clear is not taken; the client is told where the method has told it
        // already that there is such an account.
        for (plugin, isExplained) in [("mysql_native_password", true), ("caching_sha2_password", false)] {
            var careless = try asked(plugin)
            let inClear = PacketReader.Packet(sequence: 5, payload: ByteBuffer(string: "secret\0"))
            let refusal = try send(inClear, to: &careless).refusal
            #expect(refusal?.errno == 1045)
            #expect(refusal?.message.contains("unencrypted") == isExplained)
        }
    }

    @Test("a request for TLS moves the client's numbers on, and is answered only where TLS is offered")
    func requestsTLS() throws {
        var policy = LoginMachine.Policy()
        policy.offersTLS = true
        policy.requiresTLS = true
        let whole = LoginPackets.response(user: "app", capabilities: .tls)
        let request = PacketReader.Packet(
            sequence: 1,
            payload: whole.payload.getSlice(at: whole.payload.readerIndex, length: 32) ?? ByteBuffer()
        )
        var secured = greeted(policy)
        #expect(try send(request, to: &secured) == .startTLS)
        var second = whole
        second.sequence = 2
        let (relay, _) = try relayed(second, by: &secured)
        #expect(relay.isClientSecure)
        let plain = try HandshakeResponse(try payload(relay.response(isBehindTLS: false)))
        #expect(!plain.capabilities.contains(.tls))
        var behind = relay.response(isBehindTLS: true)
        let packet = try #require(try PacketReader.next(from: &behind, limit: 1 << 16))
        #expect(packet.sequence == 2)
        #expect(try HandshakeResponse(packet.payload).capabilities.contains(.tls))
        #expect(try payload(relay.tlsRequest()).readableBytes == 32)

        var insecure = greeted(policy)
        #expect(try send(LoginPackets.response(user: "app"), to: &insecure).refusal?.errno == 3159)

        var unoffered = greeted()
        #expect(throws: ProtocolViolation.self) { try send(request, to: &unoffered) }
    }

    @Test("mysqld down: sidecar accounts get in, others are told why not")
    func outageLogins() throws {
        var first = greeted()
        guard case .connect = try send(LoginPackets.response(user: "app"), to: &first, presence: .uncertain) else {
            Issue.record("mysqld is not tried")
            return
        }
        #expect(first.serverIsUnavailable(down).refusal == down)

        var second = greeted()
        guard
            case .serve = try send(
                LoginPackets.response(user: "topology", proof: scramble),
                to: &second,
                presence: .uncertain
            )
        else {
            Issue.record("not served")
            return
        }
    }

    @Test("mysqld down: a wrong password of an account is refused as any other name is")
    func outageHidesAccounts() throws {
        for plugin in ["mysql_native_password", "caching_sha2_password", ""] {
            let packet = LoginPackets.response(user: "topology", database: "shop", plugin: plugin)
            var known = greeted()
            guard case .connect = try send(packet, to: &known, presence: .uncertain),
                case .refuse(let bytes, down, .other) = known.serverIsUnavailable(down)
            else {
                Issue.record("told apart by \(plugin)")
                continue
            }
            var other = greeted()
            let stranger = LoginPackets.response(user: "app", database: "shop", plugin: plugin)
            _ = try send(stranger, to: &other, presence: .uncertain)
            #expect(other.serverIsUnavailable(down) == .refuse(toClient: bytes, down, .other))
        }
    }

    @Test("mysqld down: an account whose password is not cached yet is asked for it")
    func outageWithoutCache() throws {
        for plugin in ["caching_sha2_password", "mysql_native_password"] {
            var machine = greeted(plugin: plugin)
            let first = LoginPackets.response(user: "sha", proof: scramble, plugin: plugin)
            guard
                case .send = try send(
                    first,
                    to: &machine,
                    accounts: ThreeAccounts(isCached: false),
                    presence: .uncertain
                )
            else {
                Issue.record("not asked by \(plugin)")
                continue
            }
            let proof = PacketReader.Packet(sequence: 3, payload: ByteBuffer(bytes: switchScramble))
            guard case .send(let bytes) = try send(proof, to: &machine, accounts: ThreeAccounts(isCached: false)) else {
                Issue.record("not asked for the password behind \(plugin)")
                continue
            }
            #expect(try payload(bytes) == ByteBuffer(bytes: [0x01, 0x04]))
        }
    }

    @Test("a password that nobody can look at now is refused for that reason")
    func verificationRefused() throws {
        var machine = greeted()
        let action = try machine.clientSent(
            LoginPackets.response(user: "topology"),
            accounts: ThreeAccounts(),
            isRelayForbidden: { _ in false }
        )
        guard case .verify(.nativeProof, user: "topology") = action else {
            Issue.record("not asked for")
            return
        }
        let full = SQLError(errno: 1040, sqlState: "08004", message: "full")
        #expect(machine.verificationRefused(full).refusal == full)
        #expect(machine.verified(true) == nil)
    }

    @Test("mysqld's refusal has the words of the sidecar's own")
    func sameWords() throws {
        var machine = greeted()
        machine.denialHint = " [hint]"
        machine.denialHost = "localhost"
        _ = try send(LoginPackets.response(user: "topology"), to: &machine)
        let proof = PacketReader.Packet(sequence: 3, payload: ByteBuffer(bytes: [1, 2, 3]))
        let own = try send(proof, to: &machine).refusal
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

    @Test("an account of the sidecar becomes one of mysqld by a new connection's login")
    func changesToServer() throws {
        var machine = greeted()
        let first = try send(
            LoginPackets.response(user: "topology", proof: scramble, capabilities: .sessionTrack),
            to: &machine
        )
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
        guard case .connect = machine.changeToServer(request, as: name, from: login, sequence: 0),
            case .relay(let relay, let changed) = machine.serverReplied(.greeting(LoginPackets.greeting()))
        else {
            Issue.record("not relayed")
            return
        }
        #expect(changed.user == "app")
        #expect(changed.connectionID == 42)
        let sent = try HandshakeResponse(try payload(relay.response(isBehindTLS: false)))
        #expect(sent.accountName(serverVersion: "MariaDB")?.text == "app")
        #expect(sent.database == "shop")
        #expect(sent.authenticationResponse == [])
        #expect(sent.characterSet == 224)
        #expect(relay.nextClientSequence == 1)

        // mysqld has lost what the session was begun with.
        var other = greeted()
        var demanding = login
        demanding.capabilities.insert(.queryAttributes)
        _ = other.changeToServer(request, as: name, from: demanding, sequence: 0)
        guard case .send = other.serverReplied(.greeting(LoginPackets.greeting())) else {
            Issue.record("not asked as others are")
            return
        }
        let proof = PacketReader.Packet(sequence: 2, payload: ByteBuffer(bytes: scramble))
        #expect(try send(proof, to: &other).refusal?.errno == 1235)
    }

    @Test("COM_CHANGE_USER is relayed without its proof and without a schema that mysqld does not know")
    func changeWithoutDatabase() throws {
        var command = ByteBuffer()
        command.writeNULTerminated("app".utf8)
        command.writeLengthEncoded([1, 2, 3])
        command.writeNULTerminated("cluster_schema".utf8)
        command.writeInteger(45 as UInt16, endianness: .little)
        command.writeNULTerminated("mysql_native_password".utf8)
        let capabilities: Capabilities = [.secureConnection, .pluginAuth]
        var machine = greeted()
        let login = try relayed(LoginPackets.response(user: "app"), by: &machine).login
        let request = try #require(ChangeOfUser(command, capabilities: capabilities, serverVersion: "MariaDB"))
        #expect(request.database == "cluster_schema")
        #expect(request.hasProof)
        for (keepsDatabase, database) in [(false, ""), (true, "cluster_schema")] {
            let packet = request.relayed(
                as: try #require(request.name),
                capabilities: login.capabilities,
                collation: login.collation,
                keepingDatabase: keepsDatabase,
                sequence: 0
            )
            var relayed = try payload(packet)
            #expect(relayed.readInteger(as: UInt8.self) == Command.changeUser)
            let expected = Array("app\0".utf8) + [0] + Array("\(database)\0".utf8) + [45, 0]
            #expect(Array(relayed.readableBytesView) == expected + Array("\(HandshakeResponse.unknownMethod)\0".utf8))
        }
    }

    @Test("mysqld's own refusal reaches those who need mysqld")
    func serverRefusal() throws {
        var machine = greeted()
        _ = try send(LoginPackets.response(user: "app"), to: &machine)
        let full = SQLError(errno: 1040, sqlState: "08004", message: "Too many connections")
        #expect(machine.serverReplied(.refusal(full)).refusal == full)
        // What comes behind it is nobody's.
        #expect(machine.serverIsUnavailable(down) == nil)
        #expect(machine.serverReplied(.greeting(LoginPackets.greeting())) == nil)
    }

    @Test(
        "a user whom mysqld could take for the sidecar is not relayed",
        arguments: ["root", "'root'", "''root''", "'''root'''"]
    )
    func forbiddenUser(user: String) throws {
        var machine = greeted()
        #expect(try send(LoginPackets.response(user: user), to: &machine, forbidden: ["root"]).refusal?.errno == 1045)
    }

    @Test("mysqld is sent the name that was read, and the sidecar's accounts are known by it")
    func sendsNameAsRead() throws {
        var machine = greeted()
        let (relay, login) = try relayed(LoginPackets.response(user: "'app'"), by: &machine)
        #expect(login.user == "app")
        var sent = try payload(relay.response(isBehindTLS: false))
        sent.moveReaderIndex(forwardBy: 32)
        #expect(sent.readNULTerminatedBytes() == Array("app".utf8))

        var another = greeted()
        guard
            case .serve(_, let own) = try send(LoginPackets.response(user: "'topology'", proof: scramble), to: &another)
        else {
            Issue.record("not served")
            return
        }
        #expect(own.user == "topology")
    }

    @Test("mysqld is sent nothing that was not read")
    func canonicalResponse() throws {
        var machine = greeted()
        var odd = LoginPackets.response(user: "app", database: "shop")
        odd.payload.writeBytes(Array("\0'root'\0".utf8))
        let (relay, _) = try relayed(odd, by: &machine)
        var whole = greeted()
        let (expected, _) = try relayed(LoginPackets.response(user: "app", database: "shop"), by: &whole)
        #expect(relay.response(isBehindTLS: false) == expected.response(isBehindTLS: false))
    }

    @Test("a sidecar account cannot choose a schema of mysqld")
    func unknownDatabase() throws {
        var machine = greeted()
        let action = try send(LoginPackets.response(user: "topology", proof: scramble, database: "shop"), to: &machine)
        #expect(action.refusal?.errno == 1049)

        // Which is said to those alone who have proved who they are.
        var stranger = greeted()
        _ = try send(LoginPackets.response(user: "topology", database: "shop"), to: &stranger)
        let second = PacketReader.Packet(sequence: 3, payload: ByteBuffer(bytes: [1]))
        #expect(try send(second, to: &stranger).refusal?.errno == 1045)
    }

    @Test("packets out of order and cut ones are violations")
    func violations() throws {
        var first = greeted()
        var late = LoginPackets.response(user: "app")
        late.sequence = 5
        #expect(throws: ProtocolViolation.sequenceOutOfOrder(expected: 1, found: 5)) { try send(late, to: &first) }

        let whole = Array(LoginPackets.response(user: "app", database: "shop").payload.readableBytesView)
        for count in 0..<56 {
            var machine = greeted()
            let cut = PacketReader.Packet(sequence: 1, payload: ByteBuffer(bytes: whole.prefix(count)))
            #expect(throws: ProtocolViolation.self, "cut at \(count)") { try send(cut, to: &machine) }
        }
    }

    @Test("random and changed packets never trap")
    func randomPackets() throws {
        var random = SeededGenerator(seed: 17)
        let good = Array(LoginPackets.response(user: "app", database: "shop").payload.readableBytesView)
        let goodGreeting = Array(try encoded(LoginPackets.greeting()).readableBytesView)
        for _ in 0..<20_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            var machine = greeted()
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
