import MySQLWire

/// STD and VARIANCE: the value, 1 for that of a sample, and 1 for its root. By Welford's method, which does not lose small
/// differences of great numbers.
final class Variance: WindowState {
    private var count = 0.0
    private var mean = 0.0
    private var sum = 0.0
    private var isSample = false
    private var wantsRoot = false

    func step(_ arguments: [SQLValue]) throws(SQLiteFunction.Failure) {
        guard let number = number(arguments) else { return }
        count += 1
        let distance = number - mean
        mean += distance / count
        sum += distance * (number - mean)
    }

    func inverse(_ arguments: [SQLValue]) throws(SQLiteFunction.Failure) {
        guard let number = number(arguments) else { return }
        guard count > 1 else {
            (count, mean, sum) = (0, 0, 0)
            return
        }
        let distance = number - mean
        count -= 1
        mean -= distance / count
        sum -= distance * (number - mean)
    }

    private func number(_ arguments: [SQLValue]) -> Double? {
        guard arguments.count == 3, let number = arguments[0].number else { return nil }
        isSample = arguments[1].integer == 1
        wantsRoot = arguments[2].integer == 1
        return number
    }

    func result() throws(SQLiteFunction.Failure) -> SQLValue {
        let divisor = isSample ? count - 1 : count
        guard divisor > 0 else { return .null }
        // What rounding leaves of equal numbers may be below 0.
        let variance = max(0, sum) / divisor
        return .double(wantsRoot ? variance.squareRoot() : variance)
    }
}
