import NIOCore

/// A client's wish to log in as it is put to mysqld: without a proof, by a method that mysqld cannot take.
///
/// The client was greeted by the sidecar, and so its proof is for a scramble that mysqld does not know. mysqld answers
/// a method that is not the account's by naming the account's own, with a scramble of its own
/// (MySQL: "Authentication Method Mismatch"): that request goes to the client, and is the only one that it gets.
extension HandshakeResponse {
    /// No method of any server: names of plugins begin with the name of what they belong to.
    package static let unknownMethod = "pilotfish_asks_for_the_method"

    /// What a client's answer to mysqld's greeting is made of (MySQL: `HandshakeResponse41`).
    struct Fields {
        /// What client, sidecar and mysqld have; those that say which fields follow are seen to here.
        var capabilities: Capabilities
        var largestPacket: UInt32 = 1 << 30
        var characterSet: UInt8
        var user: AccountName
        /// Empty for none.
        var database: [UInt8]
        /// With their length; empty without any.
        var attributes: ByteBuffer
    }

    /// The answer, made anew: mysqld reads in it what was read here, whatever the client's packet looked like.
    static func payload(_ fields: Fields) -> ByteBuffer {
        // Also for a client that knows no methods: mysqld is to name the account's.
        var flags = fields.capabilities.union([.protocol41, .secureConnection, .pluginAuth])
        flags.subtract([.tls, .connectWithDatabase, .pluginAuthLengthEncoded])
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
        // The length of the proof.
        buffer.writeInteger(0 as UInt8)
        if !fields.database.isEmpty { buffer.writeNULTerminated(fields.database) }
        buffer.writeNULTerminated(unknownMethod.utf8)
        if flags.contains(.connectAttributes) { buffer.writeImmutableBuffer(fields.attributes) }
        return buffer
    }
}
