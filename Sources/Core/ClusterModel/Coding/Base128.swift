/// Numbers in as few bytes as they need: seven bits each, the lowest first, with the eighth set on all but the last.
package enum Base128 {
    package static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// - Returns: nil if the bytes end before the number does, or it has more than 64 bits.
    package static func take(from bytes: inout ArraySlice<UInt8>) -> UInt64? {
        var number: UInt64 = 0
        for shift in stride(from: 0, through: 63, by: 7) {
            guard let byte = bytes.popFirst() else { return nil }
            let part = UInt64(byte & 0x7f)
            guard (part << shift) >> shift == part else { return nil }
            number |= part << shift
            if byte & 0x80 == 0 { return number }
        }
        return nil
    }
}
