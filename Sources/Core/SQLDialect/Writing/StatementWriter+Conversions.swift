import MySQLWire
import QueryRouting

// A value as what the place it stands in wants.
extension StatementWriter {
    /// The value itself; a decimal has the digits of its scale and no others.
    func exact(_ fragment: Fragment) -> String {
        fragment.needsRounding ? rescaled(fragment, to: fragment.type.decimals, .halfUp) : fragment.sql
    }

    func exactOperand(_ fragment: Fragment) -> String {
        fragment.needsRounding ? exact(fragment) : fragment.operand(.tight)
    }

    /// As a condition: texts count by the number that they begin with.
    func truth(_ fragment: Fragment) -> String {
        switch fragment.type.kind {
        case .integer, .decimal, .double, .null: exact(fragment)
        case .bytes, .text, .json: "my_double(\(text(fragment)))"
        case .date, .time, .dateTime: "my_digits(\(fragment.sql))"
        }
    }

    /// As a text.
    func text(_ fragment: Fragment) -> String {
        switch fragment.type.kind {
        case .text, .json, .date, .time, .dateTime, .null: return fragment.sql
        case .bytes, .integer: return "CAST(\(fragment.sql) AS TEXT)"
        case .decimal: return "my_decimal_text(\(exact(fragment)), \(fragment.type.decimals))"
        case .double: return "my_double_text(\(fragment.sql))"
        }
    }

    /// As a number of SQLite's.
    func number(_ fragment: Fragment) -> String {
        switch fragment.type.kind {
        case .decimal where fragment.places > 0: return "my_decimal_double(\(fragment.sql), \(fragment.places))"
        case .integer, .decimal, .double, .null: return fragment.sql
        case .text, .json: return "my_double(\(fragment.sql))"
        case .bytes: return "my_double(\(text(fragment)))"
        case .date, .time, .dateTime: return "my_digits(\(fragment.sql))"
        }
    }

    func numberOperand(_ fragment: Fragment, _ binding: Fragment.Binding = .tight) -> String {
        (fragment.type.isNumber || fragment.type.kind == .null) && fragment.places == 0
            ? fragment.operand(binding) : number(fragment)
    }

    /// As a whole number: texts are cut, numbers are rounded.
    func integer(_ fragment: Fragment) -> String {
        switch fragment.type.kind {
        case .integer, .null: fragment.sql
        case .decimal:
            Int128(fragment.sql.filter { $0 != "(" && $0 != ")" }).map {
                String(ScaledDecimal.rounded($0, dropping: fragment.places, .halfUp))
            } ?? rescaled(fragment, to: 0, .halfUp)
        case .bytes: number(fragment)
        case .text, .json: "my_integer(\(fragment.sql))"
        default: "my_integer(\(number(fragment)))"
        }
    }

    /// As a time stamp of so many digits.
    func dateTime(_ fragment: Fragment, fraction: Int = 6) -> String {
        if fragment.type.kind == .dateTime, fragment.type.decimals == fraction { return fragment.sql }
        if fragment.type.kind == .time { return "my_time_today(\(fragment.sql), \(fraction))" }
        return "my_datetime(\(temporalSource(fragment)), \(fraction))"
    }

    func time(_ fragment: Fragment, fraction: Int = 6) -> String {
        if fragment.type.kind == .time, fragment.type.decimals == fraction { return fragment.sql }
        return "my_time(\(temporalSource(fragment)), \(fraction))"
    }

    /// What a date or time is read from.
    func temporalSource(_ fragment: Fragment) -> String {
        switch fragment.type.kind {
        case .bytes: text(fragment)
        case .decimal, .integer: number(fragment)
        default: exact(fragment)
        }
    }

    /// As a value of another type, where several meet.
    func value(_ fragment: Fragment, as type: ValueType) -> String {
        switch type.kind {
        case .text, .json: return text(fragment)
        case .bytes: return fragment.type.kind == .bytes ? fragment.sql : "my_bytes(\(text(fragment)))"
        case .dateTime where fragment.type.kind != .null: return dateTime(fragment, fraction: type.decimals)
        case .time where fragment.type.kind != .null: return time(fragment, fraction: type.decimals)
        case .decimal where fragment.type.isNumber:
            let missing = type.decimals - fragment.type.scale
            let sql = moved(exact(fragment), by: missing)
            return missing > 0 ? "my_checked(\(sql), \(DecimalFunctions.Check.decimal.rawValue))" : sql
        case .integer where fragment.type.kind == .bytes, .double where fragment.type.kind != .double:
            return number(fragment)
        default: return exact(fragment)
        }
    }

    // MARK: CAST

    func cast(_ fragment: Fragment, to type: CastType) throws(SQLError) -> Fragment {
        let isNullable = fragment.type.isNullable
        switch type {
        case .signed:
            // One digit more for the sign, and one for what rounding may add.
            let digits = fragment.type.isText ? fragment.type.characters : fragment.type.precision - fragment.type.scale
            let length = max(2, min(21, digits + 1))
            let isBig = length > 9
            return Fragment(
                integer(fragment),
                ValueType.integer(length, isBig: isBig).nullable(isNullable),
                binding: .loose
            )
        case .unsigned:
            return Fragment(unsigned(fragment), unsignedType(of: fragment).nullable(isNullable))
        case .text(let length):
            let all = text(fragment)
            guard let length else { return Fragment(all, .text(fragment.type.characters)) }
            return Fragment("my_left(\(all), \(length))", .text(length))
        case .bytes:
            let length = fragment.type.characters * 4
            return Fragment(
                fragment.type.kind == .bytes ? fragment.sql : "my_bytes(\(text(fragment)))",
                ValueType(kind: .bytes, length: length, isNullable: isNullable, collation: .binary)
            )
        case .double:
            return Fragment("my_double(CAST(\(number(fragment)) AS REAL))", .double)
        case .date:
            return Fragment("my_date(\(temporalSource(fragment)))", .date)
        case .time(let fraction): return Fragment(time(fragment, fraction: fraction), .time(fraction: fraction))
        case .dateTime(let fraction):
            return Fragment(dateTime(fragment, fraction: fraction), .dateTime(fraction: fraction))
        }
    }

    // MARK: INTERVAL

    func shift(
        _ date: Fragment,
        _ interval: Interval,
        _ isNegated: Bool,
        _ context: Context
    ) throws(SQLError) -> Fragment {
        let amount = try write(interval.amount, context)
        let unit = interval.unit
        let given = amount.type.isText || amount.type.kind == .decimal ? text(amount) : exact(amount)
        let rest = "\(given), '\(unit.rawValue)', \(isNegated ? -1 : 1)"
        // A fraction comes from the unit, or from seconds that have one.
        var fraction = unit == .microsecond ? 6 : unit == .second ? min(6, amount.type.scale) : 0
        if unit == .second, amount.type.kind == .double || amount.type.isText { fraction = amount.type.isText ? 0 : 6 }
        switch date.type.kind {
        case .date where !unit.hasTime: return Fragment("my_shift_date(\(date.sql), \(rest))", .date)
        case .date, .dateTime:
            let digits = max(fraction, date.type.decimals)
            return Fragment("my_shift_datetime(\(date.sql), \(rest), \(digits))", .dateTime(fraction: digits))
        case .time: throw .unsupported("INTERVAL at a time of day on cluster_schema")
        default:
            return Fragment("my_shift_text(\(temporalSource(date)), \(rest))", .text(19))
        }
    }
}
