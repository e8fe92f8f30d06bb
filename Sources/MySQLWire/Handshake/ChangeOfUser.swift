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
    /// What follows the command byte.
    private let payload: ByteBuffer
    /// Where the database's name stands in the payload, without its closing NUL.
    private var databaseRange: Range<Int>

    /// - Parameters:
    ///   - payload: without the command byte.
    ///   - capabilities: the session's.
    ///   - serverVersion: mysqld's.
    /// - Returns: nil for a packet that is cut, or whose fields the servers would find in different places.
    package init?(_ payload: ByteBuffer, capabilities: Capabilities, serverVersion: String) {
        self.payload = payload
        var bytes = payload
        guard capabilities.contains(.secureConnection), let user = bytes.readNULTerminatedBytes(),
            let length = bytes.readInteger(as: UInt8.self), bytes.readSlice(length: Int(length)) != nil
        else { return nil }
        let start = bytes.readerIndex - payload.readerIndex
        let name = bytes.readNULTerminatedBytes() ?? []
        databaseRange = start..<start + name.count
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

    /// The command for a mysqld that does not know the database: the same bytes without its name.
    ///
    /// - Parameter sequence: the number of the client's packet.
    /// - Returns: the packet with its header.
    package func packetWithoutDatabase(sequence: UInt8) -> ByteBuffer {
        var writer = PacketWriter(nextSequence: sequence)
        let start = payload.readerIndex
        writer.packet { buffer in
            buffer.writeInteger(Command.changeUser)
            if let before = payload.getSlice(at: start, length: databaseRange.lowerBound) {
                buffer.writeImmutableBuffer(before)
            }
            let rest = start + databaseRange.upperBound
            if let after = payload.getSlice(at: rest, length: payload.writerIndex - rest) {
                buffer.writeImmutableBuffer(after)
            }
        }
        return writer.buffer
    }
}
