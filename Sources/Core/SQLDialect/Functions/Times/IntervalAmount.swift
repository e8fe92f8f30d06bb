import MySQLWire

/// The amount of an INTERVAL: whole months, or microseconds.
struct IntervalAmount {
    var months: Int64 = 0
    var microseconds: Int64 = 0
    let isOfMonths: Bool

    /// Nil for NULL and for what no date can be moved by.
    init?(_ amount: SQLValue, unit: SQLValue, sign: SQLValue) {
        guard let unit = TimeUnit(rawValue: unit.text ?? ""), let sign = sign.integer, amount != .null else {
            return nil
        }
        isOfMonths = unit == .yearMonth || unit.months != nil
        if unit.isComposite {
            guard let values = Self.parts(amount.text ?? "", unit) else { return nil }
            for (part, value) in zip(unit.parts, values) { guard add(sign * value, of: part) else { return nil } }
        } else if unit == .second {
            guard let seconds = amount.number, seconds.magnitude < 1e12 else { return nil }
            microseconds = sign * Int64((seconds * 1_000_000).rounded())
        } else {
            guard let whole = amount.integer, whole.magnitude < 1 << 53, add(sign * whole, of: unit) else { return nil }
        }
    }

    private mutating func add(_ count: Int64, of unit: TimeUnit) -> Bool {
        if let length = unit.months {
            let (product, overflow) = count.multipliedReportingOverflow(by: length)
            months += product
            return !overflow && product.magnitude < 1 << 53
        }
        guard let length = unit.microseconds else { return false }
        let (product, overflow) = count.multipliedReportingOverflow(by: length)
        let (sum, overflowsSum) = microseconds.addingReportingOverflow(product)
        microseconds = sum
        return !overflow && !overflowsSum
    }

    /// `'1:30'`, `'-1 02:00'`: missing parts are those at the front.
    private static func parts(_ text: String, _ unit: TimeUnit) -> [Int64]? {
        let isNegative = text.drop { $0 == " " }.hasPrefix("-")
        let texts = text.split { !("0"..."9").contains($0) }.prefix(5)
        var numbers = texts.compactMap { Int64($0.prefix(15)) }
        let count = unit.parts.count
        guard numbers.count == texts.count, numbers.count <= count else { return nil }
        if unit.hasFraction, numbers.count == count, let last = texts.last {
            // A fraction: `1.5` is half a second.
            for _ in min(6, last.utf8.count)..<6 { numbers[count - 1] *= 10 }
        }
        numbers = Array(repeating: 0, count: count - numbers.count) + numbers
        return isNegative ? numbers.map { -$0 } : numbers
    }
}
