internal import CZlib
internal import NIOCore

/// Owner of a z_stream, which the library's state points back to: so it lies at an address of its own.
///
/// Invariants: `next_in` and `next_out` are set, with the lengths of what they point to, for the time of one call, and
/// to nil afterwards.
private final class Stream {
    let pointer = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private let end: (UnsafeMutablePointer<z_stream>) -> Int32
    private let reset: (UnsafeMutablePointer<z_stream>) -> Int32
    private let isReady: Bool

    init(
        begin: (UnsafeMutablePointer<z_stream>) -> Int32,
        reset: @escaping (UnsafeMutablePointer<z_stream>) -> Int32,
        end: @escaping (UnsafeMutablePointer<z_stream>) -> Int32
    ) {
        pointer.initialize(to: z_stream())
        self.reset = reset
        self.end = end
        isReady = begin(pointer) == Z_OK
    }

    deinit {
        if isReady { _ = end(pointer) }
        pointer.deinitialize(count: 1)
        pointer.deallocate()
    }

    /// The message that the library has left.
    var reason: String { pointer.pointee.msg.map { String(cString: $0) } ?? "the data end too early" }

    /// Runs all of `input` through the library in one call.
    ///
    /// - Parameter limit: the most that is appended to `output`, in bytes.
    /// - Returns: the library's status, how much was written and how much of the input was left.
    func run(
        _ input: ByteBuffer,
        into output: inout ByteBuffer,
        limit: Int,
        _ step: (UnsafeMutablePointer<z_stream>) -> Int32
    ) throws(CompressionError) -> (status: Int32, written: Int, left: Int) {
        guard isReady, reset(pointer) == Z_OK else { throw .libraryFailure(reason: "zlib has no memory") }
        var status = Z_OK
        var left = 0
        let written = output.writeWithUnsafeMutableBytes(minimumWritableBytes: limit) { destination in
            input.withUnsafeReadableBytes { source in
                let room = min(limit, destination.count)
                // zlib does not write through next_in, whatever its type says.
                pointer.pointee.next_in = UnsafeMutablePointer(
                    mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self)
                )
                pointer.pointee.avail_in = UInt32(clamping: source.count)
                pointer.pointee.next_out = destination.baseAddress?.assumingMemoryBound(to: UInt8.self)
                pointer.pointee.avail_out = UInt32(clamping: room)
                status = step(pointer)
                left = Int(pointer.pointee.avail_in)
                let written = room - Int(pointer.pointee.avail_out)
                pointer.pointee.next_in = nil
                pointer.pointee.avail_in = 0
                pointer.pointee.next_out = nil
                pointer.pointee.avail_out = 0
                return written
            }
        }
        return (status, written, left)
    }
}

final class Deflater: Compressing {
    private let stream: Stream

    init(level: Int) {
        stream = Stream(
            begin: { CZlib_deflateInit($0, Int32(clamping: level)) },
            reset: { deflateReset($0) },
            end: { deflateEnd($0) }
        )
    }

    func compress(_ input: ByteBuffer, into output: inout ByteBuffer) throws(CompressionError) -> Int? {
        let start = output.writerIndex
        let result = try stream.run(input, into: &output, limit: input.readableBytes - 1) { deflate($0, Z_FINISH) }
        if result.status == Z_STREAM_END { return result.written }
        // Z_OK and Z_BUF_ERROR: there was not enough room.
        output.moveWriterIndex(to: start)
        guard result.status == Z_OK || result.status == Z_BUF_ERROR else {
            throw .libraryFailure(reason: stream.reason)
        }
        return nil
    }
}

final class Inflater: Decompressing {
    /// Deflate makes at most 258 bytes of 2 bits.
    private static let maximumRatio = 1_032

    private let stream = Stream(
        begin: { CZlib_inflateInit($0) },
        reset: { inflateReset($0) },
        end: { inflateEnd($0) }
    )

    func decompress(_ input: ByteBuffer, byteCount: Int) throws(CompressionError) -> ByteBuffer {
        // Checked before memory is taken for a promise that cannot be kept.
        guard byteCount <= input.readableBytes * Self.maximumRatio else {
            throw .lengthMismatch(declared: byteCount, actual: nil)
        }
        var output = ByteBuffer()
        // One byte more than promised shows what is too long.
        let result = try stream.run(input, into: &output, limit: byteCount + 1) { inflate($0, Z_FINISH) }
        if result.written > byteCount { throw .lengthMismatch(declared: byteCount, actual: nil) }
        switch result.status {
        case Z_STREAM_END:
            guard result.written == byteCount else {
                throw .lengthMismatch(declared: byteCount, actual: result.written)
            }
            guard result.left == 0 else { throw .corrupt(reason: "bytes follow the end of the data") }
            return output
        case Z_MEM_ERROR:
            throw .libraryFailure(reason: "zlib has no memory")
        default:
            throw .corrupt(reason: stream.reason)
        }
    }
}
