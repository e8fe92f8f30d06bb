package import NIOCore

/// Bytes of ordinary packets to compressed packets.
package struct CompressedPacketEncoder {
    /// Shorter payloads are stored as they are, in bytes: MIN_COMPRESS_LENGTH of MySQL and MariaDB.
    package static let minimumCompressedByteCount = 50
    /// The longest payload of one packet, in bytes.
    package static let maximumPayloadByteCount = CompressedPacketHeader.maximumByteCount

    private let compressor: any Compressing

    /// The number of the next packet.
    package var nextSequence: UInt8 = 0

    package init(algorithm: CompressionAlgorithm, workspace: CompressionWorkspace) {
        self.compressor = workspace.compressor(algorithm)
    }

    /// Appends the packets that hold `payload`: one, or more of them if it is longer than 16 MiB − 1. A part that
    /// compression does not make shorter is stored as it is. No payload makes no packet.
    ///
    /// - Throws: `libraryFailure`.
    package mutating func encode(_ payload: ByteBuffer, into output: inout ByteBuffer) throws(CompressionError) {
        var payload = payload
        while payload.readableBytes > 0,
            let part = payload.readSlice(length: min(payload.readableBytes, Self.maximumPayloadByteCount))
        {
            try encodePart(part, into: &output)
            nextSequence &+= 1
        }
    }

    private func encodePart(_ part: ByteBuffer, into output: inout ByteBuffer) throws(CompressionError) {
        var header = CompressedPacketHeader(
            byteCount: part.readableBytes,
            sequence: nextSequence,
            uncompressedByteCount: 0
        )
        let start = output.writerIndex
        output.writeBytes(header.bytes)
        if part.readableBytes >= Self.minimumCompressedByteCount,
            let byteCount = try compressor.compress(part, into: &output)
        {
            header.uncompressedByteCount = part.readableBytes
            header.byteCount = byteCount
            output.setBytes(header.bytes, at: start)
        } else {
            output.writeImmutableBuffer(part)
        }
    }
}
