package import NIOCore

/// What COM_CHANGE_USER names (MariaDB: "COM_CHANGE_USER"). Its proof is not read: whoever verifies it asks for another.
package struct ChangeOfUser: Hashable, Sendable {
    /// As mysqld will read it; nil if that is not certain.
    package var name: AccountName?
    package var database: String?
    /// The method of the client's proof; empty if it does not say.
    package var authenticationPlugin = ""
    /// The client's default character set and collation; nil if it does not say.
    package var characterSet: UInt16?
    /// Connection attributes as they came, with their length; empty without any.
    var attributes = ByteBuffer()
    /// As it came; empty for none.
    private let databaseBytes: [UInt8]
    private let proofByteCount: Int

    /// - Parameters:
    ///   - payload: without the command byte.
    ///   - capabilities: the session's.
    ///   - serverVersion: mysqld's.
    /// - Returns: nil for a packet that is cut, or whose fields the servers would find in different places.
    package init?(_ payload: ByteBuffer, capabilities: Capabilities, serverVersion: String) {
        var bytes = payload
        guard capabilities.contains(.secureConnection), let user = bytes.readNULTerminatedBytes(),
            let length = bytes.readInteger(as: UInt8.self), bytes.readSlice(length: Int(length)) != nil
        else { return nil }
        proofByteCount = Int(length)
        let name = bytes.readNULTerminatedBytes() ?? []
        databaseBytes = name
        database = name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
        characterSet = bytes.readInteger(endianness: .little)
        self.name = AccountName(user, in: .changeOfUser, characterSet: characterSet, serverVersion: serverVersion)
        if capabilities.contains(.pluginAuth), let plugin = bytes.readNULTerminatedBytes() {
            authenticationPlugin = String(decoding: plugin, as: UTF8.self)
        }
        if capabilities.contains(.connectAttributes) {
            let from = bytes.readerIndex
            if bytes.readLengthEncodedSlice() != nil {
                attributes = payload.getSlice(at: from, length: bytes.readerIndex - from) ?? ByteBuffer()
            }
        }
    }

    /// The client has answered the scramble that it remembers, which is of the sidecar's greeting as often as not.
    package var hasProof: Bool { proofByteCount > 0 }

    /// The command as it is put to mysqld: without its proof, as a login is (see `HandshakeResponse.payload`), and without
    /// a database that mysqld does not know.
    ///
    /// - Parameters:
    ///   - capabilities: those of the session.
    ///   - collation: the session's, if the client names none.
    ///   - sequence: the number of the client's packet.
    /// - Returns: the packet with its header.
    package func relayed(
        as name: AccountName,
        capabilities: Capabilities,
        collation: UInt16,
        keepingDatabase: Bool,
        sequence: UInt8
    ) -> ByteBuffer {
        var writer = PacketWriter(nextSequence: sequence)
        writer.packet { buffer in
            buffer.writeInteger(Command.changeUser)
            buffer.writeNULTerminated(name.bytes)
            // The length of the proof.
            buffer.writeInteger(0 as UInt8)
            buffer.writeNULTerminated(keepingDatabase ? databaseBytes : [])
            buffer.writeInteger(characterSet ?? collation, endianness: .little)
            buffer.writeNULTerminated(HandshakeResponse.unknownMethod.utf8)
            if capabilities.contains(.connectAttributes) { buffer.writeImmutableBuffer(attributes) }
        }
        return writer.buffer
    }

    /// The same as a login of a connection of its own.
    ///
    /// - Parameter capabilities: those of the session.
    package func login(as name: AccountName, capabilities: Capabilities, keepingDatabase: Bool) -> ByteBuffer {
        HandshakeResponse.payload(
            HandshakeResponse.Fields(
                capabilities: capabilities.subtracting(.notRelayed),
                characterSet: characterSet.flatMap { UInt8(exactly: $0) } ?? UInt8(CharacterSet.utf8mb4),
                user: name,
                database: keepingDatabase ? databaseBytes : [],
                attributes: attributes
            )
        )
    }
}
