import NIOCore

extension HandshakeResponse {
    /// What a client's answer to mysqld's greeting is made of (MySQL: `HandshakeResponse41`).
    struct Fields {
        /// What client, sidecar and mysqld have; those that say which fields follow are seen to here.
        var capabilities: Capabilities
        var largestPacket: UInt32 = 1 << 30
        var characterSet: UInt8
        var user: AccountName
        var proof: [UInt8]
        /// Empty for none.
        var database: [UInt8]
        /// Empty for none.
        var plugin: [UInt8]
        /// With their length; empty without any.
        var attributes: ByteBuffer
    }

    /// The answer, made anew: mysqld reads in it what was read here, whatever the client's packet looked like.
    static func payload(_ fields: Fields) -> ByteBuffer {
        var flags = fields.capabilities.union([.protocol41, .secureConnection])
        flags.subtract([.tls, .connectWithDatabase, .pluginAuthLengthEncoded])
        let isLong = fields.proof.count > 255
        if isLong { flags.insert(.pluginAuthLengthEncoded) }
        if !fields.database.isEmpty { flags.insert(.connectWithDatabase) }
        if fields.attributes.readableBytes == 0 { flags.remove(.connectAttributes) }
        var buffer = ByteBuffer()
        buffer.writeInteger(UInt32(truncatingIfNeeded: flags.rawValue), endianness: .little)
        buffer.writeInteger(fields.largestPacket, endianness: .little)
        buffer.writeInteger(fields.characterSet)
        buffer.writeRepeatingByte(0, count: 19)
        let extended = flags.contains(.mysql) ? 0 : UInt32(truncatingIfNeeded: flags.rawValue >> 32)
        buffer.writeInteger(extended, endianness: .little)
        buffer.writeNULTerminated(fields.user.bytes)
        if isLong {
            buffer.writeLengthEncoded(fields.proof)
        } else {
            buffer.writeInteger(UInt8(fields.proof.count))
            buffer.writeBytes(fields.proof)
        }
        if !fields.database.isEmpty { buffer.writeNULTerminated(fields.database) }
        if flags.contains(.pluginAuth) { buffer.writeNULTerminated(fields.plugin) }
        if flags.contains(.connectAttributes) { buffer.writeImmutableBuffer(fields.attributes) }
        return buffer
    }
}
