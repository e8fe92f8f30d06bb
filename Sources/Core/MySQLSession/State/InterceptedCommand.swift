internal import MySQLWire
package import NIOCore

/// A whole command that the session machine gave us to look at.
package struct InterceptedCommand: Hashable, Sendable {
    package var code: UInt8
    package var sequence: UInt8
    /// With its header.
    package var packet: ByteBuffer
    /// The statement of the sidecar's own whose execution is to open a cursor.
    package var cursor: UInt32?

    package init(code: UInt8, sequence: UInt8, packet: ByteBuffer) {
        self.code = code
        self.sequence = sequence
        self.packet = packet
    }

    /// What follows the command byte.
    package var content: ByteBuffer {
        var content = packet
        content.moveReaderIndex(forwardBy: min(packet.readableBytes, PacketFormat.headerBytes + 1))
        return content
    }

    /// Whether it may name a schema.
    var namesSchema: Bool {
        switch code {
        case Command.query, Command.statementPrepare, Command.initDatabase, Command.fieldList: true
        default: false
        }
    }

    /// The command with another statement; query attributes stay before it.
    ///
    /// - Parameter statement: what the command's content ends with.
    /// - Returns: nil if it takes more than one packet: the answer would bear another number than the client expects.
    func replacing(_ statement: [UInt8], by text: [UInt8]) -> InterceptedCommand? {
        var attributes = content
        guard let attributes = attributes.readSlice(length: max(0, attributes.readableBytes - statement.count)),
            1 + attributes.readableBytes + text.count < PacketFormat.maximumPayloadBytes
        else { return nil }
        var writer = PacketWriter(nextSequence: sequence)
        writer.packet { buffer in
            buffer.writeInteger(code)
            buffer.writeImmutableBuffer(attributes)
            buffer.writeBytes(text)
        }
        return InterceptedCommand(code: code, sequence: sequence, packet: writer.buffer)
    }
}
