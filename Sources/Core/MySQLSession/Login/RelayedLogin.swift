package import MySQLWire
package import NIOCore

/// A client's login on its way to mysqld, which decides by what method it is to be proved.
package struct RelayedLogin: Hashable, Sendable {
    private let payload: ByteBuffer
    package let isClientSecure: Bool
    private let isClientLocal: Bool
    let hasProof: Bool
    private let clientSequence: UInt8

    /// - Parameters:
    ///   - hasProof: false if the client has said that it has no password.
    ///   - clientSequence: the number of the client's packet.
    init(
        payload: ByteBuffer,
        isClientSecure: Bool,
        isClientLocal: Bool,
        hasProof: Bool,
        clientSequence: UInt8
    ) {
        self.payload = payload
        self.isClientSecure = isClientSecure
        self.isClientLocal = isClientLocal
        self.hasProof = hasProof
        self.clientSequence = clientSequence
    }

    /// The number of a packet that answers the client at once.
    package var nextClientSequence: UInt8 { clientSequence &+ 1 }

    /// Asks mysqld for TLS (MySQL: `SSLRequest`; MariaDB: "SSLRequest packet"): the head of the answer that follows.
    package func tlsRequest() -> ByteBuffer {
        var writer = PacketWriter(nextSequence: 1)
        writer.packet { buffer in
            if let head = secured.getSlice(at: secured.readerIndex, length: HandshakeResponse.tlsRequestBytes) {
                buffer.writeImmutableBuffer(head)
            }
        }
        return writer.buffer
    }

    /// - Parameter isBehindTLS: `tlsRequest` went before it.
    package func response(isBehindTLS: Bool) -> ByteBuffer {
        var writer = PacketWriter(nextSequence: isBehindTLS ? 2 : 1)
        let payload = isBehindTLS ? secured : self.payload
        writer.packet { $0.writeImmutableBuffer(payload) }
        return writer.buffer
    }

    /// What goes on after the response was sent.
    ///
    /// - Parameter isServerSecure: over TLS or a unix socket.
    package func authentication(
        isBehindTLS: Bool,
        isServerSecure: Bool,
        capabilities: Capabilities
    ) -> AuthenticationRelay {
        AuthenticationRelay(
            plugin: "",
            scramble: [],
            hasProof: hasProof,
            legs: ConnectionLegs(
                isClientSecure: isClientSecure,
                isServerSecure: isServerSecure,
                isServerEncrypted: isBehindTLS,
                isClientLocal: isClientLocal
            ),
            capabilities: capabilities,
            clientSequence: clientSequence,
            serverSequence: isBehindTLS ? 2 : 1
        )
    }

    /// With the flag for TLS.
    private var secured: ByteBuffer {
        var payload = self.payload
        let index = payload.readerIndex
        let flags = payload.getInteger(at: index, endianness: .little, as: UInt32.self) ?? 0
        payload.setInteger(flags | UInt32(Capabilities.tls.rawValue), at: index, endianness: .little)
        return payload
    }
}
