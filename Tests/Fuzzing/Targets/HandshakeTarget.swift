internal import MySQLSession
internal import MySQLWire
internal import NIOCore

/// Greetings and their answers: read, written again and read, and led through the login.
struct HandshakeTarget: FuzzTarget {
    private let greetings: [[UInt8]]
    private let responses: [[UInt8]]
    private let mutator = Mutator(maximumBytes: LoginMachine.maximumPacketBytes)

    init(_ corpus: Corpus) {
        let sessions = corpus.sessions.compactMap { RecordedSession($0) }.filter { $0.length <= 128 * 1024 }
        greetings = sessions.compactMap { $0.payloads(ofClient: false).first }
        responses = sessions.compactMap { $0.payloads(ofClient: true).first }
    }

    /// Two packets: the greeting, with two bytes of length before it, and the answer.
    func makeInput(using random: inout FuzzRandom) -> [UInt8] {
        var greeting = greetings[random.below(greetings.count)]
        var response = responses[random.below(responses.count)]
        if random.once(in: 2) { mutator.mutate(&greeting, others: greetings, using: &random) }
        if random.once(in: 2) { mutator.mutate(&response, others: responses, using: &random) }
        if greeting.count > 0xffff { greeting.removeLast(greeting.count - 0xffff) }
        let length = [UInt8(greeting.count & 0xff), UInt8(greeting.count >> 8)]
        return FuzzInput.encode(length + greeting + response, using: &random)
    }

    func run(_ input: [UInt8]) throws(FuzzFailure) {
        let input = FuzzInput(input)
        var random = input.random
        guard input.payload.count >= 2 else { return }
        let length = Int(input.payload[0]) | Int(input.payload[1]) << 8
        let greeting = ByteBuffer(bytes: input.payload.dropFirst(2).prefix(length))
        let response = ByteBuffer(bytes: input.payload.dropFirst(2 + length))
        try checkGreeting(greeting)
        try checkLogin(greeting, response, using: &random)
    }

    private func checkGreeting(_ payload: ByteBuffer) throws(FuzzFailure) {
        guard case .greeting(let greeting)? = try? ServerGreeting.parse(payload) else { return }
        var writer = PacketWriter(nextSequence: 0)
        greeting.write(to: &writer)
        var written = writer.buffer
        guard let packet = try? PacketReader.next(from: &written, limit: LoginMachine.maximumPacketBytes) else {
            throw FuzzFailure("a greeting cannot be read as a packet once it is written")
        }
        // Text that is no UTF-8 grows when it is repaired; the scramble of a server without one has another length.
        guard greeting.serverVersion.utf8.count <= 255, !greeting.serverVersion.contains("\u{fffd}"),
            !greeting.authenticationPlugin.contains("\u{fffd}"), greeting.scramble.count == 20,
            greeting.capabilities.contains([.secureConnection, .pluginAuth])
        else { return }
        guard case .greeting(let again)? = try? ServerGreeting.parse(packet.payload) else {
            throw FuzzFailure("a greeting cannot be read once it is written")
        }
        try require(again == greeting, "greeting: \(greeting) became \(again)")
    }

    private func checkLogin(
        _ greeting: ByteBuffer,
        _ response: ByteBuffer,
        using random: inout FuzzRandom
    ) throws(FuzzFailure) {
        var policy = LoginMachine.Policy()
        policy.offersTLS = random.once(in: 2)
        policy.requiresTLS = random.once(in: 4)
        policy.compression = Capabilities(rawValue: random.next()).intersection([.compress, .zstdCompression])
        var machine = LoginMachine(
            greetingScramble: Array(repeating: 0x41, count: 20),
            switchScramble: Array(repeating: 0x42, count: 20),
            clientHost: random.once(in: 2) ? "192.0.2.1" : "127.0.0.1",
            virtualSchema: "cluster_schema",
            policy: policy
        )
        let reply = try? ServerGreeting.parse(greeting)
        let presence: ServerPresence = random.once(in: 8) ? .uncertain : .certain
        var known = KnownServer(unseenOfVersion: "10.11.6-MariaDB")
        if case .greeting(let greeting)? = reply, random.once(in: 2) { known = KnownServer(greeting) }
        guard case .send = machine.greet(as: known, connectionID: 7) else {
            throw FuzzFailure("a client is not greeted")
        }
        let accounts = ToyAccounts(
            method: random.once(in: 2) ? nil : ToyAccounts.methods[random.below(3)],
            password: Array("secret".utf8),
            knowsProofs: random.once(in: 2)
        )
        var sequence: UInt8 = 1
        if policy.offersTLS, random.once(in: 2) {
            guard var head = response.getSlice(at: response.readerIndex, length: min(32, response.readableBytes))
            else { return }
            let flags = head.getInteger(at: head.readerIndex, endianness: .little, as: UInt32.self) ?? 0
            head.setInteger(flags | UInt32(Capabilities.tls.rawValue), at: head.readerIndex, endianness: .little)
            let action = try? machine.clientSent(
                .init(sequence: 1, payload: head),
                accounts: accounts,
                isRelayForbidden: { _ in false }
            )
            guard action == .startTLS else { return }
            sequence = 2
        }
        for step in 0..<4 {
            let payload = step == 0 ? response : ByteBuffer(bytes: random.bytes(random.below(40)))
            let number = random.once(in: 32) ? random.byte() : sequence
            let forbids = random.once(in: 4)
            guard
                var action = try? machine.clientSent(
                    .init(sequence: number, payload: payload),
                    accounts: accounts,
                    presence: presence,
                    isRelayForbidden: { _ in forbids }
                )
            else { return }
            try require(number == sequence, "packet \(number) is taken in place of \(sequence)")
            // The second time for what others hear in place of a refusal.
            for _ in 0..<2 {
                if case .connect = action {
                    guard let next = reply.flatMap({ machine.serverReplied($0) }) else { return }
                    action = next
                }
                if let next = try machine.followed(action, accounts: accounts) { action = next }
            }
            switch action {
            case .send(let bytes):
                sequence = try Self.lastSequence(bytes, after: sequence) &+ 1
            case .serve(let bytes, _):
                try require(accounts.method != nil && !forbidsPlain(policy, machine), "an unknown account is served")
                _ = try Self.lastSequence(bytes, after: sequence)
                return
            case .refuse(let bytes, _, _):
                _ = try Self.lastSequence(bytes, after: sequence)
                return
            case .relay(let relayed, _):
                try check(relayed, response, sequence)
                return
            case .startTLS:
                sequence = 2
            case .connect, .verify, .makeKey:
                throw FuzzFailure("\(action) follows what it asked for")
            }
        }
    }

