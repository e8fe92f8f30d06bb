import MySQLWire

/// A value of SQLite as the type of its column wants it.
enum ResultValue {
    /// - Throws: `SQLError` 1690 for an integer beyond 64 bits.
    static func convert(_ value: SQLValue, to type: ValueType) throws(SQLError) -> SQLValue {
        switch (type.kind, value) {
        case (_, .null), (.integer, .integer), (.double, .double), (.text, .text), (.json, .text), (.date, .text),
            (.time, .text), (.dateTime, .text), (.bytes, .blob):
            return value
        case (.decimal, .blob), (.integer, .blob):
            guard let number = Decimal(value) else { return .null }
            guard type.kind == .integer else { return .text(number.text(scale: type.decimals)) }
            guard let whole = number.unsigned else { throw StatementErrors.outOfRange }
            return Int64(exactly: whole).map { .integer($0) } ?? .unsigned(whole)
        case (.decimal, _): return .text(NumberText.decimal(value, scale: type.decimals))
        case (.integer, .double(let number)):
            guard let whole = Int64(exactly: number.rounded()) else { throw StatementErrors.outOfRange }
            return .integer(whole)
        case (.integer, _): return value.integer.map { .integer($0) } ?? .null
        case (.double, _): return value.number.map { .double($0) } ?? .null
        default: return value.text.map { .text($0) } ?? .null
        }
    }
}
