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
        try checkResponse(response, using: &random)
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

    private func checkResponse(_ payload: ByteBuffer, using random: inout FuzzRandom) throws(FuzzFailure) {
        guard let response = try? HandshakeResponse(payload) else { return }
        let keepsDatabase = random.once(in: 2)
        // What the protocol and the shape of the packet need is never taken away: mysqld offers it always.
        let negotiated = Capabilities(rawValue: random.next())
            .union(response.capabilities.intersection(Self.shaping)).union(.mysql)
        let relayed = response.relayed(negotiated: negotiated, keepingDatabase: keepsDatabase)
        try require(relayed.readableBytes <= payload.readableBytes, "a relayed response has grown")
        guard let again = try? HandshakeResponse(relayed) else {
            throw FuzzFailure("a response cannot be read once it is relayed")
        }
        try require(again.user == response.user, "user \(response.user) became \(again.user)")
        try require(
            again.authenticationResponse == response.authenticationResponse
                && again.authenticationPlugin == response.authenticationPlugin,
            "another proof or method is relayed"
        )
        try require(again.database == (keepsDatabase ? response.database : nil), "another database is relayed")
    }

    private static let shaping: Capabilities = [
        .protocol41, .secureConnection, .pluginAuth, .pluginAuthLengthEncoded, .connectWithDatabase,
    ]

    private func checkLogin(
        _ greeting: ByteBuffer,
        _ response: ByteBuffer,
        using random: inout FuzzRandom
    ) throws(FuzzFailure) {
        var machine = LoginMachine(
            ownScramble: Array(repeating: 0x41, count: 20),
            clientHost: "192.0.2.1",
            virtualSchema: "cluster_schema"
        )
        let outage = OutageGreeting(serverVersion: "10.11.6-MariaDB", connectionID: 7)
        do throws(ProtocolViolation) {
            let first: LoginMachine.Action
            if random.once(in: 8) {
                first = machine.serverIsUnavailable(
                    SQLError(errno: 1927, sqlState: "HY000", message: "down"),
                    outage: outage
                )
            } else {
                first = try machine.serverGreeted(greeting, outage: outage)
            }
            guard case .send = first else { return }
            let knowsAll = random.once(in: 2)
            for sequence in [1, 3, 5] as [UInt8] {
                var payload = sequence == 1 ? response : ByteBuffer(bytes: random.bytes(random.below(40)))
                var framed = ByteBuffer()
                let length = UInt32(payload.readableBytes & 0xff_ffff)
                let number = random.once(in: 16) ? random.byte() : sequence
                framed.writeInteger(length | UInt32(number) << 24, endianness: .little)
                framed.writeBuffer(&payload)
                guard let packet = try PacketReader.next(from: &framed, limit: LoginMachine.maximumPacketBytes) else {
                    return
                }
                let forbids = random.once(in: 4)
                let action = try machine.clientSent(
                    packet,
                    accounts: Accounts(knowsAll: knowsAll, verifies: random.once(in: 2)),
                    isRelayForbidden: { _ in forbids }
                )
                if case .relay(let bytes, _)? = action, bytes.readableBytes > response.readableBytes + 4 {
                    throw ProtocolViolation.malformedResponse("grown")
                }
            }
        } catch {
            if case .malformedResponse(let what) = error, what == "grown" {
                throw FuzzFailure("more is relayed to mysqld than the client sent")
            }
        }
    }

    private struct Accounts: AccountVerifying {
        var knowsAll: Bool
        var verifies: Bool
        func contains(_ user: String) -> Bool { knowsAll || user == "topology" }
        func verify(user: String, nativePasswordProof: [UInt8], scramble: [UInt8]) -> Bool { verifies }
    }
}
