package import NIOCore

/// Where a statement's text stands in COM_QUERY's payload: query attributes come before it when they were negotiated
/// (MySQL: `page_protocol_com_query`).
package enum StatementText {
    /// - Parameter payload: without the command byte.
    /// - Returns: the statement's bytes; nil when attributes are announced that are not there.
    package static func bytes(ofQuery payload: ByteBuffer, capabilities: Capabilities) -> [UInt8]? {
        var rest = payload
        if capabilities.contains(.queryAttributes) {
            guard let count = rest.readLengthEncodedInteger(), rest.readLengthEncodedInteger() != nil else {
                return nil
            }
            if count > 0, !skipAttributes(count, in: &rest) { return nil }
        }
        return Array(rest.readableBytesView)
    }

    private static func skipAttributes(_ count: UInt64, in rest: inout ByteBuffer) -> Bool {
        // Each attribute takes three bytes at least, which bounds the work by the packet's length.
        guard count <= UInt64(rest.readableBytes / 3), let nulls = rest.readBytes(length: (Int(count) + 7) / 8),
            rest.readInteger(as: UInt8.self) == 1
        else { return false }
        var types: [UInt8] = []
        for _ in 0..<count {
            guard let type = rest.readInteger(endianness: .little, as: UInt16.self),
                rest.readLengthEncodedSlice() != nil
            else { return false }
            types.append(UInt8(truncatingIfNeeded: type))
        }
        for (index, type) in types.enumerated() where nulls[index / 8] & (1 << UInt8(index % 8)) == 0 {
            guard skipValue(ofType: type, in: &rest) else { return false }
        }
        return true
    }

    /// A value of the binary protocol (MySQL: `page_protocol_binary_resultset`).
    private static func skipValue(ofType type: UInt8, in rest: inout ByteBuffer) -> Bool {
        switch type {
        case 0x06: true  // NULL
        case 0x01: rest.readSlice(length: 1) != nil  // TINY
        case 0x02, 0x0d: rest.readSlice(length: 2) != nil  // SHORT, YEAR
        case 0x03, 0x04, 0x09: rest.readSlice(length: 4) != nil  // LONG, FLOAT, INT24
        case 0x05, 0x08: rest.readSlice(length: 8) != nil  // DOUBLE, LONGLONG
        case 0x07, 0x0a, 0x0b, 0x0c:  // TIMESTAMP, DATE, TIME, DATETIME
            rest.readInteger(as: UInt8.self).flatMap { rest.readSlice(length: Int($0)) } != nil
        default: rest.readLengthEncodedSlice() != nil
        }
    }
}
