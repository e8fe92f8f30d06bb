package import NIOCore

/// Takes whole packets out of a stream in phases where each one is looked at (handshake, authentication).
///
/// Payloads above the limit are an error, so an unauthenticated peer cannot make us keep many bytes.
package struct PacketReader {
    package struct Packet {
        package var sequence: UInt8
        package var payload: ByteBuffer

        package init(sequence: UInt8, payload: ByteBuffer) {
            self.sequence = sequence
            self.payload = payload
        }
    }

    /// - Parameters:
    ///   - stream: bytes as they came; what is taken is consumed.
    ///   - limit: the longest payload that is accepted, in bytes.
    /// - Returns: nil while the packet is not whole.
    package static func next(
        from stream: inout ByteBuffer,
        limit: Int
    ) throws(ProtocolViolation) -> Packet? {
        guard let header = stream.getInteger(at: stream.readerIndex, endianness: .little, as: UInt32.self) else {
            return nil
        }
        let length = Int(header & 0xff_ffff)
        guard length <= limit else { throw .packetTooLarge(length: length, limit: limit) }
        guard stream.readableBytes >= PacketFormat.headerBytes + length else { return nil }
        stream.moveReaderIndex(forwardBy: PacketFormat.headerBytes)
        guard let payload = stream.readSlice(length: length) else { return nil }
        return Packet(sequence: UInt8(truncatingIfNeeded: header >> 24), payload: payload)
    }
}

/// Bytes that the protocol does not allow where they stand. The connection they came on is closed.
package enum ProtocolViolation: Error, Hashable, Sendable {
    case packetTooLarge(length: Int, limit: Int)
    case sequenceOutOfOrder(expected: UInt8, found: UInt8)
    case malformedGreeting(String)
    case malformedHandshakeResponse(String)
    case malformedResponse(String)
    /// Bytes from mysqld that no command asked for.
    case unexpectedServerBytes
    /// A client has sent commands where mysqld reads a local file, or mysqld has not read the file to its end.
    case commandsInPlaceOfFile

    /// What the client is told before its connection is closed.
    package var sqlError: SQLError {
        switch self {
        case .packetTooLarge(let length, let limit):
            SQLError(
                errno: 1153,
                sqlState: "08S01",
                message: "Got a packet bigger than \(limit) bytes (\(length) bytes announced)"
            )
        case .sequenceOutOfOrder, .commandsInPlaceOfFile:
            SQLError(errno: 1156, sqlState: "08S01", message: "Got packets out of order")
        case .malformedHandshakeResponse(let what):
            SQLError(errno: 1043, sqlState: "08S01", message: "Bad handshake: \(what)")
        case .malformedGreeting(let what), .malformedResponse(let what):
            SQLError(errno: 1835, sqlState: "HY000", message: "Malformed communication packet from mysqld: \(what)")
        case .unexpectedServerBytes:
            SQLError(errno: 1835, sqlState: "HY000", message: "Malformed communication packet from mysqld: unasked for")
        }
    }
}
