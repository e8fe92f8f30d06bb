/// A member's identity, derived from its cluster's and its own name: the same after every restart and on every node.
///
/// It is a UUID of version 5 (RFC 9562, section 5.5) of the two names, with a NUL between them, under this project's
/// namespace. Names hold no NUL, so no two pairs give the same text.
///
/// - Returns: the UUID's first and last 64 bits, big-endian.
package func memberID(cluster: String, name: String) -> (high: UInt64, low: UInt64) {
    let uuid = UUIDVersion5.bytes(
        namespace: UUIDVersion5.pilotfishNamespace,
        name: Array(cluster.utf8) + [0] + Array(name.utf8)
    )
    let words = [uuid.prefix(8), uuid.dropFirst(8)].map { half in half.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
    return (words[0], words[1])
}

/// UUIDs made of a name by SHA-1.
enum UUIDVersion5 {
    /// 5e3251e3-5971-4964-aa1d-9af988945d8b. Never changes: every member's identity depends on it.
    static let pilotfishNamespace: [UInt8] = [
        0x5e, 0x32, 0x51, 0xe3, 0x59, 0x71, 0x49, 0x64, 0xaa, 0x1d, 0x9a, 0xf9, 0x88, 0x94, 0x5d, 0x8b,
    ]

    /// - Returns: 16 bytes.
    static func bytes(namespace: [UInt8], name: [UInt8]) -> [UInt8] {
        var uuid = Array(SHA1.digest(namespace + name).prefix(16))
        uuid[6] = uuid[6] & 0x0f | 0x50
        uuid[8] = uuid[8] & 0x3f | 0x80
        return uuid
    }
}
