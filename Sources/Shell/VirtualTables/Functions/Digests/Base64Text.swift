/// Base64 as TO_BASE64 writes it: lines of 76 characters.
enum Base64Text {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")
    private static let lineLength = 76

    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(encodedCount(bytes.count))
        for start in stride(from: 0, to: bytes.count, by: 3) {
            if start > 0, start.isMultiple(of: lineLength / 4 * 3) { text.append(UInt8(ascii: "\n")) }
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for place in 0..<4 {
                let digit = Int(bits >> UInt32(18 - 6 * place) & 63)
                text.append(place <= group.count ? alphabet[digit] : padding)
            }
        }
        return text
    }

    /// How many characters so many bytes become, with the ends of lines.
    static func encodedCount(_ count: Int) -> Int {
        let digits = (count + 2) / 3 * 4
        return digits + max(0, digits - 1) / lineLength
    }

    /// White space between the digits is skipped.
    ///
    /// - Returns: nil for what is not base64.
    static func decode(_ text: [UInt8]) -> [UInt8]? {
        var bytes: [UInt8] = []
        var (bits, digits, pads) = (UInt32(0), 0, 0)
        for byte in text where byte != 0x20 && !(0x09...0x0d).contains(byte) {
            if byte == padding {
                // Only the last two of four may be missing, and nothing follows.
                guard digits % 4 + pads >= 2, digits % 4 + pads < 4 else { return nil }
                pads += 1
                continue
            }
            guard pads == 0, let digit = digit(byte) else { return nil }
            bits = bits << 6 | digit
            digits += 1
            if digits.isMultiple(of: 4) {
                for place in [16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: bits >> place)) }
            }
        }
        guard (digits + pads).isMultiple(of: 4) else { return nil }
        if pads > 0 { bytes.append(UInt8(truncatingIfNeeded: bits >> (pads == 1 ? 10 : 4))) }
        if pads == 1 { bytes.append(UInt8(truncatingIfNeeded: bits >> 2)) }
        return bytes
    }

    private static func digit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte) - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte) - 97 + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte) - 48 + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