    /// What the protocol and the shape of the packet need: mysqld offers it always.
    private static let shaping: Capabilities = [
        .protocol41, .secureConnection, .pluginAuth, .pluginAuthLengthEncoded,
    ]

    private func forbidsPlain(_ policy: LoginMachine.Policy, _ machine: LoginMachine) -> Bool {
        policy.requiresTLS && !machine.isSecure
    }

    /// mysqld is sent the client's names without its proof, and the head of it is a request for TLS.
    private func check(
        _ relayed: RelayedLogin,
        _ response: ByteBuffer,
        _ sequence: UInt8
    ) throws(FuzzFailure) {
        let plain = relayed.response(isBehindTLS: false)
        let secured = relayed.response(isBehindTLS: true)
        try require(secured.readableBytes == plain.readableBytes, "TLS changes what is relayed")
        var stream = plain
        guard let client = try? HandshakeResponse(response),
            let packet = try? PacketReader.next(from: &stream, limit: LoginMachine.maximumPacketBytes),
            let server = try? HandshakeResponse(packet.payload)
        else { throw FuzzFailure("a response cannot be read once it is relayed") }
        let (name, nameAgain) = (
            client.accountName(serverVersion: "MariaDB"), server.accountName(serverVersion: "MariaDB")
        )
        // Of one that is too long for MySQL nothing is relayed there; here it is not known which server it is.
        try require(name == nil || nameAgain == name, "another user is relayed")
        try require(server.authenticationResponse.isEmpty, "a proof for the sidecar is relayed")
        try require(
            server.database == client.database
                || server.database == nil && client.database?.lowercased() == "cluster_schema",
            "another database is relayed"
        )
        try require(
            server.capabilities.subtracting(Self.shaping).isSubset(of: client.capabilities),
            "mysqld is told of what the client cannot do"
        )
        try require(try Self.lastSequence(plain, after: 0) == 1, "the answer to mysqld is not its packet 1")
        try require(try Self.lastSequence(secured, after: 1) == 2, "the answer behind TLS is not mysqld's packet 2")
        try require(relayed.nextClientSequence == sequence &+ 1, "another number follows the client's")
        let head = Array(relayed.tlsRequest().readableBytesView.dropFirst(PacketFormat.headerBytes))
        // A server that does not know protocol 4.1 is no mysqld.
        guard Capabilities(rawValue: UInt64(head.count > 1 ? head[1] : 0) << 8).contains(.protocol41) else { return }
        try require(
            HandshakeResponse.isTLSRequest(ByteBuffer(bytes: head))
                && secured.readableBytesView.dropFirst(PacketFormat.headerBytes).starts(with: head),
            "the request for TLS is not the head of the answer"
        )
    }

    /// The number of the last of some packets, which must be whole and count up from the one before them.
    static func lastSequence(_ bytes: ByteBuffer, after previous: UInt8) throws(FuzzFailure) -> UInt8 {
        var bytes = bytes
        var last = previous
        while let packet = try? PacketReader.next(from: &bytes, limit: PacketFormat.maximumPayloadBytes) {
            try require(packet.sequence == last &+ 1, "packet \(packet.sequence) follows \(last)")
            last = packet.sequence
        }
        try require(bytes.readableBytes == 0 && last != previous, "no whole packets are sent")
        return last
    }
}
