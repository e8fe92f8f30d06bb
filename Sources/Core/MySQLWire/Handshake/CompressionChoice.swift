/// What a client and the sidecar compress their packets with (MySQL: `page_protocol_basic_compression`).
package enum CompressionChoice: Hashable, Sendable {
    case zlib
    /// - Parameter level: 1 to 22.
    case zstd(level: Int)

    /// - Parameters:
    ///   - capabilities: those of both sides. As mysqld does, zlib is taken if both are there.
    ///   - level: as the client asked; 3 if it did not.
    package init?(_ capabilities: Capabilities, level: UInt8?) {
        if capabilities.contains(.compress) {
            self = .zlib
        } else if capabilities.contains(.zstdCompression) {
            self = .zstd(level: min(max(Int(level ?? 3), 1), 22))
        } else {
            return nil
        }
    }
}
