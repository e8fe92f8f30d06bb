internal import COpenSSL

/// Reads what OpenSSL has printed into a BIO of BIO_s_mem.
enum MemoryBIO {
    static func text(in bio: OpaquePointer, maximumByteCount: Int) -> String {
        var bytes = [UInt8](repeating: 0, count: min(max(0, maximumByteCount), BIO_ctrl_pending(bio)))
        let count = BIO_read(bio, &bytes, Int32(bytes.count))
        return String(decoding: bytes.prefix(max(0, Int(count))), as: UTF8.self)
    }
}
