package import NIOCore

// Fields of the protocol as ByteBuffer reads and writes them (MariaDB: "Protocol data types").
// Readers return nil when the bytes do not hold the field; they never take more than is there.
extension ByteBuffer {
    package mutating func readLengthEncodedInteger() -> UInt64? {
        guard let first: UInt8 = readInteger() else { return nil }
        switch first {
        case 0...0xfa: return UInt64(first)
        case 0xfc: return readInteger(endianness: .little, as: UInt16.self).map(UInt64.init)
        case 0xfd: return readUInt24().map(UInt64.init)
        case 0xfe: return readInteger(endianness: .little, as: UInt64.self)
        default: return nil
        }
    }

    mutating func readUInt24() -> UInt32? {
        guard let low = readInteger(endianness: .little, as: UInt16.self), let high: UInt8 = readInteger() else {
            return nil
        }
        return UInt32(low) | UInt32(high) << 16
    }

    mutating func readLengthEncodedSlice() -> ByteBuffer? {
        guard let length = readLengthEncodedInteger(), length <= UInt64(readableBytes) else { return nil }
        return readSlice(length: Int(length))
    }

    /// Bytes up to a NUL, which is taken too.
    package mutating func readNULTerminatedBytes() -> [UInt8]? {
        guard let end = readableBytesView.firstIndex(of: 0) else { return nil }
        let bytes = readBytes(length: end - readerIndex)
        moveReaderIndex(forwardBy: 1)
        return bytes
    }

    package mutating func writeLengthEncodedInteger(_ value: UInt64) {
        switch value {
        case 0...0xfa:
            writeInteger(UInt8(value))
        case 0xfb...0xffff:
            writeInteger(0xfc as UInt8)
            writeInteger(UInt16(value), endianness: .little)
        case 0x1_0000...0xff_ffff:
            writeInteger(0xfd as UInt8)
            writeInteger(UInt16(truncatingIfNeeded: value), endianness: .little)
            writeInteger(UInt8(truncatingIfNeeded: value >> 16))
        default:
            writeInteger(0xfe as UInt8)
            writeInteger(value, endianness: .little)
        }
    }

    package mutating func writeLengthEncoded(_ bytes: some Collection<UInt8>) {
        writeLengthEncodedInteger(UInt64(bytes.count))
        writeBytes(bytes)
    }

    package mutating func writeNULTerminated(_ bytes: some Collection<UInt8>) {
        writeBytes(bytes)
        writeInteger(0 as UInt8)
    }
}
