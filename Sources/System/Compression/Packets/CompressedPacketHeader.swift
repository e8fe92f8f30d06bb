internal import NIOCore

/// The header of a compressed packet:
/// ```
/// length of what follows (3 bytes) | sequence number (1) | length before compression (3; 0: stored as it is)
/// ```
/// Integers are little-endian. Sources: MySQL source documentation, "Compressed Packet"; MariaDB, "0 - Packet".
struct CompressedPacketHeader: Hashable {
    static let byteCount = 7
    /// The longest that three bytes tell.
    static let maximumByteCount = 0xff_ffff

    var byteCount: Int
    var sequence: UInt8
    /// 0 if it is stored as it is.
    var uncompressedByteCount: Int

    init(byteCount: Int, sequence: UInt8, uncompressedByteCount: Int) {
        self.byteCount = byteCount
        self.sequence = sequence
        self.uncompressedByteCount = uncompressedByteCount
    }

    /// Looks at the first 7 bytes; nil if there are fewer.
    init?(peeking buffer: ByteBuffer) {
        let start = buffer.readerIndex
        guard
            let first = buffer.getInteger(at: start, endianness: .little, as: UInt32.self),
            let low = buffer.getInteger(at: start + 4, endianness: .little, as: UInt16.self),
            let high = buffer.getInteger(at: start + 6, as: UInt8.self)
        else { return nil }
        byteCount = Int(first & 0xff_ffff)
        sequence = UInt8(truncatingIfNeeded: first >> 24)
        uncompressedByteCount = Int(high) << 16 | Int(low)
    }

    /// Both lengths have 3 bytes by the caller's limit.
    var bytes: [UInt8] {
        [
            UInt8(truncatingIfNeeded: byteCount), UInt8(truncatingIfNeeded: byteCount >> 8),
            UInt8(truncatingIfNeeded: byteCount >> 16), sequence,
            UInt8(truncatingIfNeeded: uncompressedByteCount), UInt8(truncatingIfNeeded: uncompressedByteCount >> 8),
            UInt8(truncatingIfNeeded: uncompressedByteCount >> 16),
        ]
    }
}
