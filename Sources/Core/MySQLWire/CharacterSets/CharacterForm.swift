/// How the characters of a set are made of bytes.
package enum CharacterForm: UInt8, Hashable, Sendable {
    /// No byte of a longer character is one of ASCII: read byte by byte.
    case utf8
    case singleByte
    case eucJP, gb2312
    /// The second byte of a character may be a letter of ASCII, and no other of its characters.
    case eucKR
    /// The second byte of a character may be a backslash, a backtick and others that mean something in SQL.
    case big5, gb18030, gbk, shiftJIS

    /// Whether a byte within a character may mean something in SQL by itself. A text has one reading alone then if all
    /// its characters are well formed: the servers disagree about others.
    package var hidesMarks: Bool {
        switch self {
        case .big5, .gb18030, .gbk, .shiftJIS: true
        default: false
        }
    }

    /// The length of the character at an index, in bytes; nil if the bytes there are none, or are cut.
    package func length(of bytes: [UInt8], at index: Int) -> Int? {
        let first = bytes[index]
        guard first >= 0x80 else { return 1 }
        let second = index + 1 < bytes.count ? bytes[index + 1] : 0
        switch self {
        case .utf8, .singleByte:
            return 1
        case .big5:
            return (0xa1...0xf9).contains(first) && Self.isASCIITrail(second, or: 0xa1...0xfe) ? 2 : nil
        case .gbk:
            return (0x81...0xfe).contains(first) && Self.isASCIITrail(second, or: 0x80...0xfe) ? 2 : nil
        case .gb18030:
            guard (0x81...0xfe).contains(first) else { return nil }
            if Self.isASCIITrail(second, or: 0x80...0xfe) { return 2 }
            guard index + 3 < bytes.count, (0x30...0x39).contains(second), (0x81...0xfe).contains(bytes[index + 2]),
                (0x30...0x39).contains(bytes[index + 3])
            else { return nil }
            return 4
        case .shiftJIS:
            if (0xa1...0xdf).contains(first) { return 1 }
            guard (0x81...0x9f).contains(first) || (0xe0...0xfc).contains(first) else { return nil }
            return Self.isASCIITrail(second, or: 0x80...0xfc) ? 2 : nil
        case .eucKR:
            guard (0x81...0xfe).contains(first) else { return nil }
            let isLetter = (0x41...0x5a).contains(second) || (0x61...0x7a).contains(second)
            return isLetter || (0x81...0xfe).contains(second) ? 2 : nil
        case .gb2312:
            return (0xa1...0xf7).contains(first) && (0xa1...0xfe).contains(second) ? 2 : nil
        case .eucJP:
            switch first {
            case 0x8e: return (0xa1...0xdf).contains(second) ? 2 : nil
            case 0x8f:
                let third = index + 2 < bytes.count ? bytes[index + 2] : 0
                return (0xa1...0xfe).contains(second) && (0xa1...0xfe).contains(third) ? 3 : nil
            case 0xa1...0xfe: return (0xa1...0xfe).contains(second) ? 2 : nil
            default: return nil
            }
        }
    }

    private static func isASCIITrail(_ byte: UInt8, or others: ClosedRange<UInt8>) -> Bool {
        (0x40...0x7e).contains(byte) || others.contains(byte)
    }
}
