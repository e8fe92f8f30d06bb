internal import CZstd
internal import NIOCore

/// Owner of a ZSTD_CCtx.
final class ZstdCompressionContext {
    fileprivate let pointer = ZSTD_createCCtx()

    deinit { ZSTD_freeCCtx(pointer) }
}

struct ZstdCompressor: Compressing {
    let level: Int
    let context: ZstdCompressionContext

    func compress(_ input: ByteBuffer, into output: inout ByteBuffer) throws(CompressionError) -> Int? {
        guard let context = context.pointer else { throw .libraryFailure(reason: "zstd has no memory") }
        var status = 0
        let limit = input.readableBytes - 1
        let written = output.writeWithUnsafeMutableBytes(minimumWritableBytes: limit) { destination in
            input.withUnsafeReadableBytes { source in
                status = ZSTD_compressCCtx(
                    context,
                    destination.baseAddress,
                    min(limit, destination.count),
                    source.baseAddress,
                    source.count,
                    Int32(clamping: level)
                )
                return ZSTD_isError(status) == 0 ? min(status, limit) : 0
            }
        }
        if ZSTD_isError(status) == 0 { return written }
        guard ZSTD_getErrorCode(status) == ZSTD_error_dstSize_tooSmall else {
            throw .libraryFailure(reason: ZstdError.text(status))
        }
        return nil
    }
}

final class ZstdDecompressor: Decompressing {
    private let context = ZSTD_createDCtx()

    deinit { ZSTD_freeDCtx(context) }

    func decompress(_ input: ByteBuffer, byteCount: Int) throws(CompressionError) -> ByteBuffer {
        guard let context else { throw .libraryFailure(reason: "zstd has no memory") }
        // Frames of one call tell their length, as a rule; checked before memory is taken.
        let told = input.withUnsafeReadableBytes { ZSTD_getFrameContentSize($0.baseAddress, $0.count) }
        guard told != CZstd_CONTENTSIZE_ERROR else { throw .corrupt(reason: "no frame of zstd") }
        guard told == CZstd_CONTENTSIZE_UNKNOWN || told <= byteCount else {
            throw .lengthMismatch(declared: byteCount, actual: Int(clamping: told))
        }
        var output = ByteBuffer()
        var status = 0
        let written = output.writeWithUnsafeMutableBytes(minimumWritableBytes: byteCount) { destination in
            input.withUnsafeReadableBytes { source in
                status = ZSTD_decompressDCtx(
                    context,
                    destination.baseAddress,
                    min(byteCount, destination.count),
                    source.baseAddress,
                    source.count
                )
                return ZSTD_isError(status) == 0 ? min(status, byteCount) : 0
            }
        }
        guard ZSTD_isError(status) == 0 else {
            switch ZSTD_getErrorCode(status) {
            case ZSTD_error_dstSize_tooSmall: throw .lengthMismatch(declared: byteCount, actual: nil)
            case ZSTD_error_memory_allocation: throw .libraryFailure(reason: "zstd has no memory")
            default: throw .corrupt(reason: ZstdError.text(status))
            }
        }
        guard written == byteCount else { throw .lengthMismatch(declared: byteCount, actual: written) }
        return output
    }
}

private enum ZstdError {
    static func text(_ status: Int) -> String {
        ZSTD_getErrorName(status).map { String(cString: $0) } ?? "error \(status)"
    }
}
