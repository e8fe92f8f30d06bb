package import MySQLWire

/// A value of SQLite as the type of its column wants it.
package enum ResultValue {
    /// - Throws: `SQLError` 1690 for an integer beyond 64 bits, 1235 for a decimal that needs more.
    package static func convert(_ value: SQLValue, to type: ValueType) throws(SQLError) -> SQLValue {
        switch (type.kind, value) {
        case (_, .null), (.integer, .integer), (.double, .double), (.text, .text), (.json, .text), (.date, .text),
            (.time, .text), (.dateTime, .text), (.bytes, .blob):
            return value
        case (.decimal, .integer(let units)): return .text(ScaledDecimal.text(units, scale: type.decimals))
        case (.decimal, _): throw DecimalFunctions.ofTooManyDigits
        case (.integer, .double(let number)):
            guard let whole = Int64(exactly: number.rounded()) else { throw StatementErrors.outOfRange("BIGINT") }
            return .integer(whole)
        case (.integer, _): return value.integer.map { .integer($0) } ?? .null
        case (.double, _): return value.number.map { .double($0) } ?? .null
        default: return value.text.map { .text($0) } ?? .null
        }
    }
}
