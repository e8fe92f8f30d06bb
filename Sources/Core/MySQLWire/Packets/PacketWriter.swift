package import NIOCore

/// Frames payloads of our own and counts their sequence numbers.
package struct PacketWriter {
    package private(set) var buffer: ByteBuffer
    /// The number that the next packet gets; wraps after 255 as the protocol wants.
    package private(set) var nextSequence: UInt8

    package init(_ buffer: ByteBuffer = ByteBuffer(), nextSequence: UInt8) {
        self.buffer = buffer
        self.nextSequence = nextSequence
    }

    /// Writes one payload, split into packets of at most 16 MiB.
    package mutating func packet(_ body: (inout ByteBuffer) -> Void) {
        let start = buffer.writerIndex
        buffer.writeInteger(0 as UInt32)
        body(&buffer)
        let length = buffer.writerIndex - start - PacketFormat.headerBytes
        if length < PacketFormat.maximumPayloadBytes {
            setHeader(at: start, length: length)
        } else {
            split(at: start, length: length)
        }
    }

    private mutating func setHeader(at index: Int, length: Int) {
        buffer.setInteger(UInt32(length) | UInt32(nextSequence) << 24, at: index, endianness: .little)
        nextSequence &+= 1
    }

    private mutating func split(at start: Int, length: Int) {
        guard let payload = buffer.getSlice(at: start + PacketFormat.headerBytes, length: length) else { return }
        buffer.moveWriterIndex(to: start)
        var rest = payload
        while true {
            let part = min(rest.readableBytes, PacketFormat.maximumPayloadBytes)
            buffer.writeInteger(UInt32(part) | UInt32(nextSequence) << 24, endianness: .little)
            nextSequence &+= 1
            if var slice = rest.readSlice(length: part) { buffer.writeBuffer(&slice) }
            if part < PacketFormat.maximumPayloadBytes { return }
        }
    }
}
