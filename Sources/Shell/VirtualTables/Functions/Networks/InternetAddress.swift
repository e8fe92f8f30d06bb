/// Addresses of IPv4 and IPv6 as the INET functions read and write them.
enum InternetAddress {
    /// `1.2.3.4`: four numbers of one to three digits.
    static func ipv4(_ text: some Collection<UInt8>) -> [UInt8]? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard (1...3).contains(part.count), part.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = UInt8(exactly: part.reduce(0) { $0 * 10 + Int($1 - 0x30) })
            else { return nil }
            bytes.append(number)
        }
        return bytes
    }

    /// Eight groups of up to four hexadecimal digits, one `::` for groups of zero, `1.2.3.4` for the last two.
    static func ipv6(_ text: [UInt8]) -> [UInt8]? {
        let colon = UInt8(ascii: ":")
        guard (2...39).contains(text.count), text[0] != colon || text[1] == colon else { return nil }
        var bytes: [UInt8] = []
        var gap: Int?
        var group: [UInt8] = []
        var index = text[0] == colon ? 1 : 0
        while index < text.count {
            let byte = text[index]
            index += 1
            if byte == colon {
                if group.isEmpty {
                    guard gap == nil else { return nil }
                    gap = bytes.count
                } else {
                    guard index < text.count else { return nil }
                    bytes += value(group)
                    group = []
                }
            } else if byte == UInt8(ascii: ".") {
                guard let tail = ipv4(text[(index - 1 - group.count)...]) else { return nil }
                bytes += tail
                group = []
                break
            } else {
                guard group.count < 4, let digit = LiteralBytes.digit(byte) else { return nil }
                group.append(digit)
            }
        }
        if !group.isEmpty { bytes += value(group) }
        guard bytes.count <= 16 else { return nil }
        guard let gap else { return bytes.count == 16 ? bytes : nil }
        guard bytes.count < 16 else { return nil }
        return bytes[..<gap] + Array(repeating: 0, count: 16 - bytes.count) + bytes[gap...]
    }

    private static func value(_ digits: [UInt8]) -> [UInt8] {
        let number = digits.reduce(UInt16(0)) { $0 << 4 | UInt16($1) }
        return [UInt8(number >> 8), UInt8(number & 0xff)]
    }

    /// - Parameter bytes: 4 or 16.
    static func text(_ bytes: [UInt8]) -> String? {
        if bytes.count == 4 { return bytes.map { String($0) }.joined(separator: ".") }
        guard bytes.count == 16 else { return nil }
        let words = stride(from: 0, to: 16, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        let gap = longestGap(words)
        var text = ""
        var index = 0
        while index < words.count {
            if index == gap.lowerBound, !gap.isEmpty {
                text += index == 0 ? "::" : ":"
                index = gap.upperBound
            } else if index == 6, gap == 0..<6 || gap == 0..<5 && words[5] == 0xffff {
                return text + bytes[12...].map { String($0) }.joined(separator: ".")
            } else {
                text += String(words[index], radix: 16) + (index < 7 ? ":" : "")
                index += 1
            }
        }
        return text
    }

    /// The first of the longest runs of zeros.
    private static func longestGap(_ words: [UInt16]) -> Range<Int> {
        var (longest, start) = (0..<0, 0)
        while start < words.count {
            let end = words[start...].firstIndex { $0 != 0 } ?? words.count
            if end - start > longest.count { longest = start..<end }
            start = max(end, start) + 1
        }
        return longest
    }
}
