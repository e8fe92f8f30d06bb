/// A DECIMAL of no more than 18 digits: in SQLite a whole number of units in its last place, and the type of its column
/// says where the point stands. So SQLite itself compares, sorts, groups and adds such numbers. What needs more digits is
/// refused, and is for mysqld.
package enum ScaledDecimal {
    /// What 64 bits hold, whatever the digits are.
    static let maximumDigits = 18

    enum Rounding: Int64 {
        /// Half goes away from zero.
        case halfUp
        case towardZero
        case down
        case up
    }

    /// The digits of a literal or a value of the protocol; nil for more than 18.
    package static func parts(of text: some StringProtocol) -> (units: Int64, wholeDigits: Int, scale: Int)? {
        let halves = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let scale = halves.count == 2 ? halves[1].utf8.count : 0
        let whole = (halves.first ?? "").drop { $0 == "-" || $0 == "+" || $0 == "0" }.utf8.count
        guard max(1, whole) + scale <= maximumDigits, let units = Int64(halves.joined()) else { return nil }
        return (units, max(1, whole), scale)
    }

    /// The number that a text begins with, else 0, in units of so many digits behind the point; beyond 18 digits the
    /// greatest or the least.
    static func units(of text: String, scale: Int) -> Int64 {
        var (digits, places, exponent): (Int128, Int, Int) = (0, 0, 0)
        var (isNegative, isBehindPoint, hasDigits) = (false, false, false)
        var bytes = text.utf8.drop { $0 == 0x20 || (0x09...0x0d).contains($0) }[...]
        if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            bytes = bytes.dropFirst()
        }
        let longest = power(36)
        loop: while let byte = bytes.popFirst() {
            switch byte {
            case 0x30...0x39:
                hasDigits = true
                // More digits than 18 and those that decide how it is rounded change nothing.
                if digits < longest {
                    digits = digits * 10 + Int128(byte - 0x30)
                    if isBehindPoint { places += 1 }
                } else if !isBehindPoint {
                    places -= 1
                }
            case UInt8(ascii: ".") where !isBehindPoint: isBehindPoint = true
            case UInt8(ascii: "e") where hasDigits, UInt8(ascii: "E") where hasDigits:
                let sign = bytes.first == UInt8(ascii: "-") ? -1 : 1
                if bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+") { bytes = bytes.dropFirst() }
                let number = bytes.prefix { (0x30...0x39).contains($0) }.reduce(0) {
                    min(100_000, $0 * 10 + Int($1 - 0x30))
                }
                exponent = sign * number
                break loop
            default: break loop
            }
        }
        let shift = scale - places + exponent
        let limit = power(maximumDigits)
        var units = digits
        if shift > 0, digits != 0 {
            units = shift > 36 || digits > limit / power(min(18, shift)) ? limit : digits * power(shift)
        } else if shift < 0 {
            units = shift < -37 ? 0 : rounded(digits, dropping: -shift, .halfUp)
        }
        return Int64(min(units, limit)) * (isNegative ? -1 : 1)
    }

    /// Without its last digits.
    static func rounded(_ units: Int128, dropping count: Int, _ rule: Rounding) -> Int128 {
        let unit = power(min(37, count))
        let (quotient, remainder) = units.quotientAndRemainder(dividingBy: unit)
        let isAway =
            switch rule {
            case .halfUp: remainder.magnitude >= (unit / 2).magnitude && remainder != 0
            case .towardZero: false
            case .down: remainder < 0
            case .up: remainder > 0
            }
        return isAway ? quotient + (units < 0 ? -1 : 1) : quotient
    }

    static func power(_ exponent: Int) -> Int128 { (0..<max(0, exponent)).reduce(1) { power, _ in power * 10 } }

    static func text(_ units: Int64, scale: Int) -> String {
        guard scale > 0 else { return String(units) }
        let digits = String(units.magnitude)
        let padded = String(repeating: "0", count: max(0, scale + 1 - digits.utf8.count)) + digits
        return (units < 0 ? "-" : "") + padded.dropLast(scale) + "." + padded.suffix(scale)
    }
}
