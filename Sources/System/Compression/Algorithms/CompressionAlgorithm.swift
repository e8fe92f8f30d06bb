internal import NIOCore

/// What the two ends have agreed on by CLIENT_COMPRESS or CLIENT_ZSTD_COMPRESSION_ALGORITHM.
package enum CompressionAlgorithm: Hashable, Sendable {
    /// Deflate in zlib's format (RFC 1950). Levels outside 1 to 9 count as the nearest.
    case zlib(level: Int)
    /// Zstandard (RFC 8878). Levels outside 1 to 22 count as the nearest; the client names it in its handshake response.
    case zstd(level: Int)

    /// zlib at level 6, as MySQL and MariaDB use it.
    package static let zlib = CompressionAlgorithm.zlib(level: 6)
    /// MySQL's default, zstd_compression_level = 3.
    package static let zstd = CompressionAlgorithm.zstd(level: 3)
}

/// Compresses one packet at a time.
protocol Compressing {
    /// Appends the compressed bytes.
    ///
    /// - Returns: how many; nil, and nothing appended, if they would not be fewer than those of the input.
    func compress(_ input: ByteBuffer, into output: inout ByteBuffer) throws(CompressionError) -> Int?
}

/// Decompresses one packet at a time.
protocol Decompressing {
    /// - Parameter byteCount: what must come out, at most 16 MiB.
    /// - Throws: `corrupt`, `lengthMismatch`, `libraryFailure`.
    func decompress(_ input: ByteBuffer, byteCount: Int) throws(CompressionError) -> ByteBuffer
}

/// The libraries' states, which take hundreds of kilobytes: made when first needed and used for one packet after the
/// other by all sessions of an event loop, as nothing of one packet is needed for the next.
///
/// Not thread-safe: it belongs to one event loop.
package final class CompressionWorkspace {
    private var deflaters: [Int: Deflater] = [:]
    private lazy var inflater = Inflater()
    private lazy var zstdCompressionContext = ZstdCompressionContext()
    private lazy var zstdDecompressor = ZstdDecompressor()

    package init() {}

    func compressor(_ algorithm: CompressionAlgorithm) -> any Compressing {
        switch algorithm {
        case .zlib(let level):
            let level = min(max(level, 1), 9)
            let deflater = deflaters[level] ?? Deflater(level: level)
            deflaters[level] = deflater
            return deflater
        case .zstd(let level):
            return ZstdCompressor(level: min(max(level, 1), 22), context: zstdCompressionContext)
        }
    }

    func decompressor(_ algorithm: CompressionAlgorithm) -> any Decompressing {
        switch algorithm {
        case .zlib: inflater
        case .zstd: zstdDecompressor
        }
    }
}
