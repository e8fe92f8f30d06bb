internal import NIOCore

/// Cuts frames out of a stream: four bytes of length, big-endian, then so many bytes.
///
/// Memory grows with the bytes that have come, never with the length that was announced.
struct FrameReader {
    enum Failure: Error, Equatable {
        case tooLong(UInt32)
    }

    private let maximumBytes: Int
    private var received = ByteBuffer()

    init(maximumBytes: Int) {
        self.maximumBytes = maximumBytes
    }

    /// Bytes that are kept until their frame is complete.
    var pendingBytes: Int { received.readableBytes }

    /// Takes more bytes.
    ///
    /// - Returns: a frame when it is complete.
    /// - Throws: `Failure.tooLong` as soon as the length has been read.
    mutating func read(_ bytes: inout ByteBuffer) throws(Failure) -> [UInt8]? {
        received.writeBuffer(&bytes)
        guard let length: UInt32 = received.getInteger(at: received.readerIndex) else { return nil }
        guard length <= UInt32(clamping: maximumBytes) else { throw .tooLong(length) }
        guard received.readableBytes >= 4 + Int(length) else { return nil }
        received.moveReaderIndex(forwardBy: 4)
        return received.readBytes(length: Int(length))
    }

    static func frame(_ payload: [UInt8]) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(payload.count + 4)
        buffer.writeInteger(UInt32(clamping: payload.count))
        buffer.writeBytes(payload)
        return buffer
    }
}

/// The first byte of a stream says what it carries, so that other protocols can share the port.
enum StreamPreamble {
    static let gossip = UInt8(ascii: "G")
}
