import NIOCore

extension HandshakeResponse {
    /// A client's answer to mysqld's greeting, made of its COM_CHANGE_USER (MySQL: `HandshakeResponse41`).
    ///
    /// - Parameters:
    ///   - capabilities: what client, sidecar and mysqld have; whether a database and attributes follow is seen to here.
    ///   - database: nil for none.
    ///   - proof: by the plugin, for the scramble of that greeting.
    static func payload(
        _ request: ChangeOfUser,
        capabilities: Capabilities,
        database: String?,
        plugin: String,
        proof: [UInt8]
    ) -> ByteBuffer {
        var flags = capabilities.union([.protocol41, .secureConnection, .pluginAuth])
        flags.subtract([.tls, .connectWithDatabase, .pluginAuthLengthEncoded])
        let isLong = proof.count > 255
        if isLong { flags.insert(.pluginAuthLengthEncoded) }
        if database != nil { flags.insert(.connectWithDatabase) }
        if request.attributes.readableBytes == 0 { flags.remove(.connectAttributes) }
        var buffer = ByteBuffer()
        buffer.writeInteger(UInt32(truncatingIfNeeded: flags.rawValue), endianness: .little)
        buffer.writeInteger(largestPacket, endianness: .little)
        buffer.writeInteger(UInt8(truncatingIfNeeded: request.characterSet ?? UInt16(CharacterSet.utf8mb4)))
        buffer.writeRepeatingByte(0, count: 19)
        let extended = flags.contains(.mysql) ? 0 : UInt32(truncatingIfNeeded: flags.rawValue >> 32)
        buffer.writeInteger(extended, endianness: .little)
        buffer.writeNULTerminated(request.user.utf8)
        if isLong {
            buffer.writeLengthEncoded(proof)
        } else {
            buffer.writeInteger(UInt8(proof.count))
            buffer.writeBytes(proof)
        }
        if let database { buffer.writeNULTerminated(database.utf8) }
        buffer.writeNULTerminated(plugin.utf8)
        if flags.contains(.connectAttributes) { buffer.writeImmutableBuffer(request.attributes) }
        return buffer
    }

    /// As the servers' own clients say, in bytes.
    private static let largestPacket: UInt32 = 1 << 30
}
