internal import NIOCore

/// The login of one of the sidecar's own accounts, from the client's first answer up to the verdict.
struct AccountLogin {
    enum Action: Equatable {
        case send(ByteBuffer)
        /// - Parameter packets: what goes before the OK or error packet.
        case verdict(isAccepted: Bool, packets: ByteBuffer, sequence: UInt8, hasPassword: Bool)
    }

    private enum Step {
        case awaitingProof
        case awaitingPassword
        case awaitingCiphertext
    }

    private let user: String
    private let method: AuthenticationMethod
    private let mayPasswordBeClear: Bool
    private var scramble: [UInt8]
    private var step: Step = .awaitingProof
    private var sequence: UInt8

    /// - Parameters:
    ///   - mayPasswordBeClear: nobody can listen in: the client is connected by TLS or from this host.
    ///   - sequence: the number of the client's last packet.
    init(
        user: String,
        method: AuthenticationMethod,
        mayPasswordBeClear: Bool,
        scramble: [UInt8],
        sequence: UInt8
    ) {
        self.user = user
        self.method = method
        self.mayPasswordBeClear = mayPasswordBeClear
        self.scramble = scramble
        self.sequence = sequence
    }

    /// Asks the client for an answer by the account's method to a scramble of our own (AuthSwitchRequest).
    mutating func changeMethod(scramble: [UInt8]) -> Action {
        self.scramble = scramble
        step = .awaitingProof
        var payload = ByteBuffer()
        payload.writeInteger(0xfe as UInt8)
        payload.writeNULTerminated(method.rawValue.utf8)
        payload.writeNULTerminated(scramble)
        return .send(frame(payload))
    }

    /// The client's proof in its first answer.
    mutating func begin(proof: [UInt8], accounts: some AccountVerifying) -> Action {
        judge(proof, accounts)
    }

    /// - Throws: `sequenceOutOfOrder`.
    mutating func clientSent(
        _ packet: PacketReader.Packet,
        accounts: some AccountVerifying,
        cipher: some PasswordCipher
    ) throws(ProtocolViolation) -> Action {
        guard packet.sequence == sequence &+ 1 else {
            throw .sequenceOutOfOrder(expected: sequence &+ 1, found: packet.sequence)
        }
        sequence = packet.sequence
        let bytes = Array(packet.payload.readableBytesView)
        switch step {
        case .awaitingProof:
            return judge(bytes, accounts)
        case .awaitingPassword:
            if bytes.count == 1, bytes.first == method.keyRequest {
                step = .awaitingCiphertext
                return .send(frame(ByteBuffer(bytes: [0x01] + cipher.publicKey)))
            }
            guard mayPasswordBeClear else { return verdict(false) }
            return verdict(accounts.verify(user: user, password: bytes.last == 0 ? bytes.dropLast() : bytes))
        case .awaitingCiphertext:
            guard let password = cipher.decrypt(bytes, scramble: scramble) else { return verdict(false) }
            return verdict(accounts.verify(user: user, password: password))
        }
    }

    private mutating func judge(_ proof: [UInt8], _ accounts: some AccountVerifying) -> Action {
        switch method {
        case .nativePassword:
            return verdict(
                accounts.verify(user: user, nativePasswordProof: proof, scramble: scramble),
                hasPassword: !proof.isEmpty
            )
        case .cachingSHA2, .sha256:
            // Clients say "no password" by nothing or by a NUL.
            if proof.isEmpty || proof == [0] {
                return verdict(accounts.verify(user: user, password: []), hasPassword: false)
            }
            if let isRight = accounts.verify(user: user, cachingSHA2Proof: proof, scramble: scramble) {
                guard isRight else { return verdict(false) }
                let packets = frame(ByteBuffer(bytes: [0x01, 0x03]))
                return .verdict(isAccepted: true, packets: packets, sequence: sequence &+ 1, hasPassword: true)
            }
            step = .awaitingPassword
            return .send(frame(ByteBuffer(bytes: [0x01, 0x04])))
        }
    }

    private func verdict(_ isAccepted: Bool, hasPassword: Bool = true) -> Action {
        .verdict(isAccepted: isAccepted, packets: ByteBuffer(), sequence: sequence &+ 1, hasPassword: hasPassword)
    }

    private mutating func frame(_ payload: ByteBuffer) -> ByteBuffer {
        sequence &+= 1
        var writer = PacketWriter(nextSequence: sequence)
        writer.packet { $0.writeImmutableBuffer(payload) }
        return writer.buffer
    }
}
