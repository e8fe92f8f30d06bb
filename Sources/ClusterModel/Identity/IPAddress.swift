/// An IPv4 or IPv6 address, of which mapped ones (`::ffff:10.0.0.1`) are IPv4.
struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    enum Family: Hashable, Sendable {
        case v4
        case v6

        var bitWidth: Int {
            switch self {
            case .v4: 32
            case .v6: 128
            }
        }
    }

    /// `::ffff:0:0/96` (RFC 4291 section 2.5.5.2).
    static let mappedPrefixLength = 96
    private static let mappedPrefix: UInt128 = 0xffff

    let family: Family
    /// For IPv4 the lowest 32 bits.
    let bits: UInt128

    init(family: Family, bits: UInt128) {
        self.family = family
        self.bits = bits
    }

    /// An IPv6 address that may be a mapped one.
    init(v6 bits: UInt128) {
        if bits >> 32 == Self.mappedPrefix {
            self.init(family: .v4, bits: bits & 0xffff_ffff)
        } else {
            self.init(family: .v6, bits: bits)
        }
    }

    /// - Parameter bytes: 4 or 16 of them in network order; nil for any other number.
    init?(_ bytes: some Collection<UInt8>) {
        let count = bytes.count
        guard count == 4 || count == 16 else { return nil }
        let bits = bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        self = count == 4 ? IPAddress(family: .v4, bits: bits) : IPAddress(v6: bits)
    }

    /// The address with all bits but the first ones zero.
    func prefix(_ length: Int) -> IPAddress {
        let rest = min(max(0, family.bitWidth - length), family.bitWidth)
        // Swift's shifts by the whole width give zero.
        return IPAddress(family: family, bits: (bits >> rest) << rest)
    }

    var description: String {
        switch family {
        case .v4:
            return stride(from: 24, through: 0, by: -8).map { String(bits >> $0 & 0xff) }.joined(separator: ".")
        case .v6:
            let groups = stride(from: 112, through: 0, by: -16).map { String(bits >> $0 & 0xffff, radix: 16) }
            guard let zeros = Self.longestZeros(groups) else { return groups.joined(separator: ":") }
            let before = groups[..<zeros.lowerBound].joined(separator: ":")
            let after = groups[zeros.upperBound...].joined(separator: ":")
            return "\(before)::\(after)"
        }
    }

    /// The groups that `::` stands for: the first of the longest runs of two or more zeros (RFC 5952 section 4.2).
    private static func longestZeros(_ groups: [String]) -> Range<Int>? {
        var best: Range<Int>?
        var start = 0
        for index in 0...groups.count where index == groups.count || groups[index] != "0" {
            if index - start >= 2, index - start > best?.count ?? 0 { best = start..<index }
            start = index + 1
        }
        return best
    }
}

extension IPAddress {
    /// An address in the family that its text is written in.
    enum Written: Hashable, Sendable {
        case v4(UInt32)
        case v6(UInt128)

        var bitWidth: Int {
            switch self {
            case .v4: 32
            case .v6: 128
            }
        }

        /// - Parameter text: nil for anything but an address.
        init?(_ text: [UInt8]) {
            if text.contains(UInt8(ascii: ":")) {
                guard let bits = Self.v6(text[...]) else { return nil }
                self = .v6(bits)
            } else {
                guard let bits = Self.v4(text[...]) else { return nil }
                self = .v4(bits)
            }
        }

        /// Four decimal numbers. One with a leading zero is refused: some systems read it as octal.
        private static func v4(_ text: ArraySlice<UInt8>) -> UInt32? {
            let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            guard parts.count == 4 else { return nil }
            var bits: UInt32 = 0
            for part in parts {
                guard let number = DecimalDigits.value(part, maximum: 255) else { return nil }
                bits = bits << 8 | UInt32(number)
            }
            return bits
        }

        /// Eight groups of 16 bits; once `::` for one or more groups of zeros; the last two may be an IPv4 address.
        private static func v6(_ text: ArraySlice<UInt8>) -> UInt128? {
            let colon = UInt8(ascii: ":")
            guard let gap = text.indices.dropLast().first(where: { text[$0] == colon && text[$0 + 1] == colon }) else {
                guard let groups = groups(text, mayEndInV4: true), groups.count == 8 else { return nil }
                return bits(groups)
            }
            guard let head = groups(text[..<gap], mayEndInV4: false),
                let tail = groups(text[(gap + 2)...], mayEndInV4: true), head.count + tail.count < 8
            else { return nil }
            return bits(head + [UInt16](repeating: 0, count: 8 - head.count - tail.count) + tail)
        }

        private static func groups(_ text: ArraySlice<UInt8>, mayEndInV4: Bool) -> [UInt16]? {
            if text.isEmpty { return [] }
            let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            guard parts.count <= 8 else { return nil }
            var groups: [UInt16] = []
            for (index, part) in parts.enumerated() {
                if mayEndInV4, index == parts.count - 1, let address = v4(part) {
                    groups += [UInt16(truncatingIfNeeded: address >> 16), UInt16(truncatingIfNeeded: address)]
                } else if let group = group(part) {
                    groups.append(group)
                } else {
                    return nil
                }
            }
            return groups
        }

        /// One to four hexadecimal digits.
        private static func group(_ text: ArraySlice<UInt8>) -> UInt16? {
            guard (1...4).contains(text.count) else { return nil }
            // UInt16's initializer also takes a sign.
            guard text.first != UInt8(ascii: "+"), text.first != UInt8(ascii: "-") else { return nil }
            return UInt16(String(decoding: text, as: UTF8.self), radix: 16)
        }

        private static func bits(_ groups: [UInt16]) -> UInt128 {
            groups.reduce(UInt128(0)) { $0 << 16 | UInt128($1) }
        }
    }
}

/// Small decimal numbers in exactly one spelling.
enum DecimalDigits {
    /// - Returns: nil for anything but one to three digits without a leading zero and without a sign, or beyond the
    ///   maximum.
    static func value(_ text: some Collection<UInt8>, maximum: Int) -> Int? {
        guard (1...3).contains(text.count), text.count == 1 || text.first != UInt8(ascii: "0") else { return nil }
        var value = 0
        for byte in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return value <= maximum ? value : nil
    }
}
