internal import COpenSSL
internal import ChannelSupport
internal import NIOCore

/// What a session reads ciphertext from and writes it to: OpenSSL's calls copy straight from and into these buffers.
///
/// Touched only by the thread that calls into the session, as the callbacks run inside those calls.
final class CiphertextPipe {
    /// What was received and not read by OpenSSL yet.
    private(set) var input = ByteBuffer()
    /// What OpenSSL has written.
    private var output = ReusableBuffer()
    /// How many bytes OpenSSL has read since `forgetDelivered`: the record that it is gathering is no longer.
    private(set) var deliveredByteCount = 0

    func receive(_ bytes: ByteBuffer) {
        if input.readableBytes == 0 { input = bytes } else { input.writeImmutableBuffer(bytes) }
    }

    func forgetDelivered() { deliveredByteCount = 0 }

    /// Forgets what OpenSSL will not read any more.
    func dropInput() { input = ByteBuffer() }

    func reserveOutput(_ byteCount: Int) { output.prepare(minimumCapacity: byteCount) }

    func takeOutput() -> ByteBuffer? { output.handOut() }

    var outputByteCount: Int { output.pendingByteCount }

    /// - Parameter destination: room for `count` bytes.
    /// - Returns: how many bytes were copied; 0 if there are none.
    fileprivate func read(into destination: UnsafeMutablePointer<CChar>, count: Int) -> Int {
        let available = min(count, input.readableBytes)
        guard available > 0 else { return 0 }
        input.readWithUnsafeReadableBytes { source in
            if let start = source.baseAddress {
                UnsafeMutableRawPointer(destination).copyMemory(from: start, byteCount: available)
            }
            return available
        }
        // An idle session holds on to no buffer of the channel.
        if input.readableBytes == 0 { input = ByteBuffer() }
        deliveredByteCount += available
        return available
    }

    /// - Parameter source: holds `count` bytes.
    fileprivate func write(from source: UnsafePointer<CChar>, count: Int) {
        output.prepare(minimumCapacity: count)
        output.bytes.writeBytes(UnsafeRawBufferPointer(start: source, count: count))
    }

    /// A BIO (bio(7)) on this pipe, which must outlive it.
    func makeBIO() -> OpaquePointer? {
        guard let method = CiphertextBIOMethod.shared.pointer, let bio = BIO_new(method) else { return nil }
        BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        BIO_set_init(bio, 1)
        return bio
    }

    /// Invariant: the BIO's data is the pipe that made it and that its session keeps alive; nil before `makeBIO` has
    /// set it.
    fileprivate static func of(_ bio: OpaquePointer?) -> CiphertextPipe? {
        guard let bio, let data = BIO_get_data(bio) else { return nil }
        return Unmanaged<CiphertextPipe>.fromOpaque(data).takeUnretainedValue()
    }
}

/// The functions that OpenSSL calls, made once for the process.
///
/// `@unchecked Sendable`: a BIO_METHOD is only read after it has been filled in.
private struct CiphertextBIOMethod: @unchecked Sendable {
    static let shared = CiphertextBIOMethod()

    let pointer: OpaquePointer?

    private init() {
        pointer = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "pilotfish ciphertext")
        BIO_meth_set_write(pointer) { bio, source, count in
            BIO_clear_flags(bio, Self.retryFlags)
            guard let pipe = CiphertextPipe.of(bio), let source, count > 0 else { return 0 }
            pipe.write(from: source, count: Int(count))
            return count
        }
        BIO_meth_set_read(pointer) { bio, destination, count in
            BIO_clear_flags(bio, Self.retryFlags)
            guard let pipe = CiphertextPipe.of(bio), let destination, count > 0 else { return 0 }
            let copied = pipe.read(into: destination, count: Int(count))
            guard copied > 0 else {
                BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
                return -1
            }
            return Int32(copied)
        }
        // Flushing is the only control that a session depends on; 0 says that the others are not known.
        BIO_meth_set_ctrl(pointer) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
    }

    private static let retryFlags = BIO_FLAGS_READ | BIO_FLAGS_WRITE | BIO_FLAGS_IO_SPECIAL | BIO_FLAGS_SHOULD_RETRY
}
