/// An IPv4 or IPv6 address with its text form; no name is ever looked up.
package enum InternetAddress: Hashable, Sendable, CustomStringConvertible {
    /// As a number: 127.0.0.1 is 0x7f000001.
    case v4(UInt32)
    case v6(UInt128)

    /// An IPv6 address that holds an IPv4 one is `::ffff:0:0/96` (RFC 4291, section 2.5.5.2).
    package static let mappedPrefixBits = 96
    private static let mappedPrefix: UInt128 = 0xffff

    /// - Parameter text: four decimal numbers without leading zeros, or an IPv6 address in any form of RFC 4291
    ///   section 2.2, without brackets or zone. Nil for anything else.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8.prefix(Self.maximumTextBytes + 1))
        guard bytes.count <= Self.maximumTextBytes else { return nil }
        if bytes.contains(UInt8(ascii: ":")) {
            guard let groups = Self.groups(of: bytes[...]) else { return nil }
            self.init(groups: groups)
        } else {
            guard let number = Self.v4Number(bytes[...]) else { return nil }
            self = .v4(number)
        }
    }

    /// - Parameter bytes: 4 or 16 of them in network order; nil for any other number.
    package init?(_ bytes: some Collection<UInt8>) {
        let count = bytes.count
        guard count == 4 || count == 16 else { return nil }
        let bits = bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        self = count == 4 ? .v4(UInt32(truncatingIfNeeded: bits)) : .v6(bits)
    }

    /// As IPv6 has it: an IPv4 address is mapped.
    package var v6Bits: UInt128 {
        switch self {
        case .v4(let number): Self.mappedPrefix << 32 | UInt128(number)
        case .v6(let bits): bits
        }
    }

    /// A mapped IPv4 address as IPv4, any other as it is.
    package var unmapped: InternetAddress {
        if case .v6(let bits) = self, bits >> 32 == Self.mappedPrefix { return .v4(UInt32(truncatingIfNeeded: bits)) }
        return self
    }

    /// How many bits an address of this family has.
    package var bitWidth: Int {
        switch self {
        case .v4: UInt32.bitWidth
        case .v6: UInt128.bitWidth
        }
    }

    /// The address with all bits but the first ones zero.
    package func prefix(_ length: Int) -> InternetAddress {
        let rest = min(max(0, bitWidth - length), bitWidth)
        // Swift's shifts by the whole width give zero.
        return switch self {
        case .v4(let bits): .v4((bits >> rest) << rest)
        case .v6(let bits): .v6((bits >> rest) << rest)
        }
    }

    /// The recommended form of RFC 5952: lower case, the longest run of zero groups as `::`, mapped IPv4 addresses
    /// with dots.
    package var description: String {
        switch self {
        case .v4(let number): Self.dotted(number)
        case .v6(let bits) where bits >> 32 == Self.mappedPrefix:
            "::ffff:" + Self.dotted(UInt32(truncatingIfNeeded: bits))
        case .v6(let bits): Self.grouped(bits)
        }
    }

    /// `ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255`.
    private static let maximumTextBytes = 45

    // MARK: Reading

    private static func v4Number(_ text: ArraySlice<UInt8>) -> UInt32? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var number: UInt32 = 0
        for part in parts {
            guard let octet = DecimalNumber.parse(part, maximum: 255) else { return nil }
            number = number << 8 | octet
        }
        return number
    }

    private init(groups: [UInt16]) {
        self = .v6(groups.reduce(0) { $0 << 16 | UInt128($1) })
    }

    /// Eight groups, those left out with `::` filled in.
    private static func groups(of text: ArraySlice<UInt8>) -> [UInt16]? {
        let colon = UInt8(ascii: ":")
        let gap = zip(text.indices, text.indices.dropFirst()).first { text[$0] == colon && text[$1] == colon }
        guard let gap else {
            guard let groups = run(text), groups.count == 8 else { return nil }
            return groups
        }
        let head = text[..<gap.0]
        let tail = text[(gap.1 + 1)...]
        guard let before = head.isEmpty ? [] : run(head, endsAddress: false),
            let after = tail.isEmpty ? [] : run(tail)
        else { return nil }
        let missing = 8 - before.count - after.count
        guard missing >= 1 else { return nil }
        return before + Array(repeating: 0, count: missing) + after
    }

    /// Groups between single colons; the last two may be written as an IPv4 address at the end of the address.
    private static func run(_ text: ArraySlice<UInt8>, endsAddress: Bool = true) -> [UInt16]? {
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        var groups: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if part.contains(UInt8(ascii: ".")) {
                guard endsAddress, index == parts.count - 1, let number = v4Number(part) else { return nil }
                groups += [UInt16(number >> 16), UInt16(truncatingIfNeeded: number)]
            } else {
                guard let group = hexadecimalGroup(part) else { return nil }
                groups.append(group)
            }
        }
        return groups
    }

    private static func hexadecimalGroup(_ text: ArraySlice<UInt8>) -> UInt16? {
        guard (1...4).contains(text.count) else { return nil }
        var number: UInt16 = 0
        for byte in text {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: return nil
            }
            number = number << 4 | UInt16(digit)
        }
        return number
    }

    // MARK: Writing

    private static func dotted(_ number: UInt32) -> String {
        "\(number >> 24).\(number >> 16 & 0xff).\(number >> 8 & 0xff).\(number & 0xff)"
    }

    private static func grouped(_ bits: UInt128) -> String {
        let groups = stride(from: 112, through: 0, by: -16).map { UInt16(truncatingIfNeeded: bits >> $0) }
        var longest = 0..<0
        var start = 0
        while start < groups.count {
            let end = groups[start...].firstIndex { $0 != 0 } ?? groups.count
            if end - start > max(longest.count, 1) { longest = start..<end }
            start = end + 1
        }
        func text(_ part: ArraySlice<UInt16>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        if longest.isEmpty { return text(groups[...]) }
        return text(groups[..<longest.lowerBound]) + "::" + text(groups[longest.upperBound...])
    }
}
