package import MySQLWire
package import NIOCore

/// A login (or COM_CHANGE_USER) between a client and mysqld, from the client's first answer up to OK or ERR.
///
/// Every method is relayed packet by packet. Two methods send the password itself once the other side is trusted, and
/// choose how by whether *their* connection is secure (MySQL: "Caching_sha2_password information",
/// "SHA-256 pluggable authentication"): in clear over TLS or a unix socket, else encrypted with the server's RSA key.
/// Where only one of the two connections is secure, the sidecar stands in for the key's owner on the other one. The
/// password is passed on and not kept. RSA is not done here, since it takes long: `cipher` asks for it, `ciphered` is told
/// the outcome.
///
/// Packets of the two connections count apart: a request for TLS on one of them shifts its numbers.
package struct AuthenticationRelay {
    /// The longest packet of the server in this phase, in bytes: an OK packet with the session's state may be long.
    package static let maximumServerPacketBytes = 1024 * 1024

    package enum Action: Equatable {
        case toClient(ByteBuffer)
        case toServer(ByteBuffer)
        /// Nothing is to be read from either side before `ciphered`.
        case cipher(CipherRequest)
        /// The last packet, for the client.
        case ended(isAccepted: Bool, toClient: ByteBuffer, status: StatusFlags?)
        /// The client cannot be asked for what mysqld wants: send these bytes, then close both connections.
        case refuse(toClient: ByteBuffer)
    }

    private enum Step {
        case relaying
        /// The client was given our key: its next packet is the encrypted password.
        case awaitingCiphertext
        /// mysqld was asked for its key, with which this password will be encrypted.
        case awaitingServerKey(password: [UInt8])
        case ciphering(Purpose)
    }

    /// What is done with the outcome of a `CipherRequest`.
    private enum Purpose {
        case keyForClient
        case passwordForServer
        case ciphertextForServer
        /// The client has not asked for a key: it may have kept ours, or this is no ciphertext.
        case passwordIfItIsOne(ByteBuffer)
    }

    private let legs: ConnectionLegs
    private let hasFactors: Bool
    /// The client knows more methods than mysql_native_password (CLIENT_PLUGIN_AUTH).
    private let hasMethods: Bool
    private let hasProof: Bool
    private var method: AuthenticationMethod?
    private var scramble: [UInt8]
    /// caching_sha2_password: the server has asked for the password itself.
    private var isPasswordAskedFor = false
    private var isOldPasswordAskedFor = false
    private var step: Step = .relaying
    private var clientSequence: UInt8
    private var serverSequence: UInt8

    /// - Parameters:
    ///   - plugin: the method of the client's first answer; empty if that is not known yet.
    ///   - scramble: what the answer was made for.
    ///   - hasProof: false if the client has said that it has no password.
    ///   - capabilities: the client's.
    ///   - clientSequence: the number of the last packet on the client's connection.
    ///   - serverSequence: the number of the last packet on mysqld's.
    package init(
        plugin: String,
        scramble: [UInt8],
        hasProof: Bool = true,
        legs: ConnectionLegs,
        capabilities: Capabilities,
        clientSequence: UInt8,
        serverSequence: UInt8
    ) {
        self.method = AuthenticationMethod(rawValue: plugin)
        self.scramble = scramble
        self.legs = legs
        self.hasProof = hasProof
        self.hasFactors = capabilities.contains(.multiFactor)
        self.hasMethods = capabilities.contains(.pluginAuth)
        self.clientSequence = clientSequence
        self.serverSequence = serverSequence
    }

    /// - Throws: `malformedResponse` for a request to change the method that is cut.
    package mutating func serverSent(_ packet: PacketReader.Packet) throws(ProtocolViolation) -> Action {
        serverSequence = packet.sequence
        switch packet.payload.getInteger(at: packet.payload.readerIndex, as: UInt8.self) {
        case 0x00:
            return .ended(isAccepted: true, toClient: toClient(packet.payload), status: packet.payload.statusOfOK)
        case 0xff:
            return .ended(isAccepted: false, toClient: toClient(packet.payload), status: nil)
        case 0xfe:
            try changeMethod(packet.payload)
            if !hasMethods { return askForNativePassword(packet.payload) }
        case 0x02 where hasFactors:
            try changeMethod(packet.payload)
        case Self.fullAuthentication where method == .cachingSHA2:
            // Clients read it without the marker as well.
            isPasswordAskedFor = true
        case 0x01:
            if case .awaitingServerKey(let password) = step {
                step = .ciphering(.ciphertextForServer)
                let key = Array(packet.payload.readableBytesView.dropFirst())
                return .cipher(.encryption(password: password, scramble: scramble, publicKey: key))
            }
            // Until the method changes: whatever comes behind the question, the client may have its answer under way.
            if method == .cachingSHA2, packet.payload.readableBytesView.dropFirst().first == Self.fullAuthentication {
                isPasswordAskedFor = true
            }
        default:
            break
        }
        return .toClient(toClient(packet.payload))
    }

    /// - Throws: `sequenceOutOfOrder`.
    package mutating func clientSent(_ packet: PacketReader.Packet) throws(ProtocolViolation) -> Action {
        guard packet.sequence == clientSequence &+ 1 else {
            throw .sequenceOutOfOrder(expected: clientSequence &+ 1, found: packet.sequence)
        }
        clientSequence = packet.sequence
        if case .awaitingCiphertext = step {
            step = .ciphering(.passwordForServer)
            return .cipher(.decryption(Array(packet.payload.readableBytesView), scramble: scramble))
        }
        // An account without a password, which secure_auth closes. mysqld looks at it when it asks a client that had begun
        // by mysql_native_password, or when the answer is not empty; the sidecar has begun by another method.
        if isOldPasswordAskedFor, packet.payload.readableBytesView.allSatisfy({ $0 == 0 }) {
            return .toServer(toServer(ByteBuffer(bytes: Self.wrongOldPassword)))
        }
        guard let keyRequest = method?.keyRequest, sendsPassword, legs.isClientSecure != takesClearPassword else {
            return .toServer(toServer(packet.payload))
        }
        let bytes = Array(packet.payload.readableBytesView)
        // An empty password is never encrypted.
        if bytes.isEmpty || bytes == [0] { return .toServer(toServer(packet.payload)) }
        if legs.isClientSecure {
            step = .awaitingServerKey(password: bytes.last == 0 ? bytes.dropLast() : bytes)
            return .toServer(toServer(ByteBuffer(bytes: [keyRequest])))
        }
        guard bytes == [keyRequest] else {
            step = .ciphering(.passwordIfItIsOne(packet.payload))
            return .cipher(.decryption(bytes, scramble: scramble))
        }
        step = .ciphering(.keyForClient)
        return .cipher(.publicKey)
    }

    /// Nothing is to be read from either side before `ciphered`.
    package var isCiphering: Bool {
        if case .ciphering = step { true } else { false }
    }

    /// - Parameter outcome: of the `CipherRequest` that was asked for last.
    /// - Returns: nil if none was.
    package mutating func ciphered(_ outcome: [UInt8]?) -> Action? {
        guard case .ciphering(let purpose) = step else { return nil }
        step = .relaying
        switch purpose {
        case .keyForClient:
            guard let outcome else { return .refuse(toClient: refusal(LoginMachine.noKey)) }
            step = .awaitingCiphertext
            return .toClient(toClient(ByteBuffer(bytes: [0x01] + outcome)))
        case .ciphertextForServer:
            // Without a ciphertext mysqld refuses the login itself, in its own words.
            return .toServer(toServer(ByteBuffer(bytes: outcome ?? [])))
        case .passwordForServer:
            // A password that nobody has makes mysqld refuse the login itself.
            return .toServer(toServer(ByteBuffer(bytes: (outcome ?? []) + [0])))
        case .passwordIfItIsOne(let packet):
            if let outcome { return .toServer(toServer(ByteBuffer(bytes: outcome + [0]))) }
            // As mysqld without TLS does: a password that came in clear opens nothing.
            return .toServer(toServer(legs.isClientLocal ? packet : ByteBuffer(bytes: [0])))
        }
    }

    /// An error packet that is the client's next.
    package func refusal(_ error: SQLError) -> ByteBuffer {
        var writer = PacketWriter(nextSequence: clientSequence &+ 1)
        error.write(to: &writer)
        return writer.buffer
    }

    /// Whether the client's next packet is its password, or a request for the key to encrypt it with.
    private var sendsPassword: Bool { method == .sha256 || isPasswordAskedFor }

    /// Whether mysqld, by this method, takes a password that is not encrypted on its connection.
    private var takesClearPassword: Bool { method == .sha256 ? legs.isServerEncrypted : legs.isServerSecure }

    private static let fullAuthentication: UInt8 = 0x04
    /// No scramble of mysql_old_password: those are of letters.
    private static let wrongOldPassword = [UInt8](repeating: 1, count: 8) + [0]

    /// AuthSwitchRequest and AuthNextFactor: a marker, the method's name, its data.
    private mutating func changeMethod(_ payload: ByteBuffer) throws(ProtocolViolation) {
        isPasswordAskedFor = false
        isOldPasswordAskedFor = false
        // What was under way belonged to the method before.
        step = .relaying
        var bytes = payload
        bytes.moveReaderIndex(forwardBy: 1)
        guard bytes.readableBytes > 0 else {
            // A server of long ago asks for mysql_old_password.
            method = nil
            return
        }
        guard let name = bytes.readNULTerminatedBytes() else { throw .malformedResponse("change of the method") }
        method = AuthenticationMethod(rawValue: String(decoding: name, as: UTF8.self))
        isOldPasswordAskedFor = name.elementsEqual("mysql_old_password".utf8)
        scramble = Array(bytes.readableBytesView)
        if scramble.last == 0 { scramble.removeLast() }
    }

    /// mysqld names a method to a client that has not said that it knows any. Some know this request all the same, with
    /// the one method that they have (Node's mysql); those that do not are asked only for a password that they have.
    private mutating func askForNativePassword(_ payload: ByteBuffer) -> Action {
        guard method == .nativePassword else {
            return .refuse(toClient: refusal(LoginMachine.clientTooOld))
        }
        return hasProof ? .toClient(toClient(payload)) : .toServer(toServer(ByteBuffer()))
    }

    private mutating func toClient(_ payload: ByteBuffer) -> ByteBuffer {
        var writer = PacketWriter(nextSequence: clientSequence &+ 1)
        writer.packet { $0.writeImmutableBuffer(payload) }
        clientSequence &+= 1
        return writer.buffer
    }

    private mutating func toServer(_ payload: ByteBuffer) -> ByteBuffer {
        var writer = PacketWriter(nextSequence: serverSequence &+ 1)
        writer.packet { $0.writeImmutableBuffer(payload) }
        serverSequence &+= 1
        return writer.buffer
    }
}

extension ByteBuffer {
    /// The status flags of an OK packet; nil when it is none.
    var statusOfOK: StatusFlags? {
        var bytes = self
        guard bytes.readInteger(as: UInt8.self) == 0x00, bytes.readLengthEncodedInteger() != nil,
            bytes.readLengthEncodedInteger() != nil
        else { return nil }
        return bytes.readInteger(endianness: .little, as: UInt16.self).map { StatusFlags(rawValue: $0) }
    }
}
