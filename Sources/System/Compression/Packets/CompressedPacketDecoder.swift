package import NIOCore

/// Which end of a connection this is.
package enum CompressionRole: Hashable, Sendable {
    /// Receives commands: each begins again at number 0.
    case server
    /// Receives answers, which go on from the number of the command.
    case client
}

/// Compressed packets in any slicing to the bytes that they hold: pieces of ordinary packets, cut anywhere.
///
/// Keeps at most one packet that is not complete, as it arrives; decompresses into the length that the header tells,
/// which three bytes bound to 16 MiB.
package struct CompressedPacketDecoder {
    private let role: CompressionRole
    private let decompressor: any Decompressing
    private let maximumByteCount: Int
    private var received = ByteBuffer()
    private var hasFailed = false

    /// The number that follows the last packet's. The server's side takes 0 as well, which begins another command.
    package private(set) var expectedSequence: UInt8 = 0
    /// The number that follows what this side has sent, which is taken as well: both directions count together. Nil
    /// before anything was sent.
    package var sequenceAfterSent: UInt8?

    /// - Parameter maximumByteCount: the most that one packet may hold, before or after compression.
    package init(
        role: CompressionRole,
        algorithm: CompressionAlgorithm,
        workspace: CompressionWorkspace,
        maximumByteCount: Int = 0xff_ffff
    ) {
        self.role = role
        self.decompressor = workspace.decompressor(algorithm)
        self.maximumByteCount = maximumByteCount
    }

    /// Takes bytes of the connection; `next` gives what they hold.
    package mutating func receive(_ bytes: ByteBuffer) {
        guard !hasFailed else { return }
        if received.readableBytes == 0 { received = bytes } else { received.writeImmutableBuffer(bytes) }
    }

    /// Whether a packet has come in part only.
    package var isInPacket: Bool { received.readableBytes > 0 }

    /// Whether `next` has something to work on.
    package var hasCompletePacket: Bool {
        guard !hasFailed, let header = CompressedPacketHeader(peeking: received) else { return false }
        return received.readableBytes - CompressedPacketHeader.byteCount >= header.byteCount
    }

    /// What the next complete packet holds; nil if none is complete. A stored one is not copied, an empty one skipped.
    ///
    /// - Throws: `CompressionError`, after a wrong header at once. Nothing more is decoded then.
    package mutating func next() throws(CompressionError) -> ByteBuffer? {
        guard !hasFailed else { return nil }
        do {
            while let header = CompressedPacketHeader(peeking: received) {
                try check(header)
                guard let payload = try decode(header) else { return nil }
                if payload.readableBytes > 0 { return payload }
            }
            return nil
        } catch {
            hasFailed = true
            received = ByteBuffer()
            throw error
        }
    }

    private func check(_ header: CompressedPacketHeader) throws(CompressionError) {
        let isNewCommand = role == .server && header.sequence == 0
        guard header.sequence == expectedSequence || header.sequence == sequenceAfterSent || isNewCommand else {
            throw .outOfOrder(expected: expectedSequence, got: header.sequence)
        }
        let longest = max(header.byteCount, header.uncompressedByteCount)
        guard longest <= maximumByteCount else { throw .tooLong(declared: longest, limit: maximumByteCount) }
        // Nothing compresses to nothing.
        if header.byteCount == 0, header.uncompressedByteCount > 0 {
            throw .lengthMismatch(declared: header.uncompressedByteCount, actual: 0)
        }
    }

    /// - Returns: nil if the packet is not complete.
    private mutating func decode(_ header: CompressedPacketHeader) throws(CompressionError) -> ByteBuffer? {
        guard received.readableBytes - CompressedPacketHeader.byteCount >= header.byteCount else { return nil }
        received.moveReaderIndex(forwardBy: CompressedPacketHeader.byteCount)
        guard let content = received.readSlice(length: header.byteCount) else { return nil }
        // Nothing keeps the memory of packets that are done.
        if received.readableBytes == 0 { received = ByteBuffer() }
        expectedSequence = header.sequence &+ 1
        guard header.uncompressedByteCount > 0 else { return content }
        return try decompressor.decompress(content, byteCount: header.uncompressedByteCount)
    }
}
