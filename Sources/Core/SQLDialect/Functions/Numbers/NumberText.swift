/// Numbers as MySQL prints and reads them.
enum NumberText {
    /// The whole number that a text begins with, else 0; the nearest where it is out of range.
    static func leadingInteger(_ text: String) -> Int64 {
        let trimmed = text.drop { $0 == " " || $0 == "\t" || $0 == "\n" }
        let isNegative = trimmed.hasPrefix("-")
        var number: Int64 = 0
        for byte in trimmed.utf8.dropFirst(isNegative || trimmed.hasPrefix("+") ? 1 : 0) {
            guard byte >= 0x30, byte <= 0x39 else { break }
            let (product, overflow) = number.multipliedReportingOverflow(by: 10)
            let digit = Int64(byte - 0x30)
            let (sum, overflowsSum) = product.addingReportingOverflow(isNegative ? -digit : digit)
            if overflow || overflowsSum { return isNegative ? .min : .max }
            number = sum
        }
        return number
    }

    static func power(_ base: Double, _ exponent: Int) -> Double {
        (0..<min(308, max(0, exponent))).reduce(1) { result, _ in result * base }
    }
}
