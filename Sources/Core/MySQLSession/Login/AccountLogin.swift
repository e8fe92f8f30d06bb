internal import MySQLWire
internal import NIOCore

/// The login of one of the sidecar's own accounts, from the client's first answer up to the verdict.
///
/// Passwords are not looked at here, since that can take long: `verify` asks for it, `verified` is told the outcome. The
/// same holds for the sidecar's key: `makeKey`, `keyMade`.
struct AccountLogin {
    enum Action: Equatable {
        case send(ByteBuffer)
        case verify(PasswordCheck)
        case makeKey
        /// - Parameter packets: what goes before the OK or error packet.
        case verdict(isAccepted: Bool, packets: ByteBuffer, sequence: UInt8, hasPassword: Bool)
        /// The password came in clear where others may listen in: it opens nothing.
        case passwordInClear(sequence: UInt8)
    }

    private enum Step {
        case awaitingProof
        case awaitingPassword
        case awaitingCiphertext
    }

    private let method: AuthenticationMethod
    private let mayPasswordBeClear: Bool
    private var scramble: [UInt8]
    private var step: Step = .awaitingProof
    private var sequence: UInt8

    /// - Parameters:
    ///   - mayPasswordBeClear: nobody can listen in: the client is connected by TLS or from this host.
    ///   - sequence: the number of the client's last packet.
    init(method: AuthenticationMethod, mayPasswordBeClear: Bool, scramble: [UInt8], sequence: UInt8) {
        self.method = method
        self.mayPasswordBeClear = mayPasswordBeClear
        self.scramble = scramble
        self.sequence = sequence
    }

    /// The number of a packet that answers the client's last.
    var nextSequence: UInt8 { sequence &+ 1 }

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
    mutating func begin(proof: [UInt8]) -> Action { judge(proof) }

    /// - Throws: `sequenceOutOfOrder`.
    mutating func clientSent(_ packet: PacketReader.Packet) throws(ProtocolViolation) -> Action {
        guard packet.sequence == sequence &+ 1 else {
            throw .sequenceOutOfOrder(expected: sequence &+ 1, found: packet.sequence)
        }
        sequence = packet.sequence
        let bytes = Array(packet.payload.readableBytesView)
        switch step {
        case .awaitingProof:
            return judge(bytes)
        case .awaitingPassword:
            if bytes.count == 1, bytes.first == method.keyRequest {
                return .makeKey
            }
            guard mayPasswordBeClear else { return .passwordInClear(sequence: sequence &+ 1) }
            return .verify(.password(bytes.last == 0 ? bytes.dropLast() : bytes))
        case .awaitingCiphertext:
            return .verify(.ciphertext(bytes, scramble: scramble))
        }
    }

    mutating func keyMade(_ key: [UInt8]) -> Action {
        step = .awaitingCiphertext
        return .send(frame(ByteBuffer(bytes: [0x01] + key)))
    }

    private func judge(_ proof: [UInt8]) -> Action {
        // Clients say "no password" by nothing or by a NUL. Every account has one.
        if proof.isEmpty || proof == [0] { return verdict(false, hasPassword: false) }
        return switch method {
        case .nativePassword: .verify(.nativeProof(proof, scramble: scramble))
        case .cachingSHA2, .sha256: .verify(.cachingSHA2Proof(proof, scramble: scramble))
        }
    }

    /// - Parameter isRight: nil if it takes the password itself to tell.
    mutating func verified(_ isRight: Bool?) -> Action {
        guard case .awaitingProof = step, method != .nativePassword else { return verdict(isRight ?? false) }
        switch isRight {
        case true?:
            let packets = frame(ByteBuffer(bytes: [0x01, 0x03]))
            return .verdict(isAccepted: true, packets: packets, sequence: sequence &+ 1, hasPassword: true)
        case false?:
            return verdict(false)
        case nil:
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
