package import NIOCore

/// What a server says to a write while it is read-only, in words that drivers understand and with the primary's address.
///
/// MariaDB and MySQL say error 1290 for it, "The MySQL server is running with the --read-only option so it cannot execute
/// this statement", and MySQL names --super-read-only if that is on. Drivers that look for the new primary then know the
/// first text alone, so the second becomes the first.
package enum ReadOnlyRefusal {
    package static let errno: UInt16 = 1290
    /// No error message of a server is longer, in bytes.
    package static let maximumPayloadBytes = 640
    /// The header, the error's mark and its number.
    private static let headBytes = PacketFormat.headerBytes + 3

    /// - Parameters:
    ///   - packet: an error with number 1290, with its header.
    ///   - primary: `host:port`; empty if there is none to name.
    /// - Returns: what takes its place; nil if that is itself: the number has other meanings, too.
    package static func rewritten(_ packet: Span<UInt8>, primary: String) -> ByteBuffer? {
        guard packet.count > headBytes, packet[4] == 0xff, UInt16(packet[5]) | UInt16(packet[6]) << 8 == errno
        else { return nil }
        let text = String(
            decoding: packet.extracting(headBytes...).withUnsafeBytes { Array($0) },
            as: UTF8.self
        )
        guard text.contains("read-only"), text.contains("--") else { return nil }
        var changed = text.replacing("--super-read-only", with: "--read-only")
        if !primary.isEmpty { changed += "; the primary is \(primary)" }
        guard changed != text else { return nil }
        var writer = PacketWriter(nextSequence: packet[3])
        writer.packet { buffer in
            buffer.writeInteger(0xff as UInt8)
            buffer.writeInteger(errno, endianness: .little)
            buffer.writeString(changed)
        }
        return writer.buffer
    }
}
