package import NIOCore

extension SQLError {
    /// Reads an error packet (MariaDB: "ERR_Packet"). Before the handshake there is no SQLSTATE in it.
    package init?(errorPacket payload: ByteBuffer) {
        var bytes = payload
        guard bytes.readInteger(as: UInt8.self) == 0xff,
            let errno = bytes.readInteger(endianness: .little, as: UInt16.self)
        else { return nil }
        var state = "HY000"
        if bytes.getInteger(at: bytes.readerIndex, as: UInt8.self) == UInt8(ascii: "#"), bytes.readableBytes >= 6 {
            bytes.moveReaderIndex(forwardBy: 1)
            state = bytes.readBytes(length: 5).map { String(decoding: $0, as: UTF8.self) } ?? state
        }
        self.init(errno: errno, sqlState: state, message: String(decoding: bytes.readableBytesView, as: UTF8.self))
    }

    /// - Parameter hasSQLState: false only when it takes the place of the greeting.
    package func write(
        to writer: inout PacketWriter,
        hasSQLState: Bool = true,
        encoding: ResultEncoding = .unconverted
    ) {
        writer.packet { buffer in
            buffer.writeInteger(0xff as UInt8)
            buffer.writeInteger(errno, endianness: .little)
            if hasSQLState {
                buffer.writeInteger(UInt8(ascii: "#"))
                buffer.writeBytes(Array((sqlState + "HY000").utf8.prefix(5)))
            }
            buffer.writeBytes(encoding.bytes(message) ?? Array(message.utf8))
        }
    }
}
