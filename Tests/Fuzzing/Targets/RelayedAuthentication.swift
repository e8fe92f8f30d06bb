internal import MySQLSession
internal import MySQLWire
internal import NIOCore

/// One login through an `AuthenticationRelay`: a client that follows the protocol most of the time, and a mysqld that
/// sends what it is given.
struct RelayedAuthentication {
    private let legs: ConnectionLegs
    private let password: [UInt8]
    private let hasFactors: Bool
    private var relay: AuthenticationRelay
    private var lastOfClient: UInt8
    private var lastOfServer: UInt8
    /// What the client understands mysqld to have said, read as clients do.
    private var method: String
    private var isPasswordAskedFor = false
    private var key: [UInt8]?

    init(legs: ConnectionLegs, password: [UInt8], using random: inout FuzzRandom) {
        self.legs = legs
        self.password = password
        let methods = ["", "mysql_native_password", "caching_sha2_password", "sha256_password", "dialog"]
        method = methods[random.below(methods.count)]
        lastOfClient = random.byte()
        lastOfServer = random.byte()
        hasFactors = random.once(in: 2)
        var capabilities: Capabilities = hasFactors ? .multiFactor : []
        if !random.once(in: 4) { capabilities.insert(.pluginAuth) }
        relay = AuthenticationRelay(
            plugin: method,
            scramble: random.bytes(20),
            hasProof: !random.once(in: 4),
            legs: legs,
            capabilities: capabilities,
            clientSequence: lastOfClient,
            serverSequence: lastOfServer
        )
    }

    mutating func run(serverPackets: [[UInt8]], using random: inout FuzzRandom) throws(FuzzFailure) {
        var left = serverPackets[...]
        for _ in 0..<20 {
            let isOver: Bool
            if let packet = left.first, random.once(in: 2) {
                left = left.dropFirst()
                isOver = try serverSends(packet, using: &random)
            } else {
                isOver = try clientSends(using: &random)
            }
            if isOver { return }
        }
    }

    private var sendsPassword: Bool { method == "sha256_password" || isPasswordAskedFor }
    private var canBeListenedTo: Bool { !legs.isClientSecure && !legs.isClientLocal }

    /// - Returns: whether the login has ended.
    private mutating func serverSends(_ bytes: [UInt8], using random: inout FuzzRandom) throws(FuzzFailure) -> Bool {
        lastOfServer = random.once(in: 16) ? random.byte() : lastOfServer &+ 1
        let packet = PacketReader.Packet(sequence: lastOfServer, payload: ByteBuffer(bytes: bytes))
        let action: AuthenticationRelay.Action
        do throws(ProtocolViolation) {
            action = relay.followed(try relay.serverSent(packet))
        } catch {
            return true
        }
        switch action {
        case .toClient(let sent):
            try checkClient(sent)
            try require(Self.payload(sent) == bytes, "another packet is relayed to the client than mysqld sent")
            clientReads(bytes)
            return false
        case .toServer(let sent):
            // A key that the client did not ask for.
            try checkServer(sent)
            try require(!AuthenticationTarget.holds(sent, password), "a password in clear answers a key, \(legs)")
            return false
        case .ended(_, let sent, _), .refuse(let sent):
            try checkClient(sent)
            return true
        case .cipher: throw FuzzFailure("RSA follows from RSA")
        }
    }

    private mutating func clientReads(_ packet: [UInt8]) {
        // Clients strip a leading 0x01.
        let content = packet.first == 0x01 ? packet.dropFirst() : packet[...]
        if packet.first == 0xfe || packet.first == 0x02 && hasFactors {
            isPasswordAskedFor = false
            key = nil
            method = String(decoding: packet.dropFirst().prefix { $0 != 0 }, as: UTF8.self)
        } else if content.starts(with: Array("KEY".utf8)) {
            key = Array(content)
        } else {
            isPasswordAskedFor = method == "caching_sha2_password" && content.elementsEqual([0x04])
        }
    }

    private mutating func clientSends(using random: inout FuzzRandom) throws(FuzzFailure) -> Bool {
        let bytes: [UInt8]
        let isHonest = !random.once(in: 4)
        if isHonest {
            bytes = honestAnswer(using: &random)
        } else {
            bytes = random.once(in: 2) ? password + [0] : random.bytes(random.below(40))
        }
        let wasAsked = sendsPassword
        let isClear = AuthenticationTarget.holds(ByteBuffer(bytes: bytes), password)
        let number = random.once(in: 32) ? random.byte() : lastOfClient &+ 1
        let packet = PacketReader.Packet(sequence: number, payload: ByteBuffer(bytes: bytes))
        let action: AuthenticationRelay.Action
        do throws(ProtocolViolation) {
            action = relay.followed(try relay.clientSent(packet))
        } catch {
            try require(number != lastOfClient &+ 1, "packet \(number) is refused, which is next")
            return true
        }
        try require(number == lastOfClient &+ 1, "packet \(number) is taken after \(lastOfClient)")
        lastOfClient = number
        switch action {
        case .toClient(let sent):
            try checkClient(sent)
            clientReads(Self.payload(sent))
        case .toServer(let sent):
            try checkServer(sent)
            let leaks = AuthenticationTarget.holds(sent, password)
            let what = "a password in clear goes to mysqld, \(legs), \(method)"
            if canBeListenedTo, legs.isServerSecure, wasAsked { try require(!(leaks && isClear), what) }
            if !legs.isServerSecure, legs.isClientSecure, wasAsked { try require(!leaks, what) }
            // Nothing is decrypted for a connection that can be listened to.
            if !legs.isServerSecure, !isClear { try require(!leaks, what) }
            if legs.isServerSecure == legs.isClientSecure {
                try require(Self.payload(sent) == bytes, "another packet is relayed to mysqld than the client sent")
            }
        case .ended, .refuse: throw FuzzFailure("the client ends its own login")
        case .cipher: throw FuzzFailure("RSA follows from RSA")
        }
        return false
    }

    /// As the clients of MySQL answer.
    private func honestAnswer(using random: inout FuzzRandom) -> [UInt8] {
        guard sendsPassword else { return password.map { $0 | 0x80 } }
        // libmariadb takes a connection within the host for a secure one when TLS was wished for.
        if legs.isClientSecure || legs.isClientLocal && random.once(in: 2) { return password + [0] }
        if let key, let ciphertext = ToyCipher().encrypt(password: password, scramble: [], publicKey: key) {
            return ciphertext
        }
        return method == "sha256_password" ? [0x01] : [0x02]
    }

    // MARK: What is sent

    private mutating func checkClient(_ bytes: ByteBuffer) throws(FuzzFailure) {
        try require(!AuthenticationTarget.holds(bytes, password), "the client is sent a password, \(legs)")
        try require(Self.sequence(bytes) == lastOfClient &+ 1, "the client's packets do not count up by one")
        lastOfClient &+= 1
    }

    private mutating func checkServer(_ bytes: ByteBuffer) throws(FuzzFailure) {
        try require(Self.sequence(bytes) == lastOfServer &+ 1, "mysqld's packets do not count up by one")
        lastOfServer &+= 1
    }

    /// The number of the one packet that the bytes are; nil if they are anything else.
    private static func sequence(_ bytes: ByteBuffer) -> UInt8? {
        var bytes = bytes
        let packet = try? PacketReader.next(from: &bytes, limit: PacketFormat.maximumPayloadBytes)
        return bytes.readableBytes == 0 ? packet?.sequence : nil
    }

    private static func payload(_ bytes: ByteBuffer) -> [UInt8] {
        Array(bytes.readableBytesView.dropFirst(PacketFormat.headerBytes))
    }
}
