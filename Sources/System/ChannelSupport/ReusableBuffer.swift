package import NIOCore

/// A buffer that is filled, handed out and filled again.
///
/// Its memory serves again if nobody holds what was handed out any more, and if it is small enough for an idle session
/// to keep.
package struct ReusableBuffer {
    /// An idle session keeps no more than this, in bytes.
    package static let maximumIdleCapacity = 4_096

    package var bytes = ByteBuffer()
    private var isHandedOut = false

    package init() {}

    /// Makes ready to append: what was handed out is not written to.
    package mutating func prepare(minimumCapacity: Int) {
        if isHandedOut {
            isHandedOut = false
            bytes.clear(minimumCapacity: minimumCapacity)
        } else {
            bytes.reserveCapacity(minimumWritableBytes: minimumCapacity)
        }
    }

    /// What `handOut` would give, in bytes.
    package var pendingByteCount: Int { isHandedOut ? 0 : bytes.readableBytes }

    /// What has been appended since the last call; nil if nothing.
    package mutating func handOut() -> ByteBuffer? {
        guard !isHandedOut, bytes.readableBytes > 0 else { return nil }
        let handedOut = bytes
        if bytes.capacity > Self.maximumIdleCapacity { bytes = ByteBuffer() } else { isHandedOut = true }
        return handedOut
    }
}
