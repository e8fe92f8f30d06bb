internal import MySQLSession
internal import MySQLWire
internal import NIOCore

/// Logins between a client and mysqld, and to accounts of the sidecar, over connections that may each be listened to.
///
/// A password in clear never goes to the client. One that came in clear over a connection that can be listened to is
/// not passed on to a mysqld that would take it, and no password is sent in clear to a mysqld that is not secure unless
/// the client's own connection gave it away before. Packets of each connection count up by one.
struct AuthenticationTarget: FuzzTarget {
    private let responses: [[UInt8]]
    private let mutator = Mutator(maximumBytes: 4096)

    init(_ corpus: Corpus) {
        let sessions = corpus.sessions.compactMap { RecordedSession($0) }.filter { $0.length <= 128 * 1024 }
        responses = sessions.compactMap { $0.payloads(ofClient: true).first }
    }

    /// A client's answer to the greeting with two bytes of length before it, then packets of mysqld in the same form.
    func makeInput(using random: inout FuzzRandom) -> [UInt8] {
        var response = responses[random.below(responses.count)]
        if random.once(in: 3) { mutator.mutate(&response, others: responses, using: &random) }
        var parts = [response]
        for _ in 0..<random.below(8) {
            var packet = Self.serverPacket(using: &random)
            if random.once(in: 4) { mutator.mutate(&packet, others: parts, using: &random) }
            parts.append(packet)
        }
        let bytes = parts.flatMap { [UInt8($0.count & 0xff), UInt8($0.count >> 8)] + $0 }
        return FuzzInput.encode(bytes, using: &random)
    }

    private static let methodNames = [
        "mysql_native_password", "caching_sha2_password", "sha256_password", "client_ed25519", "dialog", "",
    ]

    private static func serverPacket(using random: inout FuzzRandom) -> [UInt8] {
        let change = Array(methodNames[random.below(methodNames.count)].utf8) + [0] + random.bytes(20) + [0]
        return switch random.below(10) {
        case 0: [0x00, 0, 0, 2, 0, 0, 0]
        case 1: [0xff, 0x15, 0x04] + Array("#28000no".utf8)
        case 2, 3: [0x01, 0x04]
        case 4: [0x01, 0x03]
        case 5: [0x04]
        case 6: [0x01] + ToyCipher.serverKey
        case 7: [0x02] + change
        default: [0xfe] + change
        }
    }

    func run(_ input: [UInt8]) throws(FuzzFailure) {
        let input = FuzzInput(input)
        var random = input.random
        var parts: [[UInt8]] = []
        var rest = input.payload[...]
        while rest.count >= 2 {
            let length = Int(rest[rest.startIndex]) | Int(rest[rest.startIndex + 1]) << 8
            rest = rest.dropFirst(2)
            parts.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        guard let response = parts.first else { return }
        let password = (0..<(8 + random.below(16))).map { _ in UInt8(ascii: "a") + UInt8(random.below(26)) }
        for isClientSecure in [false, true] {
            for isServerSecure in [false, true] {
                for isClientLocal in [false, true] {
                    let legs = ConnectionLegs(
                        isClientSecure: isClientSecure,
                        isServerSecure: isServerSecure,
                        isClientLocal: isClientLocal
                    )
                    var relayed = RelayedAuthentication(legs: legs, password: password, using: &random)
                    try relayed.run(serverPackets: Array(parts.dropFirst()), using: &random)
                }
            }
        }
        for method in ToyAccounts.methods {
            try logIn(ByteBuffer(bytes: response), method, password, using: &random)
        }
    }

    // MARK: Accounts of the sidecar

    /// Of the greeting and of every request for another method.
    private static let scramble: [UInt8] = Array(repeating: 0x41, count: 20)

    private func logIn(
        _ response: ByteBuffer,
        _ method: AuthenticationMethod,
        _ password: [UInt8],
        using random: inout FuzzRandom
    ) throws(FuzzFailure) {
        let isLocal = random.once(in: 2)
        let accounts = ToyAccounts(method: method, password: password, knowsProofs: random.once(in: 2))
        var machine = LoginMachine(
            greetingScramble: Self.scramble,
            switchScramble: Self.scramble,
            clientHost: isLocal ? "127.0.0.1" : "192.0.2.1",
            virtualSchema: "cluster_schema"
        )
        let down = SQLError(errno: 1927, sqlState: "HY000", message: "down")
        let presence: ServerPresence = random.once(in: 2) ? .uncertain : .certain
        _ = machine.greet(as: KnownServer(unseenOfVersion: "10.11.6-MariaDB"), connectionID: 7)
        var payload = response
        var sequence: UInt8 = 1
        var deservesAccess = false
        for _ in 0..<6 {
            let number = random.once(in: 32) ? random.byte() : sequence
            var action: LoginMachine.Action?
            do throws(ProtocolViolation) {
                action = try machine.clientSent(
                    .init(sequence: number, payload: payload),
                    accounts: accounts,
                    presence: presence,
                    isRelayForbidden: { _ in false }
                )
            } catch {
                return
            }
            action = try machine.followed(action, accounts: accounts)
            // What others hear in place of a refusal.
            if case .connect = action, machine.isSeeking { action = machine.serverIsUnavailable(down) }
            try require(number == sequence, "packet \(number) is taken in place of \(sequence)")
            switch action {
            case .send(let bytes):
                try require(!Self.holds(bytes, password), "the client is sent a password")
                sequence = try HandshakeTarget.lastSequence(bytes, after: sequence) &+ 1
            case .serve(let bytes, _):
                _ = try HandshakeTarget.lastSequence(bytes, after: sequence)
                try require(deservesAccess, "an account is served without its password: \(method)")
                return
            case .refuse(let bytes, _, _):
                try require(!Self.holds(bytes, password), "the client is sent a password")
                _ = try HandshakeTarget.lastSequence(bytes, after: sequence)
                return
            case .relay, .connect, .verify, .makeKey, .startTLS:
                throw FuzzFailure("an account of the sidecar leads to \(String(describing: action))")
            case nil: return
            }
            let proof = ToyAccounts.proof(password, Self.scramble)
            let ciphertext = ToyCipher()
                .encrypt(password: password, scramble: Self.scramble, publicKey: ToyCipher.ownKey)
            let answers = [
                proof, password + [0], password, [0x01], [0x02], ciphertext ?? [], [], [0], random.bytes(24),
            ]
            let choice = random.below(answers.count)
            // In clear a password counts only where nobody can listen in.
            deservesAccess = choice == 0 || choice == 5 || isLocal && (1...2).contains(choice)
            payload = ByteBuffer(bytes: answers[choice])
        }
    }

    static func holds(_ bytes: ByteBuffer, _ password: [UInt8]) -> Bool {
        let view = Array(bytes.readableBytesView)
        guard view.count >= password.count else { return false }
        return (0...(view.count - password.count)).contains { start in
            view[start] == password[0] && view[start..<(start + password.count)].elementsEqual(password)
        }
    }
}
