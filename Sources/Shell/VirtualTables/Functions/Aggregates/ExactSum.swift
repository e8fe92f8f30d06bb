import MySQLWire

/// SUM of whole numbers and decimals.
final class ExactSum: WindowState {
    private var count = 0
    /// Of the integers, which are most often all that there is: no sum of so many rows overflows.
    private var whole: Int128 = 0
    private var exact: Decimal?

    func step(_ arguments: [SQLValue]) throws(SQLiteFunction.Failure) { add(arguments, sign: 1) }

    func inverse(_ arguments: [SQLValue]) throws(SQLiteFunction.Failure) { add(arguments, sign: -1) }

    private func add(_ arguments: [SQLValue], sign: Int) {
        guard let value = arguments.first, value != .null else { return }
        count += sign
        if case .integer(let number) = value {
            whole += Int128(number) * Int128(sign)
        } else if let number = Decimal(value) {
            exact = (exact ?? Decimal(0 as Int64)) + (sign < 0 ? -number : number)
        }
    }

    func result() throws(SQLiteFunction.Failure) -> SQLValue {
        guard count > 0 else { return .null }
        return try DecimalFunctions.value(exact.map { $0 + Decimal(whole) } ?? Decimal(whole))
    }
}
