/// A range of IP addresses as configurations write it: `10.0.0.0/8`, `fd00::/8`, or one address alone.
///
/// IPv4 and IPv6 are two families: `::/0` holds no IPv4 address. An IPv4 address that is written as a mapped IPv6 one
/// (`::ffff:10.0.0.1`), as a socket of both families reports it, counts as IPv4.
///
/// Sources: RFC 4632 (IPv4 prefixes), RFC 4291 section 2 (IPv6 texts and mapped addresses), RFC 5952 (IPv6's one
/// canonical text).
package struct AddressRange: Hashable, Sendable, CustomStringConvertible {
    private let address: InternetAddress
    /// How many of the address's first bits the range's addresses share.
    private let prefixLength: Int

    /// - Parameter text: an address, or an address, `/` and the number of bits that count; bits after those are ignored.
    ///   Nil for anything else: names, interfaces (`%eth0`) and IPv4 numbers with leading zeros among them.
    package init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.maximumTextByteCount, let first = parts.first,
            let written = InternetAddress(Substring(first))
        else { return nil }
        var length = written.bitWidth
        if parts.count == 2 {
            guard let given = DecimalNumber.parse(parts[1], maximum: UInt32(written.bitWidth)) else { return nil }
            length = Int(given)
        }
        let address = written.unmapped
        // A prefix that ends before the mapped addresses' own 96 bits is one of IPv6.
        if case .v6 = written, case .v4 = address, length >= InternetAddress.mappedPrefixBits {
            self.init(address, prefixLength: length - InternetAddress.mappedPrefixBits)
        } else {
            self.init(written, prefixLength: length)
        }
    }

    private init(_ address: InternetAddress, prefixLength: Int) {
        self.address = address.prefix(prefixLength)
        self.prefixLength = prefixLength
    }

    /// Longer texts are no address: 45 bytes for IPv6 with an IPv4 end, 4 for the prefix.
    private static let maximumTextByteCount = 49

    /// Whether an address lies in the range.
    ///
    /// - Parameter bytes: the 4 or 16 bytes of an address in network order; any other number of them lies in no range.
    package func contains(_ bytes: some Collection<UInt8>) -> Bool {
        InternetAddress(bytes).map { contains($0.unmapped) } ?? false
    }

    /// Whether an address lies in the range.
    ///
    /// - Parameter text: an address as the system writes it; an interface behind it (`fe80::1%eth0`) does not count. No
    ///   other text lies in any range.
    package func contains(_ text: String) -> Bool {
        let address = text.utf8.prefix { $0 != UInt8(ascii: "%") }
        return InternetAddress(Substring(address)).map { contains($0.unmapped) } ?? false
    }

    private func contains(_ other: InternetAddress) -> Bool {
        other.bitWidth == address.bitWidth && other.prefix(prefixLength) == address
    }

    /// The canonical text, without the prefix where it is one address.
    package var description: String {
        prefixLength == address.bitWidth ? address.description : "\(address)/\(prefixLength)"
    }
}
