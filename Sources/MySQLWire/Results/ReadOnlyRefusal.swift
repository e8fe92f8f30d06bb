package import NIOCore

/// What a server says to a write while it is read-only, in words that drivers understand and with the primary's address.
///
/// MariaDB and MySQL say error 1290 for it, "The MySQL server is running with the --read-only option so it cannot execute
/// this statement", and MySQL names --super-read-only if that is on. Drivers that look for the new primary then know the
/// first text alone, so the second becomes the first.
package enum ReadOnlyRefusal {
    private static let errno: [UInt8] = [0x0a, 0x05]  // 1290
    /// No error message of a server is longer, in bytes.
    private static let maximumPayload = 640

    /// - Parameters:
    ///   - bytes: what a server sent; its last packet is an error.
    ///   - primary: `host:port`; empty if there is none to name.
    /// - Returns: where that packet begins and what takes its place; nil if it is another error, or does not lie in the
    ///   bytes as a whole.
    package static func rewritten(lastOf bytes: Span<UInt8>, primary: String) -> (start: Int, packet: ByteBuffer)? {
        guard let start = start(ofLast: bytes) else { return nil }
        let payload = start + PacketFormat.headerBytes
        let text = String(
            decoding: bytes.extracting(payload + 3..<bytes.count).withUnsafeBytes { Array($0) },
            as: UTF8.self
        )
        guard text.contains("read-only"), text.contains("--") else { return nil }
        var changed = text.replacing("--super-read-only", with: "--read-only")
        if !primary.isEmpty { changed += "; the primary is \(primary)" }
        guard changed != text else { return nil }
        var writer = PacketWriter(nextSequence: bytes[start + 3])
        writer.packet { buffer in
            buffer.writeInteger(0xff as UInt8)
            buffer.writeBytes(errno)
            buffer.writeString(changed)
        }
        return (start, writer.buffer)
    }

    /// Where the error packet of that number begins that ends with the bytes.
    private static func start(ofLast bytes: Span<UInt8>) -> Int? {
        let shortest = PacketFormat.headerBytes + 3
        guard bytes.count > shortest else { return nil }
        for length in 4...maximumPayload {
            let start = bytes.count - length - PacketFormat.headerBytes
            guard start >= 0 else { return nil }
            if bytes[start + 4] == 0xff, bytes[start + 5] == errno[0], bytes[start + 6] == errno[1],
                Int(bytes[start]) | Int(bytes[start + 1]) << 8 | Int(bytes[start + 2]) << 16 == length
            {
                return start
            }
        }
        return nil
    }
}
