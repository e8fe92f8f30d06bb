/// What tells apart the transactions of one MySQL server (8.3 and later): a letter or `_`, then up to 31 of these or digits,
/// kept in lower case. Empty for transactions without one.
struct GTIDTag: Hashable, Comparable, Sendable {
    let text: String

    var isEmpty: Bool { text.isEmpty }

    /// - Returns: nil for other bytes, or too many.
    init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count <= 32, bytes.allSatisfy(Self.isPart), bytes.first.map(Self.isDigit) != true else {
            return nil
        }
        text = String(decoding: bytes, as: UTF8.self).lowercased()
    }

    static let none = GTIDTag(text: "")

    private init(text: String) { self.text = text }

    static func isPart(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}
