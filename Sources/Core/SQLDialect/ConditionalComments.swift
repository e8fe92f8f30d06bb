import QueryRouting

/// `/*!50100 … */` and `/*M!100100 … */`: code for servers of that version or later, comments for all others.
///
/// The tokenizer takes all of them for code, because a word there may reach a server. Here what is not for this server
/// is blanked out before it is read.
enum ConditionalComments {
    static func resolve(_ statement: [UInt8], version: ServerVersion, mode: LexicalMode) -> [UInt8] {
        guard containsConditional(statement) else { return statement }
        var bytes = statement
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"):
                index = endOfQuoted(bytes, index, mode)
            case UInt8(ascii: "#"): index = endOfLine(bytes, index)
            case UInt8(ascii: "-") where isDashComment(bytes, index): index = endOfLine(bytes, index)
            case UInt8(ascii: "/") where byte(bytes, index + 1) == UInt8(ascii: "*"):
                index = readComment(&bytes, index, version)
            default: index += 1
            }
        }
        return bytes
    }

    private static func containsConditional(_ bytes: [UInt8]) -> Bool {
        var index = 0
        while index + 2 < bytes.count {
            if bytes[index] == UInt8(ascii: "/"), bytes[index + 1] == UInt8(ascii: "*"),
                bytes[index + 2] == UInt8(ascii: "!") || bytes[index + 2] | 0x20 == UInt8(ascii: "m")
            {
                return true
            }
            index += 1
        }
        return false
    }

    private static func byte(_ bytes: [UInt8], _ index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }

    private static func isDashComment(_ bytes: [UInt8], _ index: Int) -> Bool {
        byte(bytes, index + 1) == UInt8(ascii: "-") && byte(bytes, index + 2) <= 0x20
    }

    private static func endOfLine(_ bytes: [UInt8], _ start: Int) -> Int {
        bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    }

    private static func endOfQuoted(_ bytes: [UInt8], _ start: Int, _ mode: LexicalMode) -> Int {
        let quote = bytes[start]
        let isName = quote == UInt8(ascii: "`") || quote == UInt8(ascii: "\"") && mode.hasANSIQuotes
        var index = start + 1
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\\"), !isName, !mode.hasNoBackslashEscapes {
                index += 2
            } else if bytes[index] == quote {
                return index + 1
            } else {
                index += 1
            }
        }
        return bytes.count
    }

    /// - Returns: where reading goes on: behind a comment, or at the code in it.
    private static func readComment(_ bytes: inout [UInt8], _ start: Int, _ version: ServerVersion) -> Int {
        let isMariaDBForm =
            byte(bytes, start + 2) | 0x20 == UInt8(ascii: "m") && byte(bytes, start + 3) == UInt8(ascii: "!")
        guard isMariaDBForm || byte(bytes, start + 2) == UInt8(ascii: "!") else {
            return endOfComment(bytes, start + 2)
        }
        let digitsStart = start + (isMariaDBForm ? 4 : 3)
        let digits = bytes[min(digitsStart, bytes.count)...].prefix(6).prefix { $0 >= 0x30 && $0 <= 0x39 }
        let wanted = digits.count >= 5 ? digits.reduce(0) { $0 * 10 + Int($1 - 0x30) } : 0
        // Comments for MySQL 5.7 and later are not for MariaDB, whose numbers are greater.
        let isForOther = version.isMariaDB ? !isMariaDBForm && (50_700...99_999).contains(wanted) : isMariaDBForm
        guard isForOther || wanted > version.number else { return digitsStart + digits.count }
        let end = endOfComment(bytes, start + 2)
        for index in start..<end { bytes[index] = UInt8(ascii: " ") }
        return end
    }

    private static func endOfComment(_ bytes: [UInt8], _ start: Int) -> Int {
        var index = start
        while index + 1 < bytes.count {
            if bytes[index] == UInt8(ascii: "*"), bytes[index + 1] == UInt8(ascii: "/") { return index + 2 }
            index += 1
        }
        return bytes.count
    }
}
