/// The bytes of hexadecimal literals.
enum LiteralBytes {
    /// - Parameters:
    ///   - source: as typed: `x'41'`, `0x41`.
    ///   - isNumber: whether a digit may be missing at the front.
    static func read(_ source: String, isNumber: Bool) -> [UInt8]? {
        var digits = source.utf8.dropFirst(2).filter { $0 != UInt8(ascii: "'") }
        if !digits.count.isMultiple(of: 2) {
            guard isNumber else { return nil }
            digits.insert(UInt8(ascii: "0"), at: 0)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digit(digits[index]), let low = digit(digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    /// What a hexadecimal digit stands for.
    private static func digit(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x37
        case 0x61...0x66: digit - 0x57
        default: nil
        }
    }
}
