/// Decimal numbers in exactly one spelling: digits alone, without leading zeros.
package enum DecimalNumber {
    /// - Returns: nil for anything but one to five digits without a sign, or beyond the maximum.
    package static func parse(_ text: some Collection<UInt8>, maximum: UInt32) -> UInt32? {
        guard let first = text.first, text.count <= 5, text.count == 1 || first != UInt8(ascii: "0") else { return nil }
        var number: UInt32 = 0
        for byte in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            number = number * 10 + UInt32(byte - UInt8(ascii: "0"))
        }
        return number <= maximum ? number : nil
    }
}
