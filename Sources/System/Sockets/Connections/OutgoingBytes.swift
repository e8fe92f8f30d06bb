internal import NIOCore

/// What waits to be written to a socket.
struct OutgoingBytes {
    /// An idle connection keeps no more than this, in bytes.
    private static let maximumIdleCapacity = 4_096
    /// So much that was written is given back before more is appended, in bytes.
    private static let compaction = 64 * 1024

    private var buffer = ByteBuffer()

    var count: Int { buffer.readableBytes }
    var isEmpty: Bool { buffer.readableBytes == 0 }

    /// Takes a buffer over without a copy if nothing waits.
    mutating func append(_ bytes: ByteBuffer) {
        if isEmpty, bytes.readableBytes > Self.maximumIdleCapacity {
            buffer = bytes
        } else {
            makeRoom()
            buffer.writeImmutableBuffer(bytes)
        }
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        makeRoom()
        buffer.writeBytes(bytes)
    }

    private mutating func makeRoom() {
        if buffer.readerIndex >= Self.compaction { buffer.discardReadBytes() }
    }

    /// - Parameter write: writes some of it and says how much.
    /// - Returns: what `write` returned.
    mutating func consume(_ write: (UnsafeRawBufferPointer) -> SocketWrite) -> SocketWrite {
        let result = buffer.withUnsafeReadableBytes(write)
        if case .wrote(let count) = result {
            buffer.moveReaderIndex(forwardBy: min(count, buffer.readableBytes))
            if buffer.readableBytes == 0 { removeAll() }
        }
        return result
    }

    mutating func removeAll() {
        if buffer.capacity > Self.maximumIdleCapacity { buffer = ByteBuffer() } else { buffer.clear() }
    }
}
