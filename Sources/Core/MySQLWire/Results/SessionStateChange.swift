package import NIOCore

/// Session variables that an OK packet tells as changed, for clients with CLIENT_SESSION_TRACK (MariaDB: "OK_Packet",
/// session state info; MySQL: `page_protocol_basic_ok_packet`, SESSION_TRACK_SYSTEM_VARIABLES).
package struct SessionStateChange: Hashable, Sendable {
    /// The entities as they stand in the packet, one behind the other; without the length of them all.
    package let bytes: [UInt8]

    /// - Parameter variables: names and values, each pair an entity of its own as the servers send them.
    package init(_ variables: [(name: String, value: String)]) {
        var buffer = ByteBuffer()
        for (name, value) in variables {
            var pair = ByteBuffer()
            pair.writeLengthEncoded(name.utf8)
            pair.writeLengthEncoded(value.utf8)
            buffer.writeInteger(Self.systemVariables)
            buffer.writeLengthEncoded(pair.readableBytesView)
        }
        bytes = Array(buffer.readableBytesView)
    }

    /// SESSION_TRACK_SYSTEM_VARIABLES.
    private static let systemVariables: UInt8 = 0

    /// The longest packet that is rewritten, in bytes: an OK packet beyond it is a rare one, and waits for the next.
    package static let maximumPacketBytes = 64 * 1024

    /// Adds the variables to an OK packet that ends an answer.
    ///
    /// - Parameter packet: one whole packet with its header, sent under CLIENT_SESSION_TRACK; its sequence number stays.
    /// - Returns: nil for what is no OK packet, an EOF packet, or too long.
    package func added(toOK packet: ByteBuffer) -> ByteBuffer? {
        var source = packet
        guard packet.readableBytes <= Self.maximumPacketBytes,
            let header = source.readInteger(endianness: .little, as: UInt32.self),
            Int(header & 0xff_ffff) == source.readableBytes,
            var payload = Payload(source)
        else { return nil }
        payload.flags.insert(.sessionStateChanged)
        payload.state += bytes
        var writer = PacketWriter(nextSequence: UInt8(truncatingIfNeeded: header >> 24))
        writer.packet { payload.write(to: &$0) }
        return writer.buffer
    }

    /// Adds the variables to the last packet of an answer of our own, if that is an OK packet.
    ///
    /// - Parameter packets: whole packets. Not those of COM_STMT_PREPARE's answer, whose first looks like an OK.
    package func added(toLastOf packets: ByteBuffer) -> ByteBuffer? {
        var rest = packets
        while let length = rest.getUInt24(at: rest.readerIndex) {
            let whole = PacketFormat.headerBytes + Int(length)
            if whole >= rest.readableBytes { break }
            rest.moveReaderIndex(forwardBy: whole)
        }
        guard let changed = added(toOK: rest) else { return nil }
        var result = ByteBuffer()
        result.reserveCapacity(packets.readableBytes + bytes.count + 16)
        if let head = packets.getSlice(at: packets.readerIndex, length: rest.readerIndex - packets.readerIndex) {
            result.writeImmutableBuffer(head)
        }
        result.writeImmutableBuffer(changed)
        return result
    }

    /// An OK packet's fields, as far as they are changed here.
    private struct Payload {
        /// Header byte, affected rows, last insert id.
        var head: ByteBuffer
        var flags: StatusFlags
        var warnings: UInt16
        var info: [UInt8] = []
        var state: [UInt8] = []

        init?(_ payload: ByteBuffer) {
            var bytes = payload
            guard payload.readableBytes >= 7, let kind = bytes.readInteger(as: UInt8.self),
                kind == 0x00 || kind == 0xfe,
                bytes.readLengthEncodedInteger() != nil, bytes.readLengthEncodedInteger() != nil,
                let head = payload.getSlice(at: payload.readerIndex, length: bytes.readerIndex - payload.readerIndex),
                let flags = bytes.readInteger(endianness: .little, as: UInt16.self),
                let warnings = bytes.readInteger(endianness: .little, as: UInt16.self)
            else { return nil }
            self.head = head
            self.flags = StatusFlags(rawValue: flags)
            self.warnings = warnings
            guard bytes.readableBytes > 0 else { return }
            guard let info = bytes.readLengthEncodedSlice() else { return nil }
            self.info = Array(info.readableBytesView)
            if self.flags.contains(.sessionStateChanged), bytes.readableBytes > 0 {
                guard let state = bytes.readLengthEncodedSlice() else { return nil }
                self.state = Array(state.readableBytesView)
            }
            // What stands behind is not understood, and so not rewritten.
            guard bytes.readableBytes == 0 else { return nil }
        }

        func write(to buffer: inout ByteBuffer) {
            buffer.writeImmutableBuffer(head)
            buffer.writeInteger(flags.rawValue, endianness: .little)
            buffer.writeInteger(warnings, endianness: .little)
            // Present, even if empty, where state follows it.
            buffer.writeLengthEncoded(info)
            buffer.writeLengthEncoded(state)
        }
    }
}

extension ByteBuffer {
    /// A packet's length, without taking it.
    fileprivate func getUInt24(at index: Int) -> UInt32? {
        getInteger(at: index, endianness: .little, as: UInt32.self).map { $0 & 0xff_ffff }
    }
}
