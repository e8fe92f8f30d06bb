import MySQLWire
import QueryRouting

// Decimals, which are whole numbers of units in their last place (`ScaledDecimal`), and whole numbers that are checked.
extension StatementWriter {
    /// As SQL of a whole number of units in the last of `fragment.places`.
    func units(_ fragment: Fragment) throws(SQLError) -> String {
        switch fragment.type.kind {
        case .null, .integer, .decimal: return fragment.sql
        case .time where fragment.type.decimals > 0, .dateTime where fragment.type.decimals > 0:
            throw .unsupported("arithmetic with fractions of a second on cluster_schema")
        case .bytes: return "my_integer(\(text(fragment)))"
        case .date, .time, .dateTime, .double, .text, .json: return number(fragment)
        }
    }

    /// With more digits behind the point; beyond 64 bits SQLite makes a REAL of it.
    func moved(_ sql: String, by digits: Int) -> String {
        digits > 0 ? "(\(sql)) * \(ScaledDecimal.power(min(ScaledDecimal.maximumDigits, digits)))" : sql
    }

    // MARK: Arithmetic

    /// `+ - * /` of whole numbers and decimals; nil where SQLite's own operators do.
    ///
    /// - Throws: `SQLError` 1235 for what needs more digits than there are.
    func exactArithmetic(
        _ operation: BinaryOperator,
        _ left: Fragment,
        _ right: Fragment,
        _ type: ValueType
    ) throws(SQLError) -> Fragment? {
        guard type.kind == .decimal || type.kind == .integer else { return nil }
        let (places, other) = (left.places, right.places)
        switch operation {
        case .add, .subtract: break
        case .multiply:
            guard places + other <= ScaledDecimal.maximumDigits else { throw DecimalFunctions.ofTooManyDigits }
        case .divide: return try quotient(left, try units(right), other, type)
        default: return nil
        }
        let check: DecimalFunctions.Check = type.kind == .decimal ? .decimal : type.isUnsigned ? .unsigned : .signed
        if check == .signed || check == .unsigned && operation != .subtract, type.precision <= 18 {
            return nil
        }
        let isProduct = operation == .multiply
        let common = isProduct ? 0 : max(places, other)
        let start = try step(left, check)
        let first = isProduct ? "(\(start))" : moved(start, by: common - places)
        let second = "(\(isProduct ? try units(right) : moved(try units(right), by: common - other)))"
        let sql = "\(first) \(operation.rawValue) \(second)"
        var fragment = Fragment("my_checked(\(sql), \(check.rawValue))", type)
        fragment.unchecked = (sql, check)
        if type.kind == .decimal { fragment.digits = isProduct ? places + other : common }
        fragment.needsRounding = fragment.places > type.scale
        return fragment
    }

    /// The left operand of one more step: what is a REAL once stays one, so that a chain is checked at its end. SQLite
    /// takes few calls within each other.
    private func step(_ fragment: Fragment, _ check: DecimalFunctions.Check) throws(SQLError) -> String {
        guard let (sql, known) = fragment.unchecked, known == check, check != .unsigned else {
            return "(\(try units(fragment)))"
        }
        return sql
    }

    /// With as many digits as the servers count out, the others cut; rounded where it is shown.
    private func quotient(
        _ left: Fragment,
        _ divisor: String,
        _ divisorPlaces: Int,
        _ type: ValueType
    ) throws(SQLError) -> Fragment {
        let places = Self.quotientPlaces(left.places, divisorPlaces)
        guard places <= ScaledDecimal.maximumDigits else { throw DecimalFunctions.ofTooManyDigits }
        let shift = places + divisorPlaces - left.places
        var fragment = Fragment("my_quotient(\(try units(left)), \(divisor), \(shift))", type)
        fragment.digits = places
        fragment.needsRounding = places > type.decimals
        return fragment
    }

    /// How many digits behind the point the servers count out for a quotient: whole words of nine digits, and
    /// `div_precision_increment`, which is 4.
    private static func quotientPlaces(_ left: Int, _ right: Int) -> Int {
        func words(_ digits: Int) -> Int { (digits + 8) / 9 * 9 }
        let (one, other) = (words(left), words(right))
        return words(one + other + max(0, 4 - (one - left) - (other - right)))
    }

    /// Rounded to so many digits behind the point.
    func rescaled(_ value: Fragment, to digits: Int, _ rule: ScaledDecimal.Rounding) -> String {
        "my_rescale(\(value.sql), \(max(0, value.places - digits)), \(rule.rawValue))"
    }

    // MARK: 64 bits

    /// Of CAST AS UNSIGNED: 64 bits, unless the value shows that it needs less.
    func unsignedType(of fragment: Fragment) -> ValueType {
        var length = 20
        switch fragment.type.kind {
        case .integer where fragment.type.isUnsigned || Int64(fragment.sql) != nil: length = fragment.type.length
        case .null: length = 1
        case .bytes: length = fragment.type.precision
        case .text where fragment.type.length < 10:
            if fragment.literalText?.hasPrefix("-") == false { length = max(1, fragment.type.length) }
        default: break
        }
        return ValueType(kind: .integer, length: length, isUnsigned: true, isBig: length > 10)
    }

    /// As a whole number without a sign; beyond 63 bits it is refused.
    func unsigned(_ fragment: Fragment) -> String {
        switch fragment.type.kind {
        case .integer where fragment.type.isUnsigned: fragment.sql
        // A negative number becomes 0, one of an integer or a text is taken by its bits.
        case .decimal, .double: "max(0, \(bits(fragment)))"
        default: "my_checked(\(bits(fragment)), \(DecimalFunctions.Check.bits.rawValue))"
        }
    }

    private func bits(_ fragment: Fragment) -> String {
        switch fragment.type.kind {
        case .integer, .null: fragment.sql
        case .decimal: rescaled(fragment, to: 0, .halfUp)
        case .text, .json: "my_bits(\(fragment.sql))"
        default: "my_bits(\(number(fragment)))"
        }
    }

    // MARK: Aggregates

    func exactSum(_ value: Fragment, _ distinct: String) throws(SQLError) -> Fragment {
        let type = ValueType.decimal(precision: value.type.precision + 22, scale: value.type.scale)
        var fragment = Fragment("sum(\(distinct)\(try units(value)))", type)
        fragment.digits = value.places
        fragment.needsRounding = value.needsRounding
        return fragment
    }

    func exactAverage(_ value: Fragment, _ distinct: String) throws(SQLError) -> Fragment {
        let sum = try exactSum(value, distinct)
        let type = ValueType.decimal(precision: value.type.precision + 4, scale: value.type.scale + 4)
        return try quotient(sum, "count(\(distinct)\(try units(value)))", 0, type)
    }
}
