package import NIOCore

/// Cuts frames out of a stream:
/// ```
/// n (1 byte) | the payload's length, 4 bytes, big-endian, sealed as a message of its own (n) | the payload, sealed
/// ```
/// So the length is authenticated before a byte of the payload is kept: a stranger without a key makes this member
/// keep no more than what one read brings. Memory grows with the bytes that have come, never with the length that was
/// announced.
package struct FrameReader {
    package enum Failure: Error, Equatable {
        /// The first byte cannot be.
        case malformed
        /// The length was not sealed with a key of ours.
        case notAuthentic
        case tooLong(UInt32)
    }

    /// A length in the clear, or with as much as sealing may add.
    private static let headerBytes: ClosedRange<UInt8> = 4...(4 + 64)

    /// Of what has been read, before it is moved over.
    private static let keptBytes = 64 * 1024

    /// Of a payload; a change holds from the next frame on.
    package var maximumBytes: Int
    private let open: ([UInt8]) -> [UInt8]?
    private var received = ByteBuffer()
    private var announced: Int?

    /// - Parameter open: decrypts the length; nil if it cannot.
    package init(maximumBytes: Int, open: @escaping ([UInt8]) -> [UInt8]?) {
        self.maximumBytes = maximumBytes
        self.open = open
    }

    /// Bytes that are kept until their frame is complete.
    package var pendingBytes: Int { received.readableBytes }

    /// Takes more bytes.
    ///
    /// - Returns: a frame when it is complete.
    /// - Throws: `Failure`, as soon as the length has been read.
    package mutating func read(_ bytes: inout ByteBuffer) throws(Failure) -> [UInt8]? {
        if bytes.readableBytes > 0 { received.writeBuffer(&bytes) }
        let length: Int
        if let announced {
            length = announced
        } else {
            guard let header = try readHeader() else { return nil }
            length = header
            announced = header
        }
        guard received.readableBytes >= length else { return nil }
        announced = nil
        let frame = received.readBytes(length: length)
        if received.readableBytes == 0 {
            received.clear()
        } else if received.readerIndex >= Self.keptBytes {
            received.discardReadBytes()
        }
        return frame
    }

    private mutating func readHeader() throws(Failure) -> Int? {
        guard let count: UInt8 = received.getInteger(at: received.readerIndex) else { return nil }
        guard Self.headerBytes.contains(count) else { throw .malformed }
        guard received.readableBytes > Int(count) else { return nil }
        received.moveReaderIndex(forwardBy: 1)
        guard let sealed = received.readBytes(length: Int(count)), let plain = open(sealed) else { throw .notAuthentic }
        guard plain.count == 4 else { throw .malformed }
        let length = plain.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard length <= UInt32(clamping: maximumBytes) else { throw .tooLong(length) }
        return Int(length)
    }

    /// - Parameters:
    ///   - payload: sealed already.
    ///   - seal: encrypts the length.
    /// - Returns: nil if the length cannot be encrypted.
    package static func frame(_ payload: [UInt8], seal: ([UInt8]) -> [UInt8]?) -> ByteBuffer? {
        let length = UInt32(clamping: payload.count)
        let plain = stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: length >> UInt32($0)) }
        guard let header = seal(plain), headerBytes.contains(UInt8(clamping: header.count)) else { return nil }
        var buffer = ByteBuffer()
        buffer.reserveCapacity(payload.count + header.count + 1)
        buffer.writeInteger(UInt8(clamping: header.count))
        buffer.writeBytes(header)
        buffer.writeBytes(payload)
        return buffer
    }
}
