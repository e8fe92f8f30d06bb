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
