/// Doubles as the servers print them in the text protocol.
package enum DoubleText {
    /// A DOUBLE: with an exponent where it is very great or very small.
    package static func shortest(_ number: Double) -> String {
        guard number.isFinite else { return "0" }
        let (digits, point) = digits(of: number.magnitude)
        guard !digits.isEmpty else { return number.sign == .minus ? "-0" : "0" }
        let sign = number < 0 ? "-" : ""
        let text = digits.map(String.init).joined()
        if point > 15 || point < -14 {
            let mantissa = digits.count == 1 ? text : "\(text.prefix(1)).\(text.dropFirst())"
            return "\(sign)\(mantissa)e\(point - 1)"
        }
        if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + text }
        if digits.count <= point { return sign + text + String(repeating: "0", count: point - digits.count) }
        return sign + text.prefix(point) + "." + text.dropFirst(point)
    }

    /// With so many digits behind the point, up to 38; half goes away from zero.
    package static func fixed(_ number: Double, scale: Int) -> String {
        guard number.isFinite else { return "0" }
        let scale = min(38, max(0, scale))
        var (digits, point) = digits(of: number.magnitude)
        // Digits before the point, and those behind it that are kept.
        let kept = point + scale
        if kept < 0 {
            digits = []
        } else if kept < digits.count {
            let roundsUp = digits[kept] >= 5
            digits = Array(digits.prefix(kept))
            if roundsUp {
                var index = kept - 1
                while index >= 0, digits[index] == 9 {
                    digits[index] = 0
                    index -= 1
                }
                if index >= 0 {
                    digits[index] += 1
                } else {
                    digits.insert(1, at: 0)
                    point += 1
                }
            }
        }
        let all = digits + Array(repeating: 0, count: max(0, point + scale - digits.count))
        func text(_ part: some Sequence<Int>) -> String { part.map(String.init).joined() }
        let whole = point > 0 ? text(all.prefix(point)) : "0"
        var fraction = ""
        if scale > 0 {
            let zeros = String(repeating: "0", count: min(scale, max(0, -point)))
            fraction = "." + String((zeros + text(all.dropFirst(max(0, point)))).prefix(scale))
            fraction += String(repeating: "0", count: max(0, scale + 1 - fraction.utf8.count))
        }
        let isZero = digits.allSatisfy { $0 == 0 }
        return (number < 0 && !isZero ? "-" : "") + whole + fraction
    }

    /// The shortest digits that give the number back, and where the point stands: 12.5 is 125 and 2.
    private static func digits(of number: Double) -> (digits: [Int], point: Int) {
        guard number > 0 else { return ([], 0) }
        let text = number.description
        let halves = text.split(separator: "e")
        let exponent = halves.count == 2 ? Int(halves[1]) ?? 0 : 0
        let parts = (halves.first ?? "0").split(separator: ".", omittingEmptySubsequences: false)
        let whole = parts.first ?? "0"
        var digits = (whole + (parts.count == 2 ? parts[1] : "")).compactMap { $0.wholeNumberValue }
        var point = whole.utf8.count + exponent
        while digits.first == 0 {
            digits.removeFirst()
            point -= 1
        }
        while digits.last == 0 { digits.removeLast() }
        return (digits, digits.isEmpty ? 0 : point)
    }
}
