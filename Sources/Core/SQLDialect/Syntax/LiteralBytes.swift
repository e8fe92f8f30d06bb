import QueryRouting

/// The bytes of hexadecimal and bit literals.
enum LiteralBytes {
    /// - Parameter source: as typed: `x'41'`, `0x41`, `b'01'`, `0b01`.
    static func read(_ source: String, _ kind: SQLToken.Kind) -> [UInt8]? {
        let digits = Array(source.utf8.dropFirst(2).filter { $0 != UInt8(ascii: "'") })
        switch kind {
        case .hexadecimalString:
            guard digits.count.isMultiple(of: 2) else { return nil }
            return hexadecimal(digits)
        case .hexadecimalNumber:
            return hexadecimal(digits.count.isMultiple(of: 2) ? digits : [UInt8(ascii: "0")] + digits)
        default:
            return bits(digits)
        }
    }

    /// - Parameter digits: an even number of them.
    static func hexadecimal(_ digits: [UInt8]) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        var index = 0
        while index + 1 < digits.count {
            guard let high = digit(digits[index]), let low = digit(digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
            index += 2
        }
        return bytes
    }

    private static func bits(_ digits: [UInt8]) -> [UInt8]? {
        guard digits.allSatisfy({ $0 == 0x30 || $0 == 0x31 }) else { return nil }
        let count = (digits.count + 7) / 8
        var bytes = [UInt8](repeating: 0, count: count)
        for (position, digit) in digits.reversed().enumerated() where digit == 0x31 {
            bytes[count - 1 - position / 8] |= 1 << UInt8(position % 8)
        }
        return bytes
    }

    /// What a hexadecimal digit stands for.
    static func digit(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x37
        case 0x61...0x66: digit - 0x57
        default: nil
        }
    }

    /// As `x'…'` in SQLite's dialect.
    static func literal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        return "x'" + String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
            + "'"
    }

    /// The number that the bytes are, where a number is wanted; nil beyond 64 bits.
    static func number(_ bytes: [UInt8]) -> UInt64? {
        var number: UInt64 = 0
        for byte in bytes.drop(while: { $0 == 0 }) {
            guard number >> 56 == 0 else { return nil }
            number = number << 8 | UInt64(byte)
        }
        return number
    }
}
